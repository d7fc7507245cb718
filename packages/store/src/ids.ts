/** New ids, and the ledger pages that their executions are counted on. */
import { randomInt } from "node:crypto";
import { idOf, SLOTS, timeOf } from "@attune/domain/ids";

export interface Identity {
  readonly id: number;
  /** Executions that one process makes in a row share a page: see docs/adr/0003-counters.md. */
  readonly ledger: string;
}

/** Ninety entries keep a page under one kilobyte, one write unit. */
const PAGE_ENTRIES = 90;
const PAGE_MS = 60_000;

/** Four letters and digits: two processes that draw an id both are told apart by this. */
const drawMaker = () => randomInt(36 ** 4).toString(36);

/**
 * A source of ids that grow from call to call, also within one millisecond and when the clock steps
 * back. Two processes may draw the same id: the conditional put of the execution tells. Their pages
 * have not the same name, which has the `maker` in it.
 */
export function createIdSource(
  now: () => number,
  random: () => number = Math.random,
  maker: string = drawMaker(),
) {
  let last = 0;
  let page = { key: "", since: 0, entries: 0 };

  return function nextIdentity(): Identity {
    // Drawn from the lower half of the millisecond, so that the upper half is there to count up in.
    const drawn = idOf(now(), Math.floor((random() * SLOTS) / 2));
    last = Math.max(drawn, last + 1);
    const at = timeOf(last);
    if (page.entries === 0 || page.entries >= PAGE_ENTRIES || at - page.since > PAGE_MS) {
      page = { key: `${last.toString(36)}.${maker}`, since: at, entries: 0 };
    }
    page.entries++;
    return { id: last, ledger: page.key };
  };
}
