/** What a fleet writes: actions, each with the schema of its config. */
import { explain } from "@attune/domain/errors";
import type { JsonText } from "@attune/domain/json-text";
import type * as z from "zod";
import { completed, type Outcome, unsuccessful } from "./outcome.ts";

/** The execution that an action runs for. */
export interface Job {
  readonly id: number;
  readonly action: number | null;
  readonly actionRef: string;
  readonly attempt: number;
  readonly parent: number | null;
  readonly enforcement: number | null;
  readonly timeoutSeconds: number | null;
  /** The config to the letter; `null` where there is none. */
  readonly configText: JsonText;
}

type Write = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/**
 * Writes to the log of the execution, each line of the message as a line of `stdout`, and tells the worker's listener.
 * It takes no time and cannot fail.
 */
export interface Log extends Write {
  /** The same, as lines of `stderr`. */
  readonly error: Write;
}

export interface ActionDefinition<Input> {
  /** Such as `slack.send_message`. */
  readonly ref: string;
  /** What the config has to be. */
  readonly input: z.ZodType<Input>;
  /**
   * Does the work. What it returns is the result, as a value or as `exactJson(text)`; what it throws
   * fails the execution. `signal` aborts with a `Cancelled` that says why.
   */
  readonly run: (given: {
    readonly input: Input;
    readonly job: Job & { readonly config: Input };
    readonly signal: AbortSignal;
    readonly log: Log;
  }) => unknown;
}

export interface Action {
  readonly ref: string;
  /** Throws what the action throws. */
  readonly perform: (job: Job, signal: AbortSignal, log: Log) => Promise<Outcome>;
}

/** An action of a worker. A config that the schema refuses fails the execution, and says where. */
export function defineAction<Input>({ ref, input, run }: ActionDefinition<Input>): Action {
  return {
    ref,
    async perform(job, signal, log) {
      const parsed = await input.safeParseAsync(JSON.parse(job.configText));
      if (!parsed.success) {
        const details = parsed.error.issues.map(({ path, code, message }) => ({
          path,
          code,
          message,
        }));
        return unsuccessful("failed", `config is not valid: ${explain(parsed.error)}`, details);
      }
      const config = parsed.data;
      return completed(await run({ input: config, job: { ...job, config }, signal, log }));
    },
  };
}
