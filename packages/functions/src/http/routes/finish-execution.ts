import { executionText } from "@attune/domain/execution";
import { readView } from "@attune/store/read-execution";
import { finish, Outcome } from "@attune/store/transitions";
import * as z from "zod/mini";
import { store } from "../../resources.ts";
import { dataAnswer } from "../answer.ts";
import { bodyEndpoint } from "../endpoint.ts";
import { HoldBody, holdOf, recordAfter } from "../hold.ts";
import { IdParam } from "../params.ts";

export const FinishBody = z.extend(HoldBody, {
  status: Outcome,
  result: z.optional(z.unknown()),
});

/** `POST /{id}/finish`: the last write of an execution, with its result. */
export const finishExecution = bodyEndpoint(
  { path: { id: IdParam }, body: FinishBody },
  async ({ id }, { status, result, ...body }, texts) => {
    const hold = holdOf(id, body);
    const text = result == null ? null : (texts.get("result") ?? null);
    const record = recordAfter(await finish(store, hold, status, text), hold);
    return dataAnswer(executionText(await readView(store, record)));
  },
);
