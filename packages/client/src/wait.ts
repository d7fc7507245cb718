/** Waiting for the end of an execution. */
import type { Execution } from "@attune/domain/execution";
import type { Call, CallOptions } from "./call.ts";
import { delayAfter, sleep } from "./delay.ts";
import { WaitTimeout } from "./errors.ts";
import { readExecution } from "./execution.ts";
import { type FinalStatus, isFinal } from "./final.ts";

export interface WaitOptions extends CallOptions {
  /** Milliseconds: 300,000, five minutes, unless given. A timer holds 24 days, which `Infinity` means. */
  readonly timeout?: number | undefined;
}

/** An execution that is over. */
export type Ended = Execution & { readonly status: FinalStatus };

const hasEnded = (execution: Execution): execution is Ended => isFinal(execution.status);

const pace = { first: 250, longest: 5_000 };
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Polls until an execution is over. A poll without an answer is made again for as long as there is time.
 *
 * @throws WaitTimeout, ApiError, or the signal's reason
 */
export async function waitFor(
  call: Call,
  id: number,
  { timeout = 300_000, signal }: WaitOptions,
): Promise<Ended> {
  const deadline = AbortSignal.timeout(Math.min(timeout, LONGEST_TIMER));
  const either = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  let execution: Execution | undefined;
  try {
    for (let polls = 1; ; polls++) {
      execution = await readExecution(call, id, {
        signal: either,
        tries: Number.POSITIVE_INFINITY,
      });
      if (hasEnded(execution)) return execution;
      await sleep(delayAfter(polls, pace), either);
    }
  } catch (cause) {
    if (cause !== deadline.reason) throw cause;
    const seen = execution === undefined ? "was not seen" : `is ${execution.status}`;
    throw new WaitTimeout(`Execution ${id} ${seen} after ${timeout} ms`, execution, { cause });
  }
}
