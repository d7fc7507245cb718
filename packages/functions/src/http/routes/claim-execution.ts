import { executionText } from "@attune/domain/execution";
import { readView } from "@attune/store/read-execution";
import { claim } from "@attune/store/transitions";
import { store } from "../../resources.ts";
import { dataAnswer } from "../answer.ts";
import { bodyEndpoint } from "../endpoint.ts";
import { HoldBody, holdOf, recordAfter } from "../hold.ts";
import { IdParam } from "../params.ts";

/** `POST /{id}/claim`: the execution is the worker's, and running. */
export const claimExecution = bodyEndpoint(
  { path: { id: IdParam }, body: HoldBody },
  async ({ id }, body) => {
    const hold = holdOf(id, body);
    const record = recordAfter(await claim(store, hold), hold);
    return dataAnswer(executionText(await readView(store, record)));
  },
);
