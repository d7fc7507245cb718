/** What became of an execution, and what is below it. */
import type { HistoryAnswer, TreeAnswer } from "@attune/domain/answers";
import type { Call, CallOptions } from "./call.ts";
import { queryText } from "./query.ts";

export interface TreeOptions extends CallOptions {
  /** Levels below the execution: 3 unless given, 10 at most. */
  readonly depth?: number | undefined;
  /** Executions in the answer: 200 unless given, 1,000 at most. */
  readonly limit?: number | undefined;
}

export const readHistory = (call: Call, id: number, { signal }: CallOptions) =>
  call<HistoryAnswer>({ method: "GET", path: `/${id}/history`, isRepeatable: true, signal });

export function readTree(call: Call, id: number, { signal, ...bounds }: TreeOptions) {
  const path = `/${id}/tree${queryText(bounds)}`;
  return call<TreeAnswer>({ method: "GET", path, isRepeatable: true, signal });
}
