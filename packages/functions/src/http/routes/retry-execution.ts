import { randomUUID } from "node:crypto";
import { ServiceError } from "@attune/domain/errors";
import { readRecord } from "@attune/store/read-execution";
import { mayRetry, retryExecution as retry } from "@attune/store/retry-execution";
import { nextIdentity, store } from "../../resources.ts";
import { notFound } from "../answer.ts";
import { answerRequested } from "../answer-requested.ts";
import { endpoint } from "../endpoint.ts";
import { IdParam } from "../params.ts";

/** `POST /{id}/retry`: a new execution of the same action and config. */
export const retryExecution = endpoint({ path: { id: IdParam }, query: {} }, async ({ id }) => {
  const record = Number.isSafeInteger(Number(id)) ? await readRecord(store, Number(id)) : undefined;
  if (record === undefined) throw notFound(id);
  if (!mayRetry(record)) {
    const may = "only one that is failed, timeout, abandoned or cancelled is tried again";
    throw new ServiceError(409, `Execution ${id} is ${record.status}; ${may}`, {
      details: { status: record.status },
    });
  }
  const key = { idempotencyKey: randomUUID(), keyIsShared: false };
  return answerRequested(await retry(store, nextIdentity, record, key));
});
