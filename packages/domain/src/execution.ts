/** What the API shows of an execution. The schemas own the types. */
import * as z from "zod/mini";
import { type JsonText, objectText, textsOf } from "./json-text.ts";
import { Status } from "./lifecycle.ts";

/** An integer that JSON carries exactly. */
export const Id = z.int();

/** Of a text that is stored: half of a surrogate pair has no bytes in UTF-8, and DynamoDB refuses it. */
export const wellFormed = z.refine<string>(
  (text) => text.isWellFormed(),
  "must not have half of a surrogate pair",
);

/**
 * An action's reference, such as `slack.send_message`: what stands before the first dot is its pack.
 * 512 characters fit an index key in any script.
 */
export const ActionRef = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(512),
    z.regex(/^[^.]/, "must not begin with a dot"),
    wellFormed,
  );

const Timestamp = z.iso.datetime();

/** The eleven fields of `GET /{id}` that the contract names, and one more. */
export const Execution = z.object({
  id: Id,
  action: z.nullable(Id),
  action_ref: ActionRef,
  config: z.unknown(),
  parent: z.nullable(Id),
  enforcement: z.nullable(Id),
  executor: z.nullable(Id),
  status: Status,
  result: z.unknown(),
  created: Timestamp,
  updated: Timestamp,
  /** The execution that this one is a new try of, the first of them all. */
  original_execution: z.nullable(Id),
});
export type Execution = z.infer<typeof Execution>;

/** The seven fields of a list's row. */
export const Summary = z.pick(Execution, {
  id: true,
  action_ref: true,
  status: true,
  parent: true,
  enforcement: true,
  created: true,
  updated: true,
});
export type Summary = z.infer<typeof Summary>;

/** An execution whose `config` and `result` are the texts that came in. */
export interface ExecutionView extends Omit<Execution, "config" | "result"> {
  readonly config: JsonText | null;
  readonly result: JsonText | null;
}

/** The JSON of an execution, `config` and `result` as they came in. */
export function executionText(view: ExecutionView): JsonText {
  const { id, action, action_ref, parent, enforcement, executor, status, created, updated } = view;
  const { original_execution } = view;
  return objectText({
    ...textsOf({ id, action, action_ref }),
    config: view.config ?? "null",
    ...textsOf({ parent, enforcement, executor, status }),
    result: view.result ?? "null",
    ...textsOf({ created, updated, original_execution }),
  });
}

/** The pack of an action: what stands before the first dot, if there is one. */
export function packOf(actionRef: string): string | undefined {
  const dot = actionRef.indexOf(".");
  return dot > 0 ? actionRef.slice(0, dot) : undefined;
}
