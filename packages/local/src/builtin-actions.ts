/** The actions that the built-in worker knows. */
import { setTimeout as wait } from "node:timers/promises";
import { explain } from "@attune/domain/errors";
import { type JsonText, memberTexts } from "@attune/domain/json-text";
import * as z from "zod";

export interface Outcome {
  readonly status: "completed" | "failed" | "cancelled";
  readonly result: JsonText;
}

/** What an action is given: its config to the letter, and a signal that says stop. */
export type Action = (config: JsonText, signal: AbortSignal) => Promise<Outcome>;

const failure = (error: string): Outcome => ({
  status: "failed",
  result: JSON.stringify({ error }),
});

const SleepConfig = z.object({ seconds: z.number().min(0).max(43_200) });
const FailConfig = z.object({ message: z.string() });

const sleep: Action = async (config, signal) => {
  const parsed = SleepConfig.safeParse(JSON.parse(config));
  if (!parsed.success) return failure(`config is not valid: ${explain(parsed.error)}`);
  try {
    await wait(parsed.data.seconds * 1_000, undefined, { signal });
  } catch {
    return { status: "cancelled", result: JSON.stringify({ error: "Cancelled" }) };
  }
  return { status: "completed", result: JSON.stringify({ slept_seconds: parsed.data.seconds }) };
};

const fail: Action = async (config) => {
  const parsed = FailConfig.safeParse(JSON.parse(config));
  return failure(parsed.success ? parsed.data.message : "core.fail was asked to fail");
};

const actions: Readonly<Record<string, Action>> = {
  "core.echo": async (config) => ({ status: "completed", result: config }),
  "core.sleep": sleep,
  "core.fail": fail,
};

/** The action of a reference; one that is not known fails with a clear error. */
export function actionOf(actionRef: string): Action {
  const known = Object.keys(actions).join(", ");
  const unknown: Action = async () =>
    failure(`The built-in worker does not know ${actionRef}; it knows ${known}`);
  return Object.hasOwn(actions, actionRef) ? (actions[actionRef] ?? unknown) : unknown;
}

/** The config of an execution, out of the text of `{"data": <execution>}`. */
export function configOf(answer: JsonText): JsonText {
  return memberTexts(memberTexts(answer).get("data") ?? "{}").get("config") ?? "null";
}
