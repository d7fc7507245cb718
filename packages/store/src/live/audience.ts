/**
 * Whether anybody listens, or may come back to what he missed: where nobody does, the live log is not written. What
 * was changed before the first one came was changed before his subscription is acknowledged.
 */
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { livePatterns } from "../access-patterns/live.ts";
import type { Store } from "../store.ts";
import { readMark } from "./log.ts";

/**
 * Milliseconds from a subscription until nobody can come back to it: API Gateway keeps a connection for two hours, the
 * log what it missed for one.
 */
const AUDIENCE_MS = 4 * 3_600_000;

/** Milliseconds in which an instance notes that there is somebody once, however many come. */
const NOTED_MS = 600_000;

/** What an instance of a function knows of it. */
export function createAudience(store: Store) {
  const { client, tables, now } = store;
  let seen = Number.NEGATIVE_INFINITY;
  return {
    /** Notes that somebody comes: before he is acknowledged. */
    async note(): Promise<void> {
      const at = now().getTime();
      if (at - seen < NOTED_MS) return;
      await client.send(new PutCommand(livePatterns.noteAudience.params(tables, { at })));
      seen = at;
    },
    async isThere(): Promise<boolean> {
      const at = now().getTime();
      if (at - seen < AUDIENCE_MS) return true;
      seen = (await readMark(store, "audience")) ?? seen;
      return at - seen < AUDIENCE_MS;
    },
  };
}
