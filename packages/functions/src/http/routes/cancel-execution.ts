import { ServiceError } from "@attune/domain/errors";
import { executionText } from "@attune/domain/execution";
import { type Cancellation, cancelExecution as cancel } from "@attune/store/cancel-execution";
import { readView } from "@attune/store/read-execution";
import * as z from "zod/mini";
import { sendRequests } from "../../executor/send-requests.ts";
import { store } from "../../resources.ts";
import { dataAnswer, notFound } from "../answer.ts";
import { endpoint } from "../endpoint.ts";
import { choiceParam, IdParam } from "../params.ts";

const statusOf = {
  cancelled: 200,
  recorded: 202,
  repeated: 200,
  finished: 202,
} as const satisfies Partial<Record<Cancellation["kind"], number>>;

/** With what is unfinished below it. */
const query = { cascade: z._default(choiceParam(["true", "false"]), "false") };

/** `POST /{id}/cancel`: done before the handoff, recorded for the worker after it. */
export const cancelExecution = endpoint({ path: { id: IdParam }, query }, async ({ id }, asked) => {
  if (!Number.isSafeInteger(Number(id))) throw notFound(id);
  const outcome = await cancel(store, Number(id));
  if (outcome.kind === "missing") throw notFound(id);
  const { kind, record } = outcome;
  const isCascade = asked.cascade === "true";
  if (kind === "finished" && !isCascade) {
    throw new ServiceError(409, `Execution ${id} is ${record.status}, and cannot be cancelled`, {
      details: { status: record.status },
    });
  }
  // Before the answer: what is answered is done, and a call that is made again asks for it again.
  if (isCascade) {
    const payload = { execution_id: record.id, root: record.id, after: null };
    await sendRequests("execution.cascade_requested", [payload]);
  }
  return dataAnswer(executionText(await readView(store, record)), { status: statusOf[kind] });
});
