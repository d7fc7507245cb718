/** Tells a subscription what it missed, and hands it over to the notifier without a gap and without an overlap. */
import { isToldOf } from "@attune/domain/live";
import { cursorOf, eventsAfter, type Place, placeOf } from "@attune/store/live/entries";
import { openLog, readAfter } from "@attune/store/live/log";
import { goLive, type Subscription } from "@attune/store/live/subscriptions";
import { store } from "../resources.ts";
import { append } from "./append.ts";
import { createContents } from "./contents.ts";
import { eventTexts, messageText } from "./messages.ts";
import { sendAway, tell } from "./socket.ts";

interface Start {
  /** The client's cursor. */
  readonly since: string | undefined;
  /** The head of the log when the subscription was acknowledged. */
  readonly head: number;
  /** Whether there is time to go on. */
  readonly hasTime: () => boolean;
}

/** Milliseconds for the events of some entries: nobody waits for them but their client. */
const PATIENCE_MS = 8_000;

const REASONS = {
  unknown: "The cursor is not known",
  old: "What came after the cursor is older than an hour, or was not kept",
} as const;

/**
 * Goes through the log from the cursor to the head, and on to what comes meanwhile, until the subscription is live. A
 * client for whom the time does not suffice is sent away, and goes on from where it is.
 */
export async function replay(row: Subscription, { since, head, hasTime }: Start): Promise<void> {
  const { connection, id } = row;
  const contents = createContents(store);
  let isCaughtUp = since === undefined;

  async function reload(reason: string): Promise<Place | undefined> {
    const place = { seq: await openLog(store, append) };
    isCaughtUp = true;
    const message = messageText({ type: "reload", id, cursor: cursorOf(place), reason });
    return (await tell(connection, [message])) ? place : undefined;
  }

  async function start(): Promise<Place | undefined> {
    if (since === undefined) return { seq: head };
    const place = placeOf(since);
    return place === undefined || place.seq > head ? reload(REASONS.unknown) : place;
  }

  /** What comes next: the place after it, `undefined` where the client is gone. */
  async function goOn(place: Place): Promise<Place | undefined> {
    const entries = await readAfter(store, place.change === undefined ? place.seq : place.seq - 1);
    if (entries === undefined) return reload(REASONS.old);
    const events = eventsAfter(place, entries).filter(({ change }) => isToldOf(row, change));
    const seq = entries.at(-1)?.seq ?? place.seq;
    const texts = eventTexts(row, events, contents);
    return (await tell(connection, texts, PATIENCE_MS)) ? { seq } : undefined;
  }

  for (let place = await start(); place !== undefined; ) {
    if (!hasTime()) return sendAway(connection);
    const next = await goOn(place);
    if (next === undefined) return;
    const isAtHead = next.seq === place.seq;
    place = next;
    if (!isAtHead) continue;
    if (!isCaughtUp) {
      isCaughtUp = true;
      const message = messageText({ type: "caught_up", id, cursor: cursorOf(place) });
      if (!(await tell(connection, [message]))) return;
    }
    if ((await goLive(store, row, place.seq)) !== "behind") return;
  }
}
