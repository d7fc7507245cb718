import { beat } from "@attune/store/transitions";
import { store } from "../../resources.ts";
import { dataAnswer } from "../answer.ts";
import { writeEndpoint } from "../endpoint.ts";
import { HoldBody, holdOf, recordAfter } from "../hold.ts";
import { IdParam } from "../params.ts";

/** `POST /{id}/heartbeat`: the worker lives, and learns whether it should stop. */
export const heartbeatExecution = writeEndpoint(
  { path: { id: IdParam }, body: HoldBody },
  async ({ id }, body) => {
    const hold = holdOf(id, body);
    const { status } = recordAfter(await beat(store, hold), hold);
    return dataAnswer(JSON.stringify({ cancel_requested: status === "canceling", status }));
  },
);
