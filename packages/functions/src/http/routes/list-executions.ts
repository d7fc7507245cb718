import { idOf } from "@attune/domain/ids";
import { listExecutions as list } from "@attune/store/list/list-executions";
import { summaryOf } from "@attune/store/record";
import * as z from "zod/mini";
import { cursorSecret, store } from "../../resources.ts";
import { type Answer, dataAnswer } from "../answer.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { endpoint } from "../endpoint.ts";
import {
  choiceParam,
  IntegerParam,
  PageParam,
  PerPageParam,
  StatusesParam,
  StatusParam,
  TextParam,
  TextsParam,
  TimeParam,
} from "../params.ts";

const paging = { page: PageParam, per_page: PerPageParam, cursor: z.optional(z.string()) };

const filters = {
  status: z.optional(StatusesParam),
  action_ref: z.optional(TextsParam),
  pack_name: z.optional(TextParam),
  result_contains: z.optional(z.string()),
  enforcement: z.optional(IntegerParam),
  parent: z.optional(IntegerParam),
  executor: z.optional(IntegerParam),
  original_execution: z.optional(IntegerParam),
  top_level: z.optional(
    z.pipe(
      choiceParam(["true"]),
      z.transform((): true => true),
    ),
  ),
};

/** Newest first is the usual one. */
const orders = { "-created": "newest", created: "oldest" } as const;

const extent = {
  created_after: z.optional(TimeParam),
  created_before: z.optional(TimeParam),
  sort: z._default(choiceParam(["-created", "created"]), "-created"),
};

const query = { ...paging, ...filters, ...extent };
const several = ["status", "action_ref"] as const;

type Query = z.infer<z.ZodMiniObject<typeof query>>;

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
  { path: { enforcement_id: IntegerParam }, query, several },
  ({ enforcement_id: enforcement }, parameters) => answerList({ ...parameters, enforcement }),
);

/** `GET /{id}/children`: the same list, its parent in the path, whether there is such an execution or not. */
export const listChildren = endpoint(
  { path: { id: IntegerParam }, query, several },
  ({ id: parent }, parameters) => answerList({ ...parameters, parent }),
);
