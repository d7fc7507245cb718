import { accessPatterns } from "@attune/store/access-patterns/index";
import { MOST_SUBSCRIPTIONS } from "@attune/store/live/connections";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { One } from "../fixtures/api.ts";
import { until } from "../fixtures/executions.ts";
import { type LiveClient, lineOf, liveClients } from "../fixtures/live.ts";
import { startService } from "../fixtures/service.ts";
import { storeAt } from "../fixtures/store.ts";

const { api, stack } = await startService();
const connect = liveClients(stack.api);
const { client: dynamodb, tables } = storeAt(stack.dynamodb);

const request = async (more: object) =>
  One.parse((await api.post("", { action_ref: "core.echo", ...more })).json).data.id;

/** What a life of the built-in worker is told as. */
const lifeOf = (id: number, end = "completed") =>
  ["requested", "scheduling", "scheduled", "running", end].map(
    (status, at) => `${id} ${at + 1} ${status}`,
  );

const untilTold = (client: LiveClient, count: number, subscription?: string) =>
  until(
    () => Promise.resolve(client.told(subscription)),
    (told) => told.length >= count,
  );

let enforcements = 100;
/** An enforcement that nobody else has. */
const anEnforcement = () => ++enforcements;

describe("a subscription", () => {
  it("is acknowledged, and told of a life in order, each change with a cursor and a summary", async () => {
    const client = await connect();
    const enforcement = anEnforcement();
    await client.subscribe({ filter: { enforcement } });
    const id = await request({ enforcement });
    expect(await untilTold(client, 5)).toEqual(lifeOf(id));
    const { config, result, executor, action, original_execution, ...summary } = await api.get(id);
    expect(client.of("execution.created")).toHaveLength(1);
    const last = client.of("execution.status_changed").at(-1);
    expect(last).toEqual({
      ...{ type: "execution.status_changed", subscription: "default" },
      ...{ cursor: expect.any(String), version: 5, previous_status: "running", data: summary },
    });
  });

  it("is told what its filter names, and nothing else", async () => {
    const client = await connect();
    const enforcement = anEnforcement();
    const id = await request({});
    const filters = {
      parent: { parent: id },
      action: { action_ref: "core.fail", enforcement },
      pack: { pack_name: "core", enforcement },
      other: { pack_name: "cor", enforcement },
      status: { status: "completed", enforcement },
      all: {},
    } as const;
    for (const [name, filter] of Object.entries(filters))
      await client.subscribe({ id: name, filter });
    const child = await request({ enforcement, parent: id });
    await client.subscribe({ id: "one", filter: { execution: child } });
    const failed = await request({ enforcement, action_ref: "core.fail" });
    await untilTold(client, 5, "action");
    await untilTold(client, 10, "pack");
    // Each is told by itself.
    await untilTold(client, 5, "parent");
    await untilTold(client, 1, "status");
    expect(client.told("parent")).toEqual(lifeOf(child));
    expect(client.told("action")).toEqual(lifeOf(failed, "failed"));
    expect(client.told("pack").toSorted()).toEqual(
      [...lifeOf(child), ...lifeOf(failed, "failed")].toSorted(),
    );
    expect(client.told("other")).toEqual([]);
    expect(client.told("status")).toEqual([`${child} 5 completed`]);
    expect(client.told("one").every((line) => line.startsWith(`${child} `))).toBe(true);
    await expect
      .poll(() => client.told("all"), { timeout: 20_000 })
      .toEqual(expect.arrayContaining(client.told("pack")));
  });

  it("brings together what is told at once, where it asks for that", async () => {
    const client = await connect();
    const enforcement = anEnforcement();
    const since = await client.subscribe({ filter: { enforcement } });
    const id = await request({ enforcement });
    await untilTold(client, 5);
    await client.subscribe({ id: "late", filter: { enforcement }, since, batch: true });
    await until(
      () => Promise.resolve(client.of("caught_up")),
      (some) => some.length > 0,
    );
    expect(client.told("late")).toEqual([]);
    const [batch, ...others] = client.of("batch");
    expect(others).toEqual([]);
    expect(batch?.messages.map((one) => ("data" in one ? lineOf(one) : one))).toEqual(lifeOf(id));
  });

  it("brings the result of what has ended, to the letter, where it was asked for", async () => {
    const client = await connect();
    const enforcement = anEnforcement();
    await client.subscribe({ filter: { enforcement }, result: true });
    const body = `{"action_ref":"core.echo","enforcement":${enforcement},"config":{"n":12345678901234567890,"x":1.10}}`;
    await api.post("", body);
    await request({ enforcement, config: "x".repeat(100_000) });
    await request({ enforcement, config: "x".repeat(130_000) });
    await untilTold(client, 15);
    const texts = client.texts.filter((text) => text.includes('"completed"'));
    expect(
      texts.filter((text) => text.includes('"result":{"n":12345678901234567890,"x":1.10}')),
    ).toHaveLength(1);
    expect(texts.filter((text) => text.includes(`"result":"${"x".repeat(100_000)}"`))).toHaveLength(
      1,
    );
    expect(
      texts.filter((text) => text.includes('"result":null,"result_omitted":true')),
    ).toHaveLength(1);
    const running = client.texts.filter((text) => !text.includes('"completed"'));
    expect(running.filter((text) => text.includes('"result"'))).toEqual([]);
  });

  it("ends when it is unsubscribed, or another one takes its name", async () => {
    const client = await connect();
    const [first, second] = [anEnforcement(), anEnforcement()];
    await client.subscribe({ id: "a", filter: { enforcement: first } });
    await client.subscribe({ id: "b", filter: { enforcement: first } });
    client.say({ type: "unsubscribe", id: "b" });
    expect(await client.wait("unsubscribed")).toEqual([{ type: "unsubscribed", id: "b" }]);
    await client.subscribe({ id: "a", filter: { enforcement: second } });
    await request({ enforcement: first });
    const id = await request({ enforcement: second });
    expect(await untilTold(client, 5, "a")).toEqual(lifeOf(id));
    expect(client.told("b")).toEqual([]);
  });
});

describe("a cursor", () => {
  it("brings what came after it, then what happens, without a gap and in order", async () => {
    const first = await connect();
    const enforcement = anEnforcement();
    await first.subscribe({ filter: { enforcement } });
    const id = await request({ enforcement });
    await untilTold(first, 5);
    const cursors = first.messages.flatMap((one) => ("version" in one ? [one.cursor] : []));
    await first.close();
    const missed = await request({ enforcement });
    await until(
      () => api.get(missed),
      ({ status }) => status === "completed",
    );
    // From any change: in the middle of an entry as well as between two.
    for (const [at, since] of cursors.entries()) {
      const again = await connect();
      await again.subscribe({ filter: { enforcement }, since });
      const [caughtUp] = await again.wait("caught_up");
      expect(again.told()).toEqual([...lifeOf(id).slice(at + 1), ...lifeOf(missed)]);
      expect(again.messages[0]?.type).toBe("subscribed");
      expect(again.messages.at(-1)).toEqual(caughtUp);
      await again.close();
    }
    const last = await connect();
    await last.subscribe({ filter: { enforcement }, since: cursors.at(-1) });
    const live = await request({ enforcement });
    expect(await untilTold(last, 10)).toEqual([...lifeOf(missed), ...lifeOf(live)]);
  });

  it.each(["zzzzzzzz", "1", "not a cursor", ""])("%j is not known: load again", async (since) => {
    const client = await connect();
    const enforcement = anEnforcement();
    await client.subscribe({ filter: { enforcement }, since });
    const [reload] = await client.wait("reload");
    expect(reload).toEqual({
      ...{ type: "reload", id: "default" },
      ...{ cursor: expect.any(String), reason: expect.any(String) },
    });
    const id = await request({ enforcement });
    expect(await untilTold(client, 5)).toEqual(lifeOf(id));
    expect(client.of("caught_up")).toEqual([]);
  });
});

describe("a message", () => {
  it("is answered while the connection stays open, whatever it says", async () => {
    const client = await connect();
    for (const [text, error] of [
      ["{", "The message is not valid JSON"],
      ["[]", "The message is not valid: Invalid input: expected object, received array"],
      ['{"type":"shout"}', "The message is not valid: type: Invalid"],
      ['{"type":"subscribe","filter":{"executor":1}}', 'filter: Unrecognized key: "executor"'],
      ['{"type":"subscribe","filter":{"status":"asleep"}}', "filter.status: Invalid option"],
      ['{"type":"subscribe","more":1}', 'Unrecognized key: "more"'],
    ] as const) {
      const before = client.of("error").length;
      client.say(text);
      const told = (await client.wait("error", before + 1)).at(-1);
      expect(told).toMatchObject({ status: 400, error: expect.stringContaining(error) });
    }
    client.say('{"type":"subscribe","id":"mine","filter":[]}');
    await client.wait("error", 7);
    expect(client.of("error").at(-1)).toMatchObject({ id: "mine", status: 400 });
    client.say({ type: "ping" });
    expect(await client.wait("pong")).toEqual([{ type: "pong" }]);
  });

  it("for one subscription too many is refused", async () => {
    const client = await connect();
    for (let n = 0; n < MOST_SUBSCRIPTIONS; n++)
      await client.subscribe({ id: `n${n}`, filter: { enforcement: 1 } });
    client.say({ type: "subscribe", id: "more", filter: { enforcement: 1 } });
    const [error] = await client.wait("error");
    expect(error).toMatchObject({
      ...{ id: "more", status: 409 },
      error: "A connection has 20 subscriptions at most",
    });
    await client.subscribe({ id: "n7", filter: { enforcement: 2 } });
  });
});

/** Subscriptions of a kind that are stored. */
async function stored(kind: string): Promise<number> {
  const params = accessPatterns.subscriptionsOf.params(tables, { kind });
  return (await dynamodb.send(new QueryCommand(params))).Items?.length ?? 0;
}

describe("a connection", () => {
  it("takes its subscriptions along when it closes", async () => {
    const client = await connect();
    await client.subscribe({ id: "a", filter: { execution: 1 } });
    await client.subscribe({ id: "b", filter: { execution: 2 } });
    expect(await stored("execution")).toBe(2);
    await client.close();
    await until(
      () => stored("execution"),
      (count) => count === 0,
    );
  });

  it("is there at /ws alone", async () => {
    await expect(connect("/other")).rejects.toThrow("refused");
    expect((await fetch(`${stack.api}/ws`)).status).toBe(404);
  });
});
