import type { LiveFilter } from "@attune/domain/live";
import { describe, expect, it } from "vitest";
import { until } from "../fixtures/executions.ts";
import { type LiveClient, liveClients } from "../fixtures/live.ts";
import { startService } from "../fixtures/service.ts";
import { hold, workerSeven } from "../fixtures/worker-seven.ts";
import { linesFrom } from "../store/logs/world.ts";

const { stack, api } = await startService({ WORKER: "off" });
const connect = liveClients(stack.api);
const { claimed, append } = workerSeven(api);

const linesOf = (client: LiveClient, subscription = "default") =>
  client
    .of("execution.log")
    .filter((one) => one.subscription === subscription)
    .flatMap(({ lines }) => lines);

const untilTold = (client: LiveClient, count: number, subscription?: string) =>
  until(
    () => Promise.resolve(linesOf(client, subscription)),
    (lines) => lines.length >= count,
  );

describe("the lines of a log", () => {
  it("are told as the worker appends them, of both streams, each once", async () => {
    const client = await connect();
    const id = await claimed();
    await client.subscribe({ filter: { execution: id }, logs: true });
    await append(id, linesFrom(1, 3));
    await append(id, linesFrom(1, 3));
    await append(id, linesFrom(2, 4));
    expect(await untilTold(client, 5)).toEqual(linesFrom(1, 5));
    const told = client.of("execution.log");
    expect(told.map(({ from_seq, to_seq }) => [from_seq, to_seq])).toEqual([
      [1, 3],
      [4, 5],
    ]);
    expect(told[0]).toEqual({
      ...{ type: "execution.log", subscription: "default", cursor: expect.any(String) },
      ...{ execution_id: id, from_seq: 1, to_seq: 3, lines: linesFrom(1, 3) },
    });
    expect(new Set(linesOf(client).map(({ stream }) => stream))).toEqual(
      new Set(["stdout", "stderr"]),
    );
  });

  it("are told to those who ask for them, by what their execution is", async () => {
    const client = await connect();
    const parent = await claimed();
    const id = await claimed({ parent, enforcement: 42 });
    const told: Record<string, LiveFilter> = {
      execution: { execution: id },
      parent: { parent },
      enforcement: { enforcement: 42 },
      action: { action_ref: "test.work", enforcement: 42 },
      pack: { pack_name: "test", parent },
      all: {},
    };
    const untold: Record<string, LiveFilter> = {
      other: { execution: parent },
      status: { execution: id, status: "running" },
    };
    for (const [name, filter] of Object.entries({ ...told, ...untold }))
      await client.subscribe({ id: name, filter, logs: true });
    await client.subscribe({ id: "without", filter: { execution: id } });
    await append(id, linesFrom(1, 2));
    await api.post(`/${id}/finish`, { ...hold, status: "completed" });
    for (const name of Object.keys(told))
      expect(await untilTold(client, 2, name)).toEqual(linesFrom(1, 2));
    await until(
      () => Promise.resolve(client.told("without")),
      (changes) => changes.length > 0,
    );
    for (const name of [...Object.keys(untold), "without"])
      expect(linesOf(client, name)).toEqual([]);
  });

  it("come after a reconnect from where it was, and together with what else was missed", async () => {
    const first = await connect();
    const id = await claimed();
    const filter = { execution: id };
    await first.subscribe({ filter, logs: true });
    await append(id, linesFrom(1, 3));
    await untilTold(first, 3);
    const since = first.of("execution.log").at(-1)?.cursor;
    await first.close();
    const long = linesFrom(4, 1_000, "x".repeat(300));
    await append(id, long);
    await append(id, linesFrom(1_004, 2));
    const again = await connect();
    await again.subscribe({ filter, since, logs: true });
    const all = [...long, ...linesFrom(1_004, 2)];
    expect(await untilTold(again, 1_002)).toEqual(all);
    expect(Math.max(...again.texts.map((text) => Buffer.byteLength(text)))).toBeLessThan(131_072);
    await again.subscribe({ id: "late", filter, since, logs: true, batch: true });
    await again.wait("caught_up", 2);
    const together = again.of("batch").flatMap(({ messages }) => messages);
    expect(together.flatMap((one) => ("lines" in one ? one.lines : []))).toEqual(all);
  });
});
