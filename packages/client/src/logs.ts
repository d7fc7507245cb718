/** Logs of executions: a page, or line by line. */
import type { LogsAnswer } from "@attune/domain/answers";
import type { LogStream } from "@attune/domain/logs";
import { type Call, type CallOptions, read } from "./call.ts";
import { rowsOf } from "./pages.ts";

export interface LogOptions extends CallOptions {
  /** Lines after this one: from the beginning unless given. */
  readonly after?: number | undefined;
  /** Lines of this stream alone. */
  readonly stream?: LogStream | undefined;
  /** Lines of a page, 10,000 at most: 1,000 unless given. */
  readonly limit?: number | undefined;
}

/** One of `after`, `before` and `last` at most. */
export interface LogPageOptions extends LogOptions {
  /** The lines before this one. */
  readonly before?: number | undefined;
  /** So many lines from the end, in place of `limit`. */
  readonly last?: number | undefined;
}

export const logPage = (call: Call, id: number, { signal, ...place }: LogPageOptions) =>
  read<LogsAnswer>(call, `/${id}/logs`, { signal }, place);

/** The lines of a log that are there by now, page by page as they are asked for. */
export const logLines = (call: Call, id: number, { after, ...options }: LogOptions) =>
  rowsOf(
    (after?: number) => logPage(call, id, { ...options, after }),
    ({ more, next_after }) => (more ? next_after : undefined),
    after,
  );
