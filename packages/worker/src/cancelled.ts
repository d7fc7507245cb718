/**
 * Why an action has to stop: somebody cancelled its execution, its time is over, the execution is
 * another's (or finished) by now, or the worker itself stops.
 */
export type StopReason = "cancel" | "timeout" | "lost" | "stop";

/** The `reason` of an action's signal; thrown by an action, it says that a requested cancel was heeded. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
  readonly why: StopReason;

  constructor(message = "Cancelled", why: StopReason = "cancel") {
    super(message);
    this.why = why;
  }
}

/** Whether an error comes from an aborted signal: a `Cancelled` or an `AbortError`, or caused by one. */
export function isAbort(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error instanceof Cancelled || error.name === "AbortError" || isAbort(error.cause);
}
