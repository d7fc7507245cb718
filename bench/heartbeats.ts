/** What heartbeats add to the write units of a lifecycle. */
import { randomUUID } from "node:crypto";
import { queueEvent } from "@attune/local/triggers/queue";
import { requestMessage } from "../test/fixtures/sqs.ts";
import { costOf } from "./cost.ts";
import { worker } from "./executions.ts";
import type { CountedService } from "./service.ts";

/** Heartbeats of a run → write units of the whole life of one execution, the counters left out. */
export async function measureHeartbeats(service: CountedService): Promise<Map<number, number>> {
  const { api, executor, callsOf } = service;
  const units = new Map<number, number>();
  for (const beats of [0, 1, 10]) {
    const about = { enforcement: 500_000 + beats, parent: 500_000 };
    const Body = requestMessage({ action_ref: "core.echo", config: { beats }, ...about });
    const arn = "arn:aws:sqs:us-east-1:000000000000:bench";
    const calls = await callsOf(async () => {
      await executor.invoke(queueEvent([{ MessageId: randomUUID(), Body }], arn));
      const { data } = await api.list({ enforcement: about.enforcement });
      const path = `/${data[0]?.id}`;
      const hold = { worker_id: worker, attempt: 1 };
      await api.post(`${path}/claim`, hold);
      for (let beat = 0; beat < beats; beat++) await api.post(`${path}/heartbeat`, hold);
      await api.post(`${path}/finish`, { ...hold, status: "completed", result: { sent: true } });
    });
    units.set(beats, costOf(calls).writeUnits);
  }
  return units;
}
