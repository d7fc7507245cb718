/** What an execution is known by, and its text in an answer. */
import * as z from "zod/mini";
import { type JsonText, objectText, textsOf } from "./json-text.ts";
import { Integer } from "./numbers.ts";
import type { Execution } from "./view.ts";

export const Id = Integer;

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
