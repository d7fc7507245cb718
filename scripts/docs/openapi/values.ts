/** The examples of the description: one execution, and what is said of it on its way. */
import type {
  AppendAnswer,
  ExecutionAnswer,
  HeartbeatAnswer,
  HistoryAnswer,
  HistoryEntry,
  ListAnswer,
  LogsAnswer,
  TreeAnswer,
  TreeCounts,
  TreeNode,
} from "@attune/domain/answers";
import type { LogLine } from "@attune/domain/logs";
import type { ExecutionRequest } from "@attune/domain/request";

const asked = {
  action: 12,
  action_ref: "slack.send_message",
  config: { channel: "#alerts", message: "Disk almost full" },
  parent: null,
  enforcement: 42,
};

const requested: ExecutionAnswer["data"] = {
  id: 374021801980118,
  ...asked,
  executor: null,
  status: "requested",
  result: null,
  created: "2026-11-22T20:58:36.499Z",
  updated: "2026-11-22T20:58:36.499Z",
  original_execution: null,
};
const running: ExecutionAnswer["data"] = {
  ...requested,
  executor: 7,
  status: "running",
  updated: "2026-11-22T20:58:36.601Z",
};
const completed: ExecutionAnswer["data"] = {
  ...running,
  status: "completed",
  result: { sent: true },
  updated: "2026-11-22T20:58:36.706Z",
};

const answerOf = (data: ExecutionAnswer["data"]): ExecutionAnswer => ({ data });

export const executions = {
  requested: answerOf(requested),
  running: answerOf(running),
  completed: answerOf(completed),
  cancelled: answerOf({ ...requested, status: "cancelled" }),
  retried: answerOf({ ...requested, id: 374021838189574, original_execution: requested.id }),
};

const { id, action_ref, status, parent, enforcement, created, updated } = completed;

export const list: ListAnswer = {
  data: [{ id, action_ref, status, parent, enforcement, created, updated }],
  pagination: {
    page: 1,
    page_size: 20,
    total_items: 1,
    total_pages: 1,
    complete: true,
    next_cursor: null,
    prev_cursor: null,
  },
};

export const stats = {
  data: {
    total: 42,
    completed: 36,
    failed: 3,
    running: 2,
    pending: 1,
    cancelled: 0,
    timeout: 0,
    abandoned: 0,
  },
};

const entry = (
  version: number,
  from: HistoryEntry["from"],
  to: HistoryEntry["to"],
  at: string,
  seconds: number | null,
): HistoryEntry => ({
  ...{ from, to, owner: version < 3 ? "executor" : "worker", worker: version < 4 ? null : 7 },
  ...{ attempt: version < 3 ? 0 : 1, version, at, reason: null, seconds },
});

export const history: HistoryAnswer = {
  data: [
    entry(1, null, "requested", requested.created, 0.038),
    entry(2, "requested", "scheduling", "2026-11-22T20:58:36.537Z", 0.012),
    entry(3, "scheduling", "scheduled", "2026-11-22T20:58:36.549Z", 0.052),
    entry(4, "scheduled", "running", running.updated, 0.105),
    entry(5, "running", "completed", completed.updated, null),
  ],
  durations: { requested: 0.038, scheduling: 0.012, scheduled: 0.052, running: 0.105 },
  complete: true,
};

const none: TreeCounts = {
  ...{ total: 0, completed: 0, failed: 0, cancelled: 0, timeout: 0, abandoned: 0, unfinished: 0 },
};
const child: TreeNode = {
  ...{ id: 374021838189574, action_ref: "core.http", status: "running", parent: id, enforcement },
  ...{ created: "2026-11-22T20:58:45.339Z", updated: "2026-11-22T20:58:45.512Z" },
  ...{ counts: none, truncated: false, more: null, children: [] },
};

export const tree: TreeAnswer = {
  data: {
    ...{ id, action_ref: "core.workflow", status: "running", parent: null, enforcement },
    ...{ created, updated: running.updated },
    counts: { ...none, total: 3, completed: 2, unfinished: 1 },
    truncated: true,
    more: `/api/v1/executions/${id}/children?sort=created`,
    children: [child],
  },
  nodes: 2,
  truncated: true,
};

export const request: ExecutionRequest = {
  ...asked,
  timeout_seconds: 600,
  idempotency_key: "alert-7",
  retry: { max_attempts: 5, backoff_seconds: 1, max_backoff_seconds: 3_600 },
};

export const hold = { worker_id: 7, attempt: 1 };
export const outcome = { ...hold, status: "completed", result: completed.result };
export const heartbeat: HeartbeatAnswer = { data: { cancel_requested: false, status: "running" } };

const said: LogLine[] = [
  { seq: 1, stream: "stdout", time: "2026-11-22T20:58:36.640Z", text: "Sending to #alerts" },
  { seq: 2, stream: "stderr", time: "2026-11-22T20:58:36.702Z", text: "Slow answer: 58 ms" },
];
export const lines = { ...hold, lines: said };
export const appended: AppendAnswer = { data: { next_seq: 3, truncated: false } };
export const logs: LogsAnswer = {
  data: said,
  pagination: { next_after: 2, prev_before: null, more: false, truncated: false },
};
export const logsText = "Sending to #alerts\nSlow answer: 58 ms\n";
