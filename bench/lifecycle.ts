/** What the life of one execution writes, step by step. What counting it writes is in counting.ts. */
import { randomUUID } from "node:crypto";
import { queueEvent } from "@attune/local/triggers/queue";
import { requestMessage } from "../test/fixtures/sqs.ts";
import { costOf, type Units } from "./cost.ts";
import { actions, worker } from "./executions.ts";
import type { CountedService } from "./service.ts";

/** The writes of a life, in their order. */
const steps = [
  "idempotency key",
  "requested",
  "scheduling",
  "scheduled",
  "running",
  "completed",
] as const;

/** The enforcement of the execution whose steps are measured: nobody else's, so that it can be found. */
const ENFORCEMENT = 424_242;

const request = {
  action_ref: actions[7],
  config: { channel: "#deploys", text: "version 42 is live", retries: 3, notify: ["ops"] },
  parent: 12_345,
  enforcement: ENFORCEMENT,
};

/**
 * Takes one execution through its whole life, by the message and the calls that do it in earnest.
 *
 * @returns step → write units by table and index
 * @throws Error when the writes are not one for each step
 */
export async function measureSteps(service: CountedService): Promise<Map<string, Units>> {
  const { api, executor, callsOf } = service;
  const message = { MessageId: randomUUID(), Body: requestMessage(request) };
  const calls = await callsOf(async () => {
    await executor.invoke(queueEvent([message], "arn:aws:sqs:us-east-1:000000000000:bench"));
    const { data } = await api.list({ enforcement: ENFORCEMENT });
    const [{ id } = { id: 0 }] = data;
    const hold = { worker_id: worker, attempt: 1 };
    await api.post(`/${id}/claim`, hold);
    const result = { sent: true, message: "1763840000.000100", took_ms: 212 };
    await api.post(`/${id}/finish`, { ...hold, status: "completed", result });
  });
  const writes = calls.filter(({ writeUnits }) => writeUnits > 0);
  costOf(calls);
  if (writes.length !== steps.length)
    throw new Error(`${writes.length} writes: ${writes.map(({ operation }) => operation)}`);
  return new Map(steps.map((step, at) => [step, writes[at]?.units ?? {}]));
}
