/** What an action says while it runs: lines, numbered from 1 without a gap. The schemas own the types. */
import * as z from "zod";

export const LogStream = z.enum(["stdout", "stderr"]);
export type LogStream = z.infer<typeof LogStream>;

export const LogLine = z.object({
  /** Its number in the log. */
  seq: z.int().min(1),
  stream: LogStream,
  /** As the worker says it. */
  time: z.iso.datetime({ offset: true }),
  text: z.string(),
});
export type LogLine = z.infer<typeof LogLine>;
