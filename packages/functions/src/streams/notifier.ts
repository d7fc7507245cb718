/**
 * Tells live subscribers of the entries of the live log, in order and at least once. What it has told already is told
 * no second time, and what its batches lack is read from the log. See docs/adr/0020-live.md.
 */
import { type Entry, eventsAfter, unpack } from "@attune/store/live/entries";
import { moveMark, readMark, readWhatIsLeft } from "@attune/store/live/log";
import middy from "@middy/core";
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import * as z from "zod";
import { deliver } from "../live/deliver.ts";
import { store } from "../resources.ts";
import { N, S } from "./attributes.ts";
import { goOnFrom, readRecords } from "./records.ts";

const Changes = z.object({ B: z.string() }).transform(({ B }) => unpack(Buffer.from(B, "base64")));
const Image = z.object({ seq: N, at: N, writer: S, changes: Changes });

const entryOf = ({ dynamodb }: DynamoDBRecord): Entry => Image.parse(dynamodb?.NewImage);

/** The number up to which everybody was told; what this instance wrote last, while nobody else has written. */
let mark: number | undefined;

/** The entries between what was told and a batch, where a batch before it was given up. */
async function readGap(told: number, first: number): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let after = told; after + 1 < first; ) {
    const some = await readWhatIsLeft(store, after);
    entries.push(...some.filter(({ seq }) => seq < first));
    after = some.at(-1)?.seq ?? first;
  }
  return entries;
}

async function tellOf(read: readonly Entry[]): Promise<void> {
  const before = mark ?? (await readMark(store, "told"));
  const told = before ?? 0;
  const fresh = read.filter(({ seq }) => seq > told);
  const [first, last] = [fresh.at(0), fresh.at(-1)];
  if (first === undefined || last === undefined) return;
  const gap = before === undefined ? [] : await readGap(told, first.seq);
  await deliver(eventsAfter({ seq: told }, [...gap, ...fresh]));
  mark = (await moveMark(store, "told", last.seq, before)) ? last.seq : undefined;
}

export const handler = middy<DynamoDBStreamEvent, DynamoDBBatchResponse>().handler(
  async ({ Records }) => {
    const { read, unreadable } = readRecords(Records, entryOf);
    await tellOf(read);
    return goOnFrom(unreadable);
  },
);
