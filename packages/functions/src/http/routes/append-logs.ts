import { ServiceError } from "@attune/domain/errors";
import { LogLine } from "@attune/domain/logs";
import { appendLines } from "@attune/store/logs/append-lines";
import { logLimits } from "@attune/topology/logs";
import * as z from "zod";
import { store } from "../../resources.ts";
import { dataAnswer } from "../answer.ts";
import { bodyEndpoint } from "../endpoint.ts";
import { HoldBody, holdOf, refusalOf } from "../hold.ts";
import { IdParam } from "../params.ts";

const { lineBytes, batchLines, batchBytes } = logLimits;

const bytesOf = ({ text }: Pick<LogLine, "text">) => Buffer.byteLength(text);

const Line = LogLine.refine((line) => bytesOf(line) <= lineBytes, {
  path: ["text"],
  error: ({ input }) => `has ${bytesOf(LogLine.parse(input))} bytes, and at most ${lineBytes}`,
});

export const AppendBody = z.object({
  ...HoldBody.shape,
  lines: z
    .array(Line)
    .min(1)
    .max(batchLines)
    .refine((lines) => lines.every(({ seq }, at) => seq === (lines[0]?.seq ?? 0) + at), {
      error: "have to follow one another: the seq of each is one more than that of the one before",
    }),
});

/** `POST /{id}/logs`: lines of the worker that has claimed the execution; the same ones again change nothing. */
export const appendLogs = bodyEndpoint(
  { path: { id: IdParam }, body: AppendBody },
  async ({ id }, { lines, ...body }) => {
    const hold = holdOf(id, body);
    const bytes = lines.reduce((sum, line) => sum + bytesOf(line), 0);
    if (bytes > batchBytes)
      throw new ServiceError(
        413,
        `The lines have ${bytes} bytes, and a call at most ${batchBytes}`,
      );
    const appended = await appendLines(store, hold, lines);
    if (appended.is === "refused") throw refusalOf(appended.current, hold);
    const next_seq = appended.end.last + 1;
    if (appended.is === "ahead")
      throw new ServiceError(
        409,
        `The log of execution ${id} goes on with line ${next_seq}, and not with line ${lines[0]?.seq}`,
        { details: { next_seq } },
      );
    return dataAnswer(JSON.stringify({ next_seq, truncated: appended.end.truncated }));
  },
);
