import type { Filter } from "@attune/domain/filter";
import { listExecutions as list } from "@attune/store/list/list-executions";
import { summaryOf } from "@attune/store/record";
import * as z from "zod";
import { store } from "../../resources.ts";
import { type Answer, dataAnswer } from "../answer.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { endpoint } from "../endpoint.ts";
import { integerParam, PageParam, PerPageParam, StatusParam, textParam } from "../params.ts";

const paging = { page: PageParam, per_page: PerPageParam, cursor: z.string().optional() };

const filters = {
  status: StatusParam.optional(),
  action_ref: textParam("action_ref").optional(),
  pack_name: textParam("pack_name").optional(),
  result_contains: z.string().optional(),
  enforcement: integerParam("enforcement").optional(),
  parent: integerParam("parent").optional(),
};

type Query = z.infer<z.ZodObject<typeof paging & typeof filters>>;

/** The filters that are given: one that is not has no place in a cursor. */
function filterOf({ page: _page, per_page: _perPage, cursor: _cursor, ...given }: Query): Filter {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

async function answerList(query: Query): Promise<Answer> {
  const filter = filterOf(query);
  const from = query.cursor === undefined ? undefined : decodeCursor(query.cursor, filter);
  const page = from?.page ?? query.page;
  const { rows, total, complete, next } = await list(store, {
    filter,
    page,
    perPage: query.per_page,
    ...(from ? { from } : {}),
  });
  const pagination = {
    page,
    page_size: query.per_page,
    total_items: total,
    total_pages: Math.ceil(total / query.per_page),
    // Only a search in results can stop early, so only one says whether it did.
    ...(filter.result_contains === undefined ? {} : { complete }),
    ...(next ? { next_cursor: encodeCursor(next, filter) } : {}),
  };
  return dataAnswer(JSON.stringify(rows.map(summaryOf)), {
    beside: { pagination: JSON.stringify(pagination) },
  });
}

/** `GET /` */
export const listExecutions = endpoint({ path: {}, query: { ...paging, ...filters } }, (_, query) =>
  answerList(query),
);

/** `GET /status/{status}`: the same list, its status in the path. */
export const listByStatus = endpoint(
  { path: { status: StatusParam }, query: { ...paging, ...filters } },
  (path, query) => answerList({ ...query, ...path }),
);

/** `GET /enforcement/{enforcement_id}`: the same list, its enforcement in the path. */
export const listByEnforcement = endpoint(
  {
    path: { enforcement_id: integerParam("The enforcement ID") },
    query: { ...paging, ...filters },
  },
  ({ enforcement_id: enforcement }, query) => answerList({ ...query, enforcement }),
);
