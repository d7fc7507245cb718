/** What is said over the WebSocket, in both directions: see docs/live.md. The schemas own the types. */
import * as z from "zod";
import { ErrorBody } from "./error-body.ts";
import { ActionRef, Id, wellFormed } from "./execution.ts";
import { Status } from "./lifecycle.ts";
import { LogLine } from "./logs.ts";
import { Summary } from "./view.ts";

/** What a subscription is told of: all that is given must hold, and nothing given holds for everything. */
export const LiveFilter = z.strictObject({
  execution: z.optional(Id),
  parent: z.optional(Id),
  enforcement: z.optional(Id),
  action_ref: z.optional(ActionRef),
  /** `core` means: `action_ref` starts with `core.` */
  pack_name: z.string().min(1).max(512).check(wellFormed).optional(),
  /** The new one. Lines of logs have none. */
  status: z.optional(Status),
});
export type LiveFilter = z.infer<typeof LiveFilter>;

/** Names a subscription among those of its connection. */
const Name = z.string().min(1).max(64).check(wellFormed).default("default");

export const Subscribe = z.strictObject({
  type: z.literal("subscribe"),
  id: Name,
  filter: LiveFilter.default({}),
  /** A cursor: what came after it is told first. */
  since: z.string().max(64).optional(),
  /** Whether what ends is told with its result. */
  result: z.boolean().default(false),
  /** Whether it is told of the lines of logs as well. */
  logs: z.boolean().default(false),
  /** Whether changes that are told at once come in one message, as many as fit. */
  batch: z.boolean().default(false),
});
export type Subscribe = z.infer<typeof Subscribe>;

export const Unsubscribe = z.strictObject({ type: z.literal("unsubscribe"), id: Name });
export const Ping = z.strictObject({ type: z.literal("ping") });

/** What a client sends. */
export const ClientMessage = z.discriminatedUnion("type", [Subscribe, Unsubscribe, Ping]);
export type ClientMessage = z.infer<typeof ClientMessage>;

/** Opaque: it means something to the service alone. */
const Cursor = z.string();

/** The subscription is there. What is told is what came after `since`, or after this cursor where none was given. */
export const Subscribed = z.object({
  type: z.literal("subscribed"),
  id: z.string(),
  cursor: Cursor,
});

/** What came after `since` has been told, up to this cursor. */
export const CaughtUp = z.object({ type: z.literal("caught_up"), id: z.string(), cursor: Cursor });

/** What came after `since` is not known any more: load again what is shown. What comes after this cursor is told. */
export const Reload = z.object({
  type: z.literal("reload"),
  id: z.string(),
  cursor: Cursor,
  reason: z.string(),
});

export const Unsubscribed = z.object({ type: z.literal("unsubscribed"), id: z.string() });
export const Pong = z.object({ type: z.literal("pong") });

/** What a message of the client came to, in the words of the API. `id`: the subscription that it named. */
export const LiveError = z.object({
  ...ErrorBody.shape,
  type: z.literal("error"),
  id: z.string().optional(),
});

/** A summary, and the result of what has ended where it was asked for. */
const LiveExecution = z.object({
  ...Summary.shape,
  result: z.unknown().optional(),
  /** The result is too large for a message: read it from the API. */
  result_omitted: z.literal(true).optional(),
});

const Told = z.object({
  /** The `id` of the subscription. */
  subscription: z.string(),
  cursor: Cursor,
  /** Grows with each change of an execution: one that is not above the last is told again. */
  version: z.int().min(1),
  data: LiveExecution,
});

export const LiveCreated = Told.extend({ type: z.literal("execution.created") });
export const LiveStatusChanged = Told.extend({
  type: z.literal("execution.status_changed"),
  previous_status: Status,
});

/** Lines that a log has grown by, from the first to the last number: all of them, or as many as a message holds. */
export const LiveLines = z.object({
  type: z.literal("execution.log"),
  ...Told.pick({ subscription: true, cursor: true }).shape,
  execution_id: Id,
  from_seq: z.int().min(1),
  /** Grows with each message about an execution: one that is not above the last is told again. */
  to_seq: z.int().min(1),
  lines: z.array(LogLine).min(1),
});

/** What is told at once, in order, to whoever takes it together. */
export const Batch = z.object({
  type: z.literal("batch"),
  messages: z.array(z.union([LiveCreated, LiveStatusChanged, LiveLines])).min(1),
});

/** What the service sends. */
export const ServerMessage = z.discriminatedUnion("type", [
  Subscribed,
  CaughtUp,
  Reload,
  LiveCreated,
  LiveStatusChanged,
  LiveLines,
  Batch,
  Unsubscribed,
  Pong,
  LiveError,
]);
export type ServerMessage = z.infer<typeof ServerMessage>;

/** What filters look at, and never changes. */
interface Facts {
  /** The execution. */
  readonly id: number;
  readonly action_ref: string;
  readonly parent: number | null;
  readonly enforcement: number | null;
}

/** A change of status. */
export interface LiveTransition extends Facts {
  readonly version: number;
  /** `null`: it was created. */
  readonly previous: Status | null;
  readonly status: Status;
  /** ISO 8601: when it changed. */
  readonly updated: string;
}

/** Lines that a log has grown by, from one number to another. */
export interface LiveGrowth extends Facts {
  readonly from_seq: number;
  readonly to_seq: number;
  /** No filter by a status matches it. */
  readonly status: null;
}

/** What live subscribers are told of. */
export type LiveChange = LiveTransition | LiveGrowth;

type Criterion<N extends keyof LiveFilter> = (
  change: LiveChange,
  wanted: NonNullable<LiveFilter[N]>,
) => boolean;

const criteria: { readonly [N in keyof Required<LiveFilter>]: Criterion<N> } = {
  execution: ({ id }, wanted) => id === wanted,
  parent: ({ parent }, wanted) => parent === wanted,
  enforcement: ({ enforcement }, wanted) => enforcement === wanted,
  action_ref: ({ action_ref }, wanted) => action_ref === wanted,
  pack_name: ({ action_ref }, wanted) => action_ref.startsWith(`${wanted}.`),
  status: ({ status }, wanted) => status === wanted,
};

const names = Object.keys(criteria) as (keyof LiveFilter)[];

function holds<N extends keyof LiveFilter>(filter: LiveFilter, change: LiveChange, name: N) {
  const wanted = filter[name];
  return wanted === undefined || criteria[name](change, wanted);
}

/** Whether a subscription is told of a change. */
export const isToldOf = (
  { filter, logs }: Pick<Subscribe, "filter" | "logs">,
  change: LiveChange,
): boolean =>
  (logs || change.status !== null) && names.every((name) => holds(filter, change, name));
