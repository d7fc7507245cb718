/** What the API answers: `{"data": …}` and what stands beside it. The schemas own the types. */
import * as z from "zod";
import { Id } from "./execution.ts";
import { Owner, Status } from "./lifecycle.ts";
import { LogLine } from "./logs.ts";
import { finals, type Stats } from "./stats.ts";
import { Execution, Summary } from "./view.ts";

const Count = z.int().min(0);

/** One execution. */
export const ExecutionAnswer = z.object({ data: Execution });
export type ExecutionAnswer = z.infer<typeof ExecutionAnswer>;

/** Where a page is in its list. */
export const Pagination = z.object({
  page: z.int().min(1),
  page_size: z.int().min(1),
  total_items: Count,
  total_pages: Count,
  /** `false`: the total is at least that many, and `next_cursor` goes on. */
  complete: z.boolean(),
  /** Executions that a search has looked at. */
  scanned: Count.optional(),
  next_cursor: z.string().nullable(),
  prev_cursor: z.string().nullable(),
});
export type Pagination = z.infer<typeof Pagination>;

/** A page of a list. */
export const ListAnswer = z.object({ data: z.array(Summary), pagination: Pagination });
export type ListAnswer = z.infer<typeof ListAnswer>;

/** What stands where, now. */
export const StatsNow = z.object({
  total: Count,
  completed: Count,
  failed: Count,
  running: Count,
  pending: Count,
  cancelled: Count,
  timeout: Count,
  abandoned: Count,
} satisfies Record<keyof Stats, typeof Count>);

/** In a row where intervals are asked for: when its own begins. */
const since = z.iso.datetime().optional();

/** How the executions of an interval and a group ended. */
export const GroupRow = z.object({
  since,
  action_ref: z.string().optional(),
  pack_name: z.string().optional(),
  total: Count,
  completed: Count,
  failed: Count,
  cancelled: Count,
  timeout: Count,
  abandoned: Count,
  unfinished: Count,
  failure_rate: z.number().min(0).max(1).nullable(),
  duration_seconds: z
    .object({ p50: z.number().min(0), p90: z.number().min(0), p99: z.number().min(0) })
    .nullable(),
} satisfies Record<(typeof finals)[number], typeof Count> & Readonly<Record<string, z.ZodType>>);
export type GroupRow = z.infer<typeof GroupRow>;

/** The executions of an interval by how they ended. */
export const StatusRow = z.object({
  since,
  status: z.union([z.enum(finals), z.literal("unfinished")]),
  total: Count,
});
export type StatusRow = z.infer<typeof StatusRow>;

/** What became of the executions that were created in some time. */
export const StatsOverTime = z.object({
  since: z.iso.datetime(),
  until: z.iso.datetime(),
  rows: z.array(z.union([GroupRow, StatusRow])),
});

/** The statistics: over some time where a parameter asks for it. */
export const StatsAnswer = z.object({ data: z.union([StatsNow, StatsOverTime]) });

/** A change of an execution. */
export const HistoryEntry = z.object({
  /** `null`: it was created. The same as `to`: its status stayed. */
  from: z.nullable(Status),
  to: Status,
  owner: Owner,
  worker: z.nullable(Id),
  attempt: Count,
  version: z.int().min(1),
  at: z.iso.datetime(),
  reason: z.string().nullable(),
  /** Until the next change; `null` while there is none. */
  seconds: z.number().min(0).nullable(),
});
export type HistoryEntry = z.infer<typeof HistoryEntry>;

/** The changes of an execution, oldest first. */
export const HistoryAnswer = z.object({
  data: z.array(HistoryEntry),
  /** Seconds in each status that it has left. */
  durations: z.partialRecord(Status, z.number().min(0)),
  /** `false`: changes are missing, which the stream has not brought yet. */
  complete: z.boolean(),
});
export type HistoryAnswer = z.infer<typeof HistoryAnswer>;

/** Executions by how they ended. */
export const TreeCounts = GroupRow.pick({
  total: true,
  completed: true,
  failed: true,
  cancelled: true,
  timeout: true,
  abandoned: true,
  unfinished: true,
});
export type TreeCounts = z.infer<typeof TreeCounts>;

/** An execution of a tree. */
export const TreeNode = z.object(Summary.shape).extend({
  /** Of all its children, whether they are in the tree or not. */
  counts: TreeCounts,
  /** `true`: some of its children are not in the tree; the list of all of them is at `more`. */
  truncated: z.boolean(),
  more: z.string().nullable(),
  get children() {
    return z.array(TreeNode);
  },
});
export type TreeNode = z.infer<typeof TreeNode>;

/** An execution and what is below it. */
export const TreeAnswer = z.object({
  data: TreeNode,
  /** Executions in the tree. */
  nodes: z.int().min(1),
  /** Whether anything is cut. */
  truncated: z.boolean(),
});
export type TreeAnswer = z.infer<typeof TreeAnswer>;

/** What a worker that lives is told. */
export const HeartbeatAnswer = z.object({
  data: z.object({ cancel_requested: z.boolean(), status: Status }),
});
export type HeartbeatAnswer = z.infer<typeof HeartbeatAnswer>;

/** What a worker that appends to a log is told. */
export const AppendAnswer = z.object({
  data: z.object({
    /** The number that the next line has to have. */
    next_seq: z.int().min(1),
    /** The log is full: what did not fit is dropped, and so is all that comes. */
    truncated: z.boolean(),
  }),
});
export type AppendAnswer = z.infer<typeof AppendAnswer>;

/** Where a page is in its log. */
export const LogPagination = z.object({
  /** The page after it, now or later: `after` this line. */
  next_after: Count,
  /** The page before it: `before` this line; `null` at the beginning. */
  prev_before: z.int().min(1).nullable(),
  /** Whether there is more in the page's direction by now. */
  more: z.boolean(),
  /** The page reaches the end of a log that was full: lines were dropped there. */
  truncated: z.boolean(),
});
export type LogPagination = z.infer<typeof LogPagination>;

/** A page of a log, oldest line first. */
export const LogsAnswer = z.object({ data: z.array(LogLine), pagination: LogPagination });
export type LogsAnswer = z.infer<typeof LogsAnswer>;
