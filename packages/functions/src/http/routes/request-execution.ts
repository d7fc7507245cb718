import { randomUUID } from "node:crypto";
import { ExecutionRequest, executionText } from "@attune/domain/execution";
import { createExecution } from "@attune/store/create-execution";
import { readView } from "@attune/store/read-execution";
import { routes } from "@attune/topology/routes";
import { wakeExecutor } from "../../executor/wake.ts";
import { logger } from "../../logger.ts";
import { nextIdentity, store } from "../../resources.ts";
import { dataAnswer } from "../answer.ts";
import { writeEndpoint } from "../endpoint.ts";

/** `POST /`: 201 with the new execution, or 200 with the one that the idempotency key stands for. */
export const requestExecution = writeEndpoint(
  { path: {}, body: ExecutionRequest },
  async (_, { idempotency_key, config, ...request }, texts) => {
    const { record, isNew } = await createExecution(store, nextIdentity, {
      request,
      config: config == null ? null : (texts.get("config") ?? null),
      idempotencyKey: idempotency_key ?? randomUUID(),
      keyIsShared: idempotency_key != null,
    });
    if (record.status === "requested") {
      // Accepted is what is stored. Without the message it waits for the sweep, and is late, not lost.
      await wakeExecutor([record.id]).catch((error: unknown) =>
        logger.warn("An accepted execution waits for the sweep", { error, id: record.id }),
      );
    }
    return dataAnswer(executionText(await readView(store, record)), {
      status: isNew ? 201 : 200,
      headers: { location: `${routes.requestExecution.path}/${record.id}` },
    });
  },
);
