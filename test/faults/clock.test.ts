import { ExecutionScheduled } from "@attune/domain/messages";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { One } from "../fixtures/api.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

/** What each side does in the life of an execution, in this order. */
const sides = [
  "executor",
  "claim",
  "heartbeat",
  "sweep",
  "redelivery",
  "finish",
  "counters",
] as const;
type Side = (typeof sides)[number];

/** Does some work as a machine whose clock is off by some minutes. */
async function withClock(minutes: number, work: () => Promise<unknown>): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + minutes * 60_000 });
  try {
    await work();
  } finally {
    vi.useRealTimers();
  }
}

/** A clock that runs ahead, or that wrote too early a time, takes the living for dead: the lease is 90 s. */
const mistaken: readonly string[] = ["sweep +10", "redelivery +10", "heartbeat -10"];

const cases = sides.flatMap((side) =>
  [10, -10].map((minutes) => {
    const name = `${side} ${minutes > 0 ? "+" : ""}${minutes}`;
    return { name, side, minutes, status: mistaken.includes(name) ? "abandoned" : "completed" };
  }),
);

it.each(cases)("a clock that is off, $name: $status", async ({ name, side, minutes, status }) => {
  const key = `clock ${name}`;
  world.accepted.add(key);
  const { json } = await world.api.post("", { action_ref: "test.clock", idempotency_key: key });
  const { id } = One.parse(json).data;
  let attempt = 0;
  const post = (call: string, body: object) =>
    world.api.post(`/${id}/${call}`, { worker_id: 7, attempt, ...body });
  const invoke = (name: "sweep" | "counters", event: unknown) =>
    world.functions.get(name)?.invoke(event) ?? Promise.reject(new Error(`there is no ${name}`));

  const life: Record<Side, () => Promise<unknown>> = {
    executor: () => world.deliver("execution-requests", "executor"),
    claim: async () => {
      const [message] = await world.queues.receive("execution-scheduled", 0);
      if (message === undefined) throw new Error("nothing was published");
      await world.queues.remove("execution-scheduled", message);
      attempt = ExecutionScheduled.parse(JSON.parse(message.Body ?? "")).payload.attempt;
      expect((await post("claim", {})).status).toBe(200);
    },
    heartbeat: () => post("heartbeat", {}),
    sweep: () => invoke("sweep", {}),
    redelivery: async () => expect((await post("claim", { worker_id: 8 })).status).toBe(409),
    finish: async () => {
      const finished = await post("finish", { status: "completed", result: null });
      expect(finished.status).toBe(status === "completed" ? 200 : 409);
    },
    counters: async () => invoke("counters", { Records: await world.newRecords("counters") }),
  };
  for (const one of sides) await withClock(one === side ? minutes : 0, life[one]);
  expect(await world.api.get(id)).toMatchObject({ status, executor: 7 });
  await world.expectSound();
});
