import { executionText } from "@attune/domain/execution";
import { readRecord, readView } from "@attune/store/read-execution";
import { store } from "../../resources.ts";
import { dataAnswer, notFound } from "../answer.ts";
import { endpoint } from "../endpoint.ts";
import { IdParam } from "../params.ts";

/** `GET /{id}` */
export const getExecution = endpoint({ path: { id: IdParam }, query: {} }, async ({ id }) => {
  const record = Number.isSafeInteger(Number(id)) ? await readRecord(store, Number(id)) : undefined;
  if (record === undefined) throw notFound(id);
  return dataAnswer(executionText(await readView(store, record)));
});
