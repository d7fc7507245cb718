import { textsOf } from "@attune/domain/json-text";
import { readHistory } from "@attune/store/history/read-history";
import { store } from "../../resources.ts";
import { dataAnswer, notFound } from "../answer.ts";
import { endpoint } from "../endpoint.ts";
import { IdParam } from "../params.ts";

/** `GET /{id}/history`: each change, oldest first. */
export const getHistory = endpoint({ path: { id: IdParam }, query: {} }, async ({ id }) => {
  const history = Number.isSafeInteger(Number(id))
    ? await readHistory(store, Number(id))
    : undefined;
  if (history === undefined) throw notFound(id);
  const { entries, durations, complete } = history;
  return dataAnswer(JSON.stringify(entries), { beside: textsOf({ durations, complete }) });
});
