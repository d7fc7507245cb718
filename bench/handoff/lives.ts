/** How long it takes from a request to a worker, and from there to whoever asks. */
import { EventMessage } from "@attune/domain/messages";
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import type { Api } from "../../test/fixtures/api.ts";
import { until } from "../../test/fixtures/executions.ts";
import { type Queues, requestMessage } from "../../test/fixtures/sqs.ts";
import { spreadOf } from "../spread.ts";

const LIVES = 100;

/** One message through a queue, its receiver waiting for it. */
async function hop({ client }: Queues, QueueUrl: string): Promise<void> {
  const received = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "hop" }));
  if ((await received).Messages?.length !== 1) throw new Error("the message did not arrive");
}

/** When each execution began to run, by the events that tell of it. */
async function startsOf(queues: Queues, count: number): Promise<Map<number, number>> {
  const starts = new Map<number, number>();
  while (starts.size < count) {
    const messages = await queues.receive("execution-events", 5);
    if (messages.length === 0) throw new Error(`${starts.size} of ${count} were told of`);
    for (const message of messages) {
      const { payload } = EventMessage.parse(JSON.parse(message.Body ?? ""));
      if ("new_status" in payload && payload.new_status === "running")
        starts.set(payload.execution_id, Date.parse(payload.changed_at));
      await queues.remove("execution-events", message);
    }
  }
  return starts;
}

/** One execution after the other, through the stack's own worker. */
export async function measureLives(api: Api, queues: Queues) {
  const { QueueUrl = "" } = await queues.client.send(new CreateQueueCommand({ QueueName: "hops" }));
  const lives: { id: number; sent: number; seen: number }[] = [];
  const hops: number[] = [];
  // In turns, so that a machine that is busy for a while is so for both.
  for (let at = 0; at < LIVES; at++) {
    const parent = 1_000_000 + at;
    const sent = Date.now();
    await queues.send("execution-requests", [requestMessage({ action_ref: "core.echo", parent })]);
    const { data } = await until(
      () => api.list({ parent }),
      (list) => list.data[0]?.status === "completed",
    );
    lives.push({ id: data[0]?.id ?? 0, sent, seen: Date.now() });
    const start = performance.now();
    await hop(queues, QueueUrl);
    await hop(queues, QueueUrl);
    hops.push(performance.now() - start);
  }
  const starts = await startsOf(queues, LIVES);
  // The first ones open connections and load code.
  const warm = lives.slice(LIVES / 10).map((one) => ({ ...one, began: starts.get(one.id) ?? 0 }));
  return {
    requestToRunning: spreadOf(warm.map(({ sent, began }) => began - sent)),
    runningToVisible: spreadOf(warm.map(({ began, seen }) => seen - began)),
    twoHops: spreadOf(hops.slice(LIVES / 10)),
  };
}
