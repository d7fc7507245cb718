/** The newest executions: the stream, which is about a second late, may not have brought them yet. */
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { executionReads } from "../access-patterns/executions-read.ts";
import { FEED, partitionsOf } from "../index-keys.ts";
import { Row } from "../record.ts";
import type { Store } from "../store.ts";

const RECENT = 100;
/** Read units of an entry of the index. */
const ENTRY_UNITS = 1 / 80;
const Entry = z.pick(Row, { id: true });

/** The ids of the newest hundred, in no order. */
export async function readRecent(store: Store): Promise<{ ids: number[]; units: number }> {
  const answers = await Promise.all(
    partitionsOf(FEED, store.shards).map((partition) => {
      const given = { index: "by_feed", partition, order: "newest", limit: RECENT } as const;
      const params = executionReads.indexEntries.params(store.tables, given);
      return store.client.send(new QueryCommand(params));
    }),
  );
  const ids = answers.flatMap(({ Items = [] }) => Items.map((item) => Entry.parse(item).id));
  return {
    ids: ids.sort((one, other) => other - one).slice(0, RECENT),
    units: ids.length * ENTRY_UNITS,
  };
}
