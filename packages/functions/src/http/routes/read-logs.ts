import { ServiceError } from "@attune/domain/errors";
import { LogStream } from "@attune/domain/logs";
import { type LogPage, type Place, readPage, THE_END } from "@attune/store/logs/read-lines";
import { readRecord } from "@attune/store/read-execution";
import { routes } from "@attune/topology/routes";
import * as z from "zod/mini";
import { store } from "../../resources.ts";
import { type Answer, dataAnswer, notFound } from "../answer.ts";
import { endpoint } from "../endpoint.ts";
import { CountParam, choiceParam, countParam, countUpToParam, IdParam } from "../params.ts";

const MAX_LINES = 10_000;
const USUAL_LINES = 1_000;

const LinesParam = countUpToParam(MAX_LINES);

const query = {
  after: z.optional(countParam(0)),
  before: z.optional(CountParam),
  last: z.optional(LinesParam),
  limit: z._default(LinesParam, USUAL_LINES),
  stream: z.optional(choiceParam(LogStream.options)),
  format: z.optional(choiceParam(["json", "text"])),
};

type Asked = Readonly<Partial<Record<"after" | "before" | "last", number | undefined>>>;

/** @throws ServiceError 400 where more than one place is given */
function placeOf(asked: Asked): Place {
  if (Object.values(asked).filter((value) => value !== undefined).length > 1)
    throw new ServiceError(400, "Only one of after, before and last can be given");
  if (asked.last !== undefined) return { before: THE_END };
  return asked.before === undefined ? { after: asked.after ?? 0 } : { before: asked.before };
}

function jsonAnswer({ lines, from, to, more, truncated }: LogPage): Answer {
  const pagination = { next_after: to, prev_before: from > 1 ? from : null, more, truncated };
  return dataAnswer(JSON.stringify(lines), { beside: { pagination: JSON.stringify(pagination) } });
}

/** The texts alone, a line each; the pages beside it are links. */
function textAnswer(id: number, asked: object, { lines, from, to }: LogPage): Answer {
  const path = routes.readLogs.path.replace("{id}", String(id));
  const link = (rel: string, place: Record<string, number>) => {
    const given = Object.entries({ format: "text", ...asked, ...place });
    const search = new URLSearchParams(
      given.map(([name, value]): [string, string] => [name, String(value)]),
    );
    return `<${path}?${search}>; rel="${rel}"`;
  };
  const links = [
    link("next", { after: to }),
    ...(from > 1 ? [link("prev", { before: from })] : []),
  ];
  return {
    status: 200,
    body: lines.map(({ text }) => `${text}\n`).join(""),
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "x-content-type-options": "nosniff",
      link: links.join(", "),
    },
  };
}

/** `GET /{id}/logs`: a page of a log, as JSON or as plain text. */
export const readLogs = endpoint(
  { path: { id: IdParam }, query },
  async ({ id }, { after, before, last, stream, format, ...asked }, { accept = "" }) => {
    const execution = Number(id);
    const place = placeOf({ after, before, last });
    const limit = last ?? asked.limit;
    const page = Number.isSafeInteger(execution)
      ? await readPage(store, execution, place, { limit, stream })
      : undefined;
    const isThere = page && (!page.isUnknown || (await readRecord(store, execution)));
    if (!page || !isThere) throw notFound(id);
    const isText = format === "text" || (format === undefined && /\btext\/plain\b/.test(accept));
    const kept = { limit, ...(stream === undefined ? {} : { stream }) };
    return isText ? textAnswer(execution, kept, page) : jsonAnswer(page);
  },
);
