/** Whether executions are what a search is after: by their line, by their item, by a result that is elsewhere. */
import { type Filter, meets, namesOf } from "@attune/domain/filter";
import { executionReads } from "../access-patterns/executions-read.ts";
import { readBatch } from "../batch.ts";
import { bytesOf, loadPayloads, readUnitsOf } from "../payloads.ts";
import { ExecutionRecord } from "../record.ts";
import type { Store } from "../store.ts";
import type { Line } from "./lines.ts";

export type SearchFilter = Filter & { readonly result_contains: string };

/** An execution that was looked at. */
export interface Looked {
  readonly id: number;
  readonly isMatch: boolean;
  /** Bytes of the result that decides; 0 where that is decided. */
  readonly elsewhere: number;
}

/** Read units of an execution's item. */
const ITEM_UNITS = 0.5;

/** Looks at a line, as far as it tells. */
export function lookAtLines(filter: SearchFilter): (line: Line) => Looked {
  const needle = filter.result_contains.toLowerCase();
  const names = namesOf(filter).filter((name) => name !== "result_contains");
  return (line) => {
    const isPossible = meets(filter, line, names);
    return {
      id: line.id,
      isMatch: isPossible && line.text?.includes(needle) === true,
      elsewhere: isPossible ? line.elsewhere : 0,
    };
  };
}

async function readRecords(store: Store, ids: readonly number[]): Promise<ExecutionRecord[]> {
  const params = executionReads.recordsByIds.params(store.tables, { ids });
  return readBatch(store.client, params, ExecutionRecord);
}

/** Looks at items, as far as they tell; one that is gone is left out. */
export async function lookAtItems(store: Store, filter: SearchFilter, ids: readonly number[]) {
  const records = await readRecords(store, ids);
  const looked = records.map((record): Looked => {
    const { id, result } = record;
    const isHere = result === undefined || "text" in result;
    const text = result && "text" in result ? result.text : null;
    return {
      id,
      isMatch: meets(filter, { ...record, result: text }, namesOf(filter)),
      elsewhere: isHere ? 0 : bytesOf(result),
    };
  });
  return { looked, units: ids.length * ITEM_UNITS };
}

/** Decides by the results themselves. */
export async function lookElsewhere(
  store: Store,
  filter: SearchFilter,
  undecided: readonly Looked[],
) {
  const records = await readRecords(
    store,
    undecided.map(({ id }) => id),
  );
  const results = await loadPayloads(
    store,
    records.map(({ result }) => result),
  );
  const matches = records.filter((record, at) =>
    meets(filter, { ...record, result: results[at] }, namesOf(filter)),
  );
  const units = undecided.map(({ elsewhere }) => ITEM_UNITS + readUnitsOf(elsewhere));
  return {
    matches: new Set(matches.map(({ id }) => id)),
    units: units.reduce((sum, one) => sum + one, 0),
  };
}
