import { randomUUID } from "node:crypto";
import { messageText } from "@attune/domain/messages";
import { queuesOf, requestMessage } from "../../fixtures/sqs.ts";
import { messages } from "./events.ts";
import type { World } from "./world.ts";

const large = "x".repeat(5_000);
const hold = { worker_id: 7, attempt: 1 };

/** Takes every route; the id of an execution that has failed. */
export async function takeRoutes({ http, handedOff }: World): Promise<number> {
  const request = { action_ref: "core.x", config: large, enforcement: 1, idempotency_key: "k" };
  const done = await handedOff(request);
  await http("POST", "", request);
  await http("POST", `/${done}/claim`, hold);
  await http("POST", `/${done}/heartbeat`, hold);
  const line = { seq: 1, stream: "stdout", time: "2026-11-23T00:00:00Z", text: "hello" };
  await http("POST", `/${done}/logs`, { ...hold, lines: [line] });
  await http("GET", `/${done}/logs`);
  await http("GET", `/${done}/logs?after=1`);
  await http("GET", "/999/logs");
  await http("POST", `/${done}/finish`, { ...hold, status: "failed", result: large });
  await http("POST", `/${done}/retry`);
  await http("POST", `/${await handedOff({ action_ref: "core.x" })}/cancel`);
  for (const path of [
    "",
    "/stats",
    "/status/failed",
    "/enforcement/1",
    "?status=failed&parent=1",
    "?result_contains=xx",
    `/${done}/history`,
    `/${done}/tree`,
    `/${done}/tree?limit=1`,
    `/${done}/children`,
    "/999/history",
    "/nothing/here",
  ])
    await http("GET", path);
  return done;
}

/** Requests by the queue, and a cascade that goes on. */
export async function sendRequests({ invoke }: World, root: number): Promise<void> {
  const twice = requestMessage({ action_ref: "core.x", config: large, idempotency_key: "m" });
  await invoke("executor", messages(twice));
  await invoke("executor", messages(twice));

  const payload = JSON.stringify({ execution_id: root, root, after: null });
  const timestamp = new Date().toISOString();
  const stamp = { message_id: randomUUID(), correlation_id: randomUUID(), timestamp };
  await invoke("executor", messages(messageText("execution.cascade_requested", payload, stamp)));
}

/** Leaves executions to the dead letters and to the sweep. */
export async function abandon({ stack, invoke, http, handedOff }: World): Promise<void> {
  const queues = await queuesOf(stack);
  const [unclaimed] = await queues.receive("execution-scheduled", 5);
  await invoke("deadLetters", messages(unclaimed?.Body ?? ""));
  const silent = await handedOff({ action_ref: "core.x" });
  await http("POST", `/${silent}/claim`, hold);
  await invoke("sweep", {});
}
