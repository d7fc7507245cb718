/** Tells subscribers of events: concurrently over connections, and in order within each. */
import type { LiveEvent } from "@attune/store/live/entries";
import {
  deleteSubscription,
  findSubscribers,
  leaveToReplay,
  type Told,
} from "@attune/store/live/subscriptions";
import { store } from "../resources.ts";
import { type Contents, createContents } from "./contents.ts";
import { eventTexts } from "./messages.ts";
import { CONNECTIONS_AT_ONCE, sendAway, tell } from "./socket.ts";

/** What is to be told now: whoever is still told what it missed is told of this by the replay too. */
async function dueNow({ row, events }: Told): Promise<Told[]> {
  const last = events.at(-1);
  if (last === undefined) return [];
  const now = row.lease === undefined ? row : await leaveToReplay(store, row, last.seq);
  if (now === undefined) return [];
  if (now === "left") {
    // Whoever replayed has died: its client has to come again.
    if (row.lease !== undefined && row.lease < store.now().getTime())
      await sendAway(row.connection);
    return [];
  }
  const { told = 0 } = now;
  return [{ row: now, events: events.filter(({ seq }) => seq > told) }];
}

async function tellConnection(
  connection: string,
  told: readonly Told[],
  contents: Contents,
): Promise<void> {
  for (const { row, events } of told)
    if (!(await tell(connection, eventTexts(row, events, contents)))) {
      await Promise.all(told.map((one) => deleteSubscription(store, one.row)));
      return;
    }
}

/** Does some work for each item, some at a time; throws the first error once all is done. */
async function forEach<T>(items: Iterable<T>, atOnce: number, work: (item: T) => Promise<void>) {
  const errors: unknown[] = [];
  const left = items[Symbol.iterator]();
  const workOn = async () => {
    for (let next = left.next(); !next.done; next = left.next())
      await work(next.value).catch((error: unknown) => errors.push(error));
  };
  await Promise.all(Array.from({ length: atOnce }, workOn));
  if (errors.length > 0) throw errors[0];
}

/**
 * Tells whoever has subscribed to some events, which come in the order of the log.
 *
 * @throws where somebody could be neither told nor sent away: all of it is delivered again
 */
export async function deliver(events: readonly LiveEvent[]): Promise<void> {
  const found = await findSubscribers(store, events);
  const due = (await Promise.all(found.map(dueNow))).flat();
  const connections = Map.groupBy(due, ({ row }) => row.connection);
  const contents = createContents(store);
  await forEach(connections, CONNECTIONS_AT_ONCE, ([connection, told]) =>
    tellConnection(connection, told, contents),
  );
}
