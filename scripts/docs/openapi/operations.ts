/** What is said of each route beside its schemas: what it does, what it answers, and what it refuses. */
import {
  AppendAnswer,
  ExecutionAnswer,
  HeartbeatAnswer,
  HistoryAnswer,
  ListAnswer,
  LogsAnswer,
  StatsAnswer,
  TreeAnswer,
} from "@attune/domain/answers";
import type { RouteName, RoutesOf } from "@attune/topology/routes";
import type * as z from "zod";
import type { RefusalStatus } from "./refusals.ts";
import * as values from "./values.ts";

/** The routes that the description is of: all but those that show it. */
export type DescribedRoute = Exclude<RouteName, RoutesOf<"describe">>;

export interface Answered {
  readonly says: string;
  readonly schema: z.core.$ZodType;
  readonly example: unknown;
  /** Its header `location` is the path of the execution. */
  readonly located?: true;
  /** An example of the same as plain text, where that can be asked for. */
  readonly text?: string;
}

export interface Said {
  readonly tag: keyof typeof tags;
  readonly summary: string;
  readonly description?: string;
  /** An example of the body, where the endpoint takes one. */
  readonly body?: unknown;
  /** Status → answer. */
  readonly answers: Readonly<Record<number, Answered>>;
  /** Beside what any route may refuse. */
  readonly refuses: readonly RefusalStatus[];
}

export const tags = {
  Executions: "What runs, what ran, and how it ended.",
  Workers:
    "The protocol of a worker: it claims an execution whose message it has received, says every 30 seconds that it lives, and finishes it.",
} as const;

const answer = <S extends z.core.$ZodType>(
  says: string,
  schema: S,
  example: z.infer<S>,
  more: Pick<Answered, "located" | "text"> = {},
): Answered => ({ says, schema, example, ...more });

const list = { 200: answer("A page of the list.", ListAnswer, values.list) };
const filters =
  "Filters go together in any combination; parameters that are not known are ignored.";
const { executions, hold } = values;

export const operations: Readonly<Record<DescribedRoute, Said>> = {
  listExecutions: {
    tag: "Executions",
    summary: "A list, newest first.",
    description: filters,
    answers: list,
    refuses: [400],
  },
  getStats: {
    tag: "Executions",
    summary: "Numbers of executions by status.",
    description:
      "Without a parameter, what is where now. With any of them, how the executions that were created in some time have ended, by interval and group.",
    answers: { 200: answer("The numbers.", StatsAnswer, values.stats) },
    refuses: [400],
  },
  listByStatus: {
    tag: "Executions",
    summary: "The list of one status.",
    description: `${filters} The status is the path's.`,
    answers: list,
    refuses: [400],
  },
  listByEnforcement: {
    tag: "Executions",
    summary: "The list of one enforcement.",
    description: `${filters} The enforcement is the path's.`,
    answers: list,
    refuses: [400],
  },
  listChildren: {
    tag: "Executions",
    summary: "The list of the children of one execution.",
    description: `${filters} The parent is the path's, whether there is such an execution or not.`,
    answers: list,
    refuses: [400],
  },
  getExecution: {
    tag: "Executions",
    summary: "One execution.",
    description: "`config` and `result` are as they came in, to the last digit.",
    answers: { 200: answer("The execution.", ExecutionAnswer, executions.completed) },
    refuses: [400, 404],
  },
  getHistory: {
    tag: "Executions",
    summary: "What became of an execution, change by change.",
    description:
      "Oldest first: each change of status or owner once, and the request for a cancel. What has just happened is there at once, what was before it a second later: until then `complete` is false.",
    answers: { 200: answer("Its changes.", HistoryAnswer, values.history) },
    refuses: [400, 404],
  },
  getTree: {
    tag: "Executions",
    summary: "An execution and what is below it.",
    description:
      "Children are oldest first, and come breadth first, with equal shares. Where depth or size cut them off, `truncated` says so, `counts` has them all the same, and the list of all of them is at `more`.",
    answers: { 200: answer("The tree.", TreeAnswer, values.tree) },
    refuses: [400, 404],
  },
  requestExecution: {
    tag: "Executions",
    summary: "Requests an execution by hand.",
    description: "The same `idempotency_key` again makes no second execution.",
    body: values.request,
    answers: {
      200: answer(
        "The execution that the idempotency key stands for.",
        ExecutionAnswer,
        executions.running,
        { located: true },
      ),
      201: answer("The new execution.", ExecutionAnswer, executions.requested, { located: true }),
    },
    refuses: [400, 413, 415],
  },
  cancelExecution: {
    tag: "Executions",
    summary: "Cancels an execution, or asks its worker to.",
    description:
      "With `cascade=true` what is unfinished below it is cancelled as well, after the answer; then a finished execution is no conflict.",
    answers: {
      200: answer("It is cancelled, or was asked to be.", ExecutionAnswer, executions.cancelled),
      202: answer(
        "Its worker will be told; or it is finished, and what is below it will be cancelled.",
        ExecutionAnswer,
        executions.running,
      ),
    },
    refuses: [400, 404, 409],
  },
  retryExecution: {
    tag: "Executions",
    summary: "Requests a finished execution again.",
    description: "Called twice it makes two.",
    answers: {
      201: answer("The new execution.", ExecutionAnswer, executions.retried, { located: true }),
    },
    refuses: [400, 404, 409],
  },
  claimExecution: {
    tag: "Workers",
    summary: "A worker takes an execution, which is running then.",
    description: "The same worker may ask again with the same attempt, and is answered the same.",
    body: hold,
    answers: { 200: answer("It is the worker's.", ExecutionAnswer, executions.running) },
    refuses: [400, 404, 409, 413, 415],
  },
  heartbeatExecution: {
    tag: "Workers",
    summary: "The worker lives, and learns whether to stop.",
    body: hold,
    answers: { 200: answer("It is still the worker's.", HeartbeatAnswer, values.heartbeat) },
    refuses: [400, 404, 409, 413, 415],
  },
  finishExecution: {
    tag: "Workers",
    summary: "The worker is done, with a result.",
    description: "The same call again is answered the same.",
    body: values.outcome,
    answers: { 200: answer("It is final.", ExecutionAnswer, executions.completed) },
    refuses: [400, 404, 409, 413, 415],
  },
  appendLogs: {
    tag: "Workers",
    summary: "Lines that the action says while it runs.",
    description:
      "Lines are numbered from 1 without a gap, over all calls. The same lines again change nothing; a call that leaves some out is refused, and `details.next_seq` says where the log goes on. They are taken until a little after the end.",
    body: values.lines,
    answers: { 200: answer("They are in the log.", AppendAnswer, values.appended) },
    refuses: [400, 404, 409, 413, 415],
  },
  readLogs: {
    tag: "Executions",
    summary: "A page of the log of an execution.",
    description:
      "Oldest line first; from the beginning, unless `after`, `before` or `last` says otherwise. As plain text where `format` or the header `accept` asks for it.",
    answers: {
      200: answer("The page.", LogsAnswer, values.logs, { text: values.logsText }),
    },
    refuses: [400, 404],
  },
};
