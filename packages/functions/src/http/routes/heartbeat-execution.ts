import { beat } from "@attune/store/transitions";
import { store } from "../../resources.ts";
import { dataAnswer } from "../answer.ts";
import { bodyEndpoint } from "../endpoint.ts";
import { HoldBody, holdOf, recordAfter } from "../hold.ts";
import { IdParam } from "../params.ts";

/** `POST /{id}/heartbeat`: the worker lives, and learns whether it should stop. */
export const heartbeatExecution = bodyEndpoint(
  { path: { id: IdParam }, body: HoldBody },
  async ({ id }, body) => {
    const hold = holdOf(id, body);
    const { status, cancel_requested } = recordAfter(await beat(store, hold), hold);
    const isToStop = status === "canceling" || cancel_requested !== undefined;
    return dataAnswer(JSON.stringify({ cancel_requested: isToStop, status }));
  },
);
