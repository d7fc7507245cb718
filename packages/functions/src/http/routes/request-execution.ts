import { randomUUID } from "node:crypto";
import { ExecutionRequest } from "@attune/domain/request";
import { createExecution } from "@attune/store/create-execution";
import { nextIdentity, store } from "../../resources.ts";
import { answerRequested } from "../answer-requested.ts";
import { bodyEndpoint } from "../endpoint.ts";

/** `POST /`: 201 with the new execution, or 200 with the one that the idempotency key stands for. */
export const requestExecution = bodyEndpoint(
  { path: {}, body: ExecutionRequest },
  async (_, { idempotency_key, config, ...request }, texts) =>
    answerRequested(
      await createExecution(store, nextIdentity, {
        request,
        config: config == null ? null : (texts.get("config") ?? null),
        idempotencyKey: idempotency_key ?? randomUUID(),
        keyIsShared: idempotency_key != null,
      }),
    ),
);
