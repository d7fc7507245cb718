/**
 * The live log: entries whose numbers have no gap, so that whoever has read up to one has missed nothing
 * before it. See docs/adr/0020-live.md.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { ServiceError } from "@attune/domain/errors";
import type { LiveChange } from "@attune/domain/live";
import { GetCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { livePatterns } from "../access-patterns/live.ts";
import { settle } from "../conditional.ts";
import { isLostRace, transact } from "../counters/transaction.ts";
import type { Store } from "../store.ts";
import { CHANGES_AN_ENTRY, Entry, LANE, pack } from "./entries.ts";

/** Milliseconds for which an entry is read: whoever was away for longer loads again. */
export const READABLE_MS = 3_600_000;
/** An entry is followed by the next number for so long. After that the lane begins anew: see `begin`. */
const FOLLOWED_MS = 2 * READABLE_MS;

/** Entries expire later than that: whoever reads or writes finds no hole where DynamoDB has begun to delete. */
const KEPT_SECONDS = (3 * READABLE_MS) / 1_000;

/** Entries that are read at once. */
const PAGE = 25;

/** Puts that meet another writer's, before the lane counts as too busy: some six seconds of waiting. */
const TRIES = 50;

/** Milliseconds between two of them at most: longer than a put takes where much else goes on, so that everybody has a turn. */
const MOST_WAIT = 250;

type Lane = typeof LANE | "audience" | "floor" | "told";

async function query(
  { client, tables }: Store,
  given: { after: number; order: "oldest" | "newest"; limit: number },
): Promise<Entry[]> {
  const params = livePatterns.liveEntries.params(tables, { lane: LANE, ...given });
  const { Items = [] } = await client.send(new QueryCommand(params));
  return Items.map((item) => Entry.parse(item));
}

/** An entry's number, and when it was written. */
type Head = Pick<Entry, "seq" | "at">;

/** The newest entry, `undefined` where there is none. */
async function readHead(store: Store): Promise<Head | undefined> {
  const [head] = await query(store, { after: 0, order: "newest", limit: 1 });
  return head;
}

/** Whether an entry is the newest one beyond doubt: expiry has no order, and one after it would expire later. */
const isFollowed = (head: Head | undefined, now: number): head is Head =>
  head !== undefined && now - head.at < FOLLOWED_MS;

const Mark = z.object({ at: z.int() });

/** Where the lane last began (`floor`), how far everybody was told (`told`), or when somebody last subscribed (`audience`). */
export async function readMark({ client, tables }: Store, lane: Lane): Promise<number | undefined> {
  const params = livePatterns.liveMark.params(tables, { lane });
  const { Item } = await client.send(new GetCommand(params));
  return Item && Mark.parse(Item).at;
}

/** Moves a mark; `false` where somebody else has. */
export async function moveMark(
  { client, tables }: Store,
  lane: Lane,
  at: number,
  before: number | undefined,
): Promise<boolean> {
  const params = livePatterns.putLiveMark.params(tables, { lane, at, before });
  return (await settle(client.send(new PutCommand(params)))).won;
}

type Written = Omit<Entry, "seq" | "changes"> & { changes: Uint8Array; expires: number };

function writtenAt(now: number, changes: readonly LiveChange[]): Written {
  const expires = Math.ceil(now / 1_000) + KEPT_SECONDS;
  return { at: now, writer: randomUUID(), changes: pack(changes), expires };
}

/** Puts an entry after another one; `undefined` where somebody else's is there. */
async function putAfter(
  { client, tables }: Store,
  head: number,
  entry: Written,
): Promise<number | undefined> {
  const seq = head + 1;
  const params = livePatterns.putLiveEntry.params(tables, { lane: LANE, seq, ...entry });
  const { won, item } = await settle(client.send(new PutCommand(params)));
  // Our own is there where an earlier answer was lost.
  return won || item?.writer === entry.writer ? seq : undefined;
}

/**
 * Begins the lane anew, where it is empty or what is left of it may be without its newest entries. The number is the time
 * in milliseconds, which is above every one before it: a lane grows by some hundreds a second. The floor lets one of
 * several writers begin. What is left gets an end, so that a writer who still follows it finds that it is over.
 */
async function begin(
  store: Store,
  left: Head | undefined,
  entry: Written,
): Promise<number | undefined> {
  const floor = await readMark(store, "floor");
  // What was begun before the floor was read is seen here, and what is begun after it moves the floor.
  if ((await readHead(store))?.seq !== left?.seq) return undefined;
  const seq = Math.max(entry.at, (floor ?? 0) + 1);
  const { putLiveEntry, putLiveMark } = livePatterns;
  const end = left && { ...writtenAt(entry.at, []), seq: left.seq + 1 };
  const entries = [...(end ? [end] : []), { ...entry, seq }];
  try {
    await transact(store, [
      ...entries.map((one) => ({ Put: putLiveEntry.params(store.tables, { lane: LANE, ...one }) })),
      { Put: putLiveMark.params(store.tables, { lane: "floor", at: seq, before: floor }) },
    ]);
    return seq;
  } catch (error) {
    if (isLostRace(error)) return undefined;
    throw error;
  }
}

/** Appends changes as the next entry, and returns its number. No changes are an entry as well. */
export type Append = (changes: readonly LiveChange[]) => Promise<number>;

/**
 * A writer of the log. It remembers the number that it wrote last, and asks for the head where another
 * writer was faster.
 *
 * @throws ServiceError 503 from `append` where other writers are faster again and again
 */
export function createAppend(store: Store): Append {
  let last: Head | undefined;
  return async (changes) => {
    const entry = writtenAt(store.now().getTime(), changes);
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (attempt > 0) await wait(Math.random() * Math.min(2 ** attempt, MOST_WAIT));
      const head = last ?? (await readHead(store));
      const seq = isFollowed(head, entry.at)
        ? await putAfter(store, head.seq, entry)
        : await begin(store, head, entry);
      last = seq === undefined ? undefined : { seq, at: entry.at };
      if (seq !== undefined) return seq;
    }
    throw new ServiceError(503, "The service is too busy for the moment; try again");
  };
}

/** Appends any number of changes, in as many entries as they need. */
export async function appendAll(append: Append, changes: readonly LiveChange[]): Promise<void> {
  for (let at = 0; at < changes.length; at += CHANGES_AN_ENTRY)
    await append(changes.slice(at, at + CHANGES_AN_ENTRY));
}

/** The number of the newest entry. A lane that has none to follow begins here: what is not there is nowhere to go on from. */
export async function openLog(store: Store, append: Append): Promise<number> {
  const head = await readHead(store);
  return isFollowed(head, store.now().getTime()) ? head.seq : append([]);
}

/**
 * The next entries after a number, some at a time; none at the head. `undefined`: what comes next is gone, or
 * older than an hour.
 */
export async function readAfter(store: Store, after: number): Promise<Entry[] | undefined> {
  const entries = await query(store, { after, order: "oldest", limit: PAGE });
  const oldest = store.now().getTime() - READABLE_MS;
  const isWhole = entries.every(({ seq, at }, index) => seq === after + 1 + index && at >= oldest);
  return isWhole ? entries : undefined;
}

/** What is there after a number, oldest first, holes or not. */
export const readWhatIsLeft = (store: Store, after: number): Promise<Entry[]> =>
  query(store, { after, order: "oldest", limit: PAGE });
