/** What became of an execution, and what is below it. */
import type { HistoryAnswer, TreeAnswer } from "@attune/domain/answers";
import { type Call, type CallOptions, read } from "./call.ts";

export interface TreeOptions extends CallOptions {
  /** Levels below the execution: 3 unless given, 10 at most. */
  readonly depth?: number | undefined;
  /** Executions in the answer: 200 unless given, 1,000 at most. */
  readonly limit?: number | undefined;
}

export const readHistory = (call: Call, id: number, options: CallOptions) =>
  read<HistoryAnswer>(call, `/${id}/history`, options);

export const readTree = (call: Call, id: number, { signal, ...bounds }: TreeOptions) =>
  read<TreeAnswer>(call, `/${id}/tree`, { signal }, bounds);
