/** Waiting for the end of an execution. */
import type { Execution } from "@attune/domain/view";
import type { Call, CallOptions } from "./call.ts";
import { delayAfter, sleep } from "./delay.ts";
import { WaitTimeout } from "./errors.ts";
import { readExecution } from "./execution.ts";
import { type FinalStatus, isFinal } from "./final.ts";
import type { Live } from "./live.ts";

export interface WaitOptions extends CallOptions {
  /** Milliseconds: 300,000, five minutes, unless given. A timer holds 24 days, which `Infinity` means. */
  readonly timeout?: number | undefined;
}

/** An execution that is over. */
export type Ended = Execution & { readonly status: FinalStatus };

const hasEnded = (execution: Execution): execution is Ended => isFinal(execution.status);

const pace = { first: 250, longest: 5_000 };
/** Milliseconds between two polls where the end is told of. */
const PACE_WHEN_TOLD = 60_000;
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Reads an execution until it is over: when it is told of the end, and without that again and again. A read
 * without an answer is made again for as long as there is time.
 *
 * @throws WaitTimeout, ApiError, or the signal's reason
 */
export async function waitFor(
  call: Call,
  live: Live | undefined,
  id: number,
  { timeout = 300_000, signal }: WaitOptions,
): Promise<Ended> {
  const deadline = AbortSignal.timeout(Math.min(timeout, LONGEST_TIMER));
  const over = new AbortController();
  const either = AbortSignal.any([over.signal, deadline, ...(signal ? [signal] : [])]);
  const news = listen(live, id, either);
  let execution: Execution | undefined;
  try {
    for (let polls = 1; ; polls++) {
      // What happens during the read is news as well.
      const rest = AbortSignal.any([either, news.next()]);
      execution = await readExecution(call, id, {
        signal: either,
        tries: Number.POSITIVE_INFINITY,
      });
      if (hasEnded(execution)) return execution;
      const pause = news.isTold() ? PACE_WHEN_TOLD : delayAfter(polls, pace);
      await sleep(pause, rest).catch(() => either.throwIfAborted());
    }
  } catch (cause) {
    if (cause !== deadline.reason) throw cause;
    const seen = execution === undefined ? "was not seen" : `is ${execution.status}`;
    throw new WaitTimeout(`Execution ${id} ${seen} after ${timeout} ms`, execution, { cause });
  } finally {
    over.abort();
  }
}

/** Hears of an execution's end for as long as it can; without that, `wait` polls. */
function listen(live: Live | undefined, execution: number, signal: AbortSignal) {
  let bell = new AbortController();
  let isTold = false;

  async function hear(events: ReturnType<Live["events"]>) {
    for await (const event of events) {
      isTold = true;
      const isGap = event.type === "subscribed" || event.type === "reload";
      const isEnd = event.type === "execution.status_changed" && isFinal(event.data.status);
      if (isGap || isEnd) bell.abort();
    }
  }
  if (live !== undefined)
    hear(live.events({ execution }, { signal })).catch(() => {
      isTold = false;
      bell.abort();
    });

  return {
    isTold: () => isTold,
    /** Aborts once there is reason to read the execution. */
    next() {
      bell = new AbortController();
      return bell.signal;
    },
  };
}
