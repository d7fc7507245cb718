import type { NewExecution } from "@attune/domain/request";
import { type CallOptions, type ClientOptions, createCall } from "./call.ts";
import {
  type CancelOptions,
  cancelExecution,
  readExecution,
  requestExecution,
  retryExecution,
} from "./execution.ts";
import { readHistory, readTree, type TreeOptions } from "./inspect.ts";
import { type ListFilter, type ListOptions, listAll, listPage, type PageOptions } from "./list.ts";
import type { Live } from "./live.ts";
import { type LogOptions, type LogPageOptions, logLines, logPage } from "./logs.ts";
import { readStats, type StatsQuery } from "./stats.ts";
import { type WaitOptions, waitFor } from "./wait.ts";

export interface Options extends ClientOptions {
  /** Tells `wait` of the end of an execution, in place of polls. */
  readonly live?: Live | undefined;
}

export type Client = ReturnType<typeof createClient>;

/**
 * A client of the API. Every call rejects with an `ApiError` where the API says no, with `NoAnswer` where it
 * says nothing, and with the reason of the signal that it is given, once that aborts.
 */
export function createClient({ live, ...options }: Options) {
  const call = createCall(options);
  return {
    executions: {
      /** One page, newest first. */
      list: (filter: ListFilter = {}, options: PageOptions = {}) => listPage(call, filter, options),
      /** Every execution that matches, for `for await`. */
      all: (filter: ListFilter = {}, options: ListOptions = {}) => listAll(call, filter, options),
      /** One page of the executions that an execution has requested. */
      children: (id: number, filter: ListFilter = {}, options: PageOptions = {}) =>
        listPage(call, filter, options, `/${id}/children`),
      /** All of them that match, for `for await`. */
      allChildren: (id: number, filter: ListFilter = {}, options: ListOptions = {}) =>
        listAll(call, filter, options, `/${id}/children`),
      /** The execution and what is below it, breadth first. */
      tree: (id: number, options: TreeOptions = {}) => readTree(call, id, options),
      /** Each change, oldest first, and how long it was in each status. */
      history: (id: number, options: CallOptions = {}) => readHistory(call, id, options),
      get: (id: number, { signal }: CallOptions = {}) => readExecution(call, id, { signal }),
      /** A new execution, or the one that the idempotency key stands for; the client makes up a key where none is given. */
      request: (request: NewExecution, options: CallOptions = {}) =>
        requestExecution(call, request, options),
      /** The execution: `cancelled` before the handoff; after it, as it is until its worker has stopped. */
      cancel: (id: number, options: CancelOptions = {}) => cancelExecution(call, id, options),
      /** A new execution of the same action and config. */
      retry: (id: number, options: CallOptions = {}) => retryExecution(call, id, options),
      /** One page of the log of an execution, oldest line first. */
      logs: (id: number, options: LogPageOptions = {}) => logPage(call, id, options),
      /** Every line of the log that is there by now, for `for await`. */
      lines: (id: number, options: LogOptions = {}) => logLines(call, id, options),
      /** What is where now; with a query, how the executions of some time have ended. */
      stats: <const Q extends StatsQuery = Record<never, never>>(
        query?: Q,
        options: CallOptions = {},
      ) => readStats(call, query, options),
      /** The execution once it is over, however it ended; rejects with `WaitTimeout` where that takes too long. */
      wait: (id: number, options: WaitOptions = {}) => waitFor(call, live, id, options),
    },
  };
}
