import { idOf } from "@attune/domain/ids";
import { listExecutions as list } from "@attune/store/list/list-executions";
import { summaryOf } from "@attune/store/record";
import * as z from "zod";
import { cursorSecret, store } from "../../resources.ts";
import { type Answer, dataAnswer } from "../answer.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { endpoint } from "../endpoint.ts";
import {
  choiceParam,
  integerParam,
  PageParam,
  PerPageParam,
  StatusesParam,
  StatusParam,
  textParam,
  textsParam,
  timeParam,
} from "../params.ts";

const paging = { page: PageParam, per_page: PerPageParam, cursor: z.string().optional() };

const filters = {
  status: StatusesParam.optional(),
  action_ref: textsParam("action_ref").optional(),
  pack_name: textParam("pack_name").optional(),
  result_contains: z.string().optional(),
  enforcement: integerParam("enforcement").optional(),
  parent: integerParam("parent").optional(),
  executor: integerParam("executor").optional(),
  original_execution: integerParam("original_execution").optional(),
  top_level: choiceParam("top_level", ["true"])
    .transform((): true => true)
    .optional(),
};

/** Newest first is the usual one. */
const orders = { "-created": "newest", created: "oldest" } as const;

const extent = {
  created_after: timeParam("created_after").optional(),
  created_before: timeParam("created_before").optional(),
  sort: choiceParam("sort", ["-created", "created"]).default("-created"),
};

const query = { ...paging, ...filters, ...extent };
const several = ["status", "action_ref"] as const;

type Query = z.infer<z.ZodObject<typeof query>>;

/** The first id of a moment; there is none before the ids' own beginning, nor after their end in 2093. */
const firstIdAt = (unixMs: number | undefined) =>
  unixMs === undefined
    ? undefined
    : Math.min(Math.max(0, idOf(unixMs, 0)), Number.MAX_SAFE_INTEGER);

async function answerList(parameters: Query): Promise<Answer> {
  const { page, per_page, cursor, created_after, created_before, sort, ...filter } = parameters;
  const identity = { ...filter, created_after, created_before, sort };
  const listed = await list(
    store,
    {
      filter,
      range: { from: firstIdAt(created_after), below: firstIdAt(created_before) },
      order: orders[sort],
      perPage: per_page,
    },
    cursor === undefined ? page : decodeCursor(cursor, identity, cursorSecret()),
  );
  const { rows, total, complete, scanned, next, prev } = listed;
  const textOf = (place: typeof next) => place && encodeCursor(place, identity, cursorSecret());
  const pagination = {
    page: listed.page,
    page_size: per_page,
    total_items: total,
    total_pages: Math.ceil(total / per_page),
    complete,
    // A search is the one list that has to look at what it does not show.
    ...(filter.result_contains === undefined ? {} : { scanned }),
    next_cursor: textOf(next) ?? null,
    prev_cursor: textOf(prev) ?? null,
  };
  return dataAnswer(JSON.stringify(rows.map(summaryOf)), {
    beside: { pagination: JSON.stringify(pagination) },
  });
}

/** `GET /` */
export const listExecutions = endpoint({ path: {}, query, several }, (_, parameters) =>
  answerList(parameters),
);

/** `GET /status/{status}`: the same list, its status in the path. */
export const listByStatus = endpoint(
  { path: { status: StatusParam }, query, several },
  ({ status }, parameters) => answerList({ ...parameters, status: [status] }),
);

/** `GET /enforcement/{enforcement_id}`: the same list, its enforcement in the path. */
export const listByEnforcement = endpoint(
  { path: { enforcement_id: integerParam("The enforcement ID") }, query, several },
  ({ enforcement_id: enforcement }, parameters) => answerList({ ...parameters, enforcement }),
);

/** `GET /{id}/children`: the same list, its parent in the path, whether there is such an execution or not. */
export const listChildren = endpoint(
  { path: { id: integerParam("The execution ID") }, query, several },
  ({ id: parent }, parameters) => answerList({ ...parameters, parent }),
);
