/** A worker by hand: it claims and finishes whatever waits, and every delivery is to another worker. */
import { ExecutionScheduled } from "@attune/domain/messages";
import type { Message } from "@aws-sdk/client-sqs";
import type { World } from "./world.ts";

let lastWorker = 100;

/** Claims, finishes and deletes, as the protocol says; a refused claim is the end of it. */
export async function work(
  { api, claims, queues }: Pick<World, "api" | "claims" | "queues">,
  message: Message,
) {
  const { payload } = ExecutionScheduled.parse(JSON.parse(message.Body ?? ""));
  const { execution_id: id, attempt } = payload;
  const hold = { worker_id: ++lastWorker, attempt };
  const { status } = await api.post(`/${id}/claim`, hold);
  if (status === 200) {
    claims.set(id, new Set(claims.get(id)).add(hold.worker_id));
    await api.post(`/${id}/finish`, { ...hold, status: "completed", result: null });
  }
  await queues.remove("execution-scheduled", message);
}

/** Works off what waits, at most ten messages, all at the same time. */
export async function workAll(world: Pick<World, "api" | "claims" | "queues">): Promise<void> {
  const messages = await world.queues.receive("execution-scheduled", 0);
  await Promise.all(messages.map((message) => work(world, message)));
}
