/** One line on stderr: stdout carries the `ready` line and nothing else. */
export function log(message: string, cause?: unknown): void {
  process.stderr.write(`local: ${message}${cause === undefined ? "" : `: ${reason(cause)}`}\n`);
}

/** What an error says, on one line: the SDK's own errors often have a code and no message. */
export function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return (cause.message || cause.name).replaceAll(/\s+/g, " ");
}
