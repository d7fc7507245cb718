/** When a process meets a fault: plans of what becomes of the calls that it makes, the first one first. */
import type { Fault } from "../worker/faulty-proxy.ts";

/** A call by its operation, such as `PutItem`, or by the end of its path, such as `claim`. */
export type Plan = (call: string) => Fault | undefined;

/** The process dies once as many calls have had their effect: nothing that it does after that gets out. */
export function crashAfter(calls: number): Plan {
  let made = 0;
  return () => {
    made++;
    if (made < calls) return undefined;
    return made === calls ? "lose-answer" : "cut";
  };
}

/** As many calls meet a fault, from one on; the calls of the SDK's further tries count as well. */
export function faultFrom(first: number, fault: Fault, times: number): Plan {
  let made = 0;
  return () => {
    made++;
    return made >= first && made < first + times ? fault : undefined;
  };
}

const refusal = (__type: string, more: object = {}): Fault => ({
  status: 400,
  body: JSON.stringify({ __type, message: "on purpose", ...more }),
});

export const throttled = refusal("ThrottlingException");

export const transactionConflict = refusal(
  "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
  { CancellationReasons: [{ Code: "TransactionConflict", Message: "on purpose" }] },
);

/** Times that outlast the tries of the SDK. */
export const ALL = Number.POSITIVE_INFINITY;

/** What may happen to the n-th call of a process, counted from 1. */
export const mishaps: Readonly<Record<string, (call: number) => Plan>> = {
  "a crash after it": crashAfter,
  "its answer lost": (call) => faultFrom(call, "lose-answer", 1),
};
