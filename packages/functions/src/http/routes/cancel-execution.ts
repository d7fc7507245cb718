import { ServiceError } from "@attune/domain/errors";
import { executionText } from "@attune/domain/execution";
import { type Cancellation, cancelExecution as cancel } from "@attune/store/cancel-execution";
import { readView } from "@attune/store/read-execution";
import { store } from "../../resources.ts";
import { dataAnswer, notFound } from "../answer.ts";
import { endpoint } from "../endpoint.ts";
import { IdParam } from "../params.ts";

const statusOf = { cancelled: 200, recorded: 202, repeated: 200 } as const satisfies Partial<
  Record<Cancellation["kind"], number>
>;

/** `POST /{id}/cancel`: done before the handoff, recorded for the worker after it. */
export const cancelExecution = endpoint({ path: { id: IdParam }, query: {} }, async ({ id }) => {
  if (!Number.isSafeInteger(Number(id))) throw notFound(id);
  const outcome = await cancel(store, Number(id));
  if (outcome.kind === "missing") throw notFound(id);
  const { kind, record } = outcome;
  if (kind === "finished") {
    throw new ServiceError(409, `Execution ${id} is ${record.status}, and cannot be cancelled`, {
      details: { status: record.status },
    });
  }
  return dataAnswer(executionText(await readView(store, record)), { status: statusOf[kind] });
});
