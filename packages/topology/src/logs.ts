/** What a log holds at most. Bytes are those of the lines' texts in UTF-8. */
export const logLimits = {
  /** Of one line. */
  lineBytes: 16_384,
  /** Of one call that appends. */
  batchLines: 1_000,
  batchBytes: 1_048_576,
  /** Of one execution; what comes after it is dropped, and the log says so. */
  lines: 100_000,
  bytes: 10_485_760,
} as const;
