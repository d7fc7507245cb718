/** What a request for an execution answers, once it is stored. */
import { executionText } from "@attune/domain/execution";
import type { Created } from "@attune/store/create-execution";
import { readView } from "@attune/store/read-execution";
import { routes } from "@attune/topology/routes";
import { wakeExecutor } from "../executor/wake.ts";
import { logger } from "../logger.ts";
import { store } from "../resources.ts";
import { type Answer, dataAnswer } from "./answer.ts";

/** Tells the executor, and answers 201 with a new execution, 200 with one that was there. */
export async function answerRequested({ record, isNew }: Created): Promise<Answer> {
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
}
