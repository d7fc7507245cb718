/** How an execution ends, and what its result looks like as JSON text. */
import type { JsonText } from "@attune/domain/json-text";
import type { Status } from "@attune/domain/lifecycle";

export interface Outcome {
  readonly status: Extract<Status, "completed" | "failed" | "cancelled" | "timeout">;
  readonly resultText: JsonText;
}

const exact = Symbol("exact JSON text");

/** A result that is stored to the letter. */
export interface ExactJson {
  readonly [exact]: JsonText;
}

/**
 * A result given as its JSON text: numbers past 2^53, `1.10` and the order of keys stay as they are.
 *
 * @throws SyntaxError when `text` is no JSON
 */
export function exactJson(text: JsonText): ExactJson {
  JSON.parse(text);
  return { [exact]: text };
}

const isExact = (value: unknown): value is ExactJson =>
  typeof value === "object" && value !== null && exact in value;

/**
 * The outcome of an action that returned `value`; what JSON has no word for counts as null.
 *
 * @throws TypeError when the value has no JSON text (a cycle, a BigInt)
 */
export function completed(value: unknown): Outcome {
  const resultText = isExact(value) ? value[exact] : (JSON.stringify(value) ?? "null");
  return { status: "completed", resultText };
}

/** An outcome whose result is `{"error": …}`, with details where there are any. */
export function unsuccessful(
  status: Exclude<Outcome["status"], "completed">,
  error: string,
  details?: unknown,
): Outcome {
  return { status, resultText: JSON.stringify({ error, details }) };
}
