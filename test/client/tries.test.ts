import type { ClientOptions } from "@attune/client/call";
import { createClient } from "@attune/client/create-client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type LocalStack, startLocalStack } from "../fixtures/stack.ts";
import { type Fault, first, startFaultyProxy } from "../worker/faulty-proxy.ts";

let stack: LocalStack;
beforeAll(async () => {
  stack = await startLocalStack();
});
afterAll(() => stack.stop());

const proxies: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
});

/** A client behind a proxy that breaks calls, and the names of the calls that came there. */
async function clientWith(
  fault: (call: string) => Fault | undefined,
  options: Partial<ClientOptions> = {},
) {
  const calls: string[] = [];
  const proxy = await startFaultyProxy(stack.api, (call) => {
    calls.push(call);
    return fault(call);
  });
  proxies.push(proxy);
  return { ...createClient({ url: proxy.url, ...options }), calls };
}

const answer = (status: number, headers: Readonly<Record<string, string>> = {}): Fault => ({
  status,
  body: JSON.stringify({ error: `It is ${status}`, status }),
  headers,
});

const direct = () => createClient({ url: stack.api }).executions;
const sleep = { action_ref: "core.sleep", config: { seconds: 3_600 } };
const newEnforcement = () => Math.floor(Math.random() * 2 ** 52);

/** An execution that has failed. */
async function failed(enforcement: number): Promise<number> {
  const { id } = await direct().request({ action_ref: "core.fail", enforcement });
  await direct().wait(id);
  return id;
}

/** Faults after which a call may or may not have been done. */
const uncertain: readonly (readonly [string, Fault])[] = [
  ["a connection that is cut", "cut"],
  ["a lost answer", "lose-answer"],
  ["502", answer(502)],
  ["503", answer(503)],
  ["504", answer(504)],
];

describe("a call that may be made twice is made again", () => {
  it.each([...uncertain, ["429", answer(429)] as const])("after %s", async (_, fault) => {
    const enforcement = newEnforcement();
    const { executions, calls } = await clientWith(first({ executions: 2, cancel: 1 }, fault));
    const { id } = await executions.request({ ...sleep, enforcement });
    await executions.cancel(id);
    expect(calls).toEqual(["executions", "executions", "executions", "cancel", "cancel"]);
    const { data } = await direct().list({ enforcement });
    expect(data.map((one) => one.id)).toEqual([id]);
  });

  it("no oftener than it is told", async () => {
    const { executions, calls } = await clientWith(() => answer(503), { tries: 3 });
    await expect(executions.get(1)).rejects.toMatchObject({ name: "ApiError", status: 503 });
    expect(calls).toEqual(["1", "1", "1"]);
  });

  it("and for as long as there is time, where it is one of `wait`", async () => {
    const { id } = await direct().request({ action_ref: "core.echo", config: 5 });
    const { executions, calls } = await clientWith(first({ [id]: 3 }, "cut"), { tries: 1 });
    expect((await executions.wait(id)).result).toBe(5);
    expect(calls.length).toBeGreaterThanOrEqual(4);
  });
});

describe("a retry, which makes two when it is called twice,", () => {
  it.each(uncertain)("is not made again after %s", async (_, fault) => {
    const id = await failed(newEnforcement());
    const { executions, calls } = await clientWith(first({ retry: 1 }, fault));
    await expect(executions.retry(id)).rejects.toThrow(/was not answered|It is/);
    expect(calls).toEqual(["retry"]);
  });

  it("is made again after 429, before which nothing was done", async () => {
    const enforcement = newEnforcement();
    const id = await failed(enforcement);
    const { executions, calls } = await clientWith(first({ retry: 2 }, answer(429)));
    await executions.retry(id);
    expect(calls).toEqual(["retry", "retry", "retry"]);
    expect((await direct().list({ enforcement })).data).toHaveLength(2);
  });
});

describe("what the API asks for", () => {
  it.each([
    ["seconds", () => "2"],
    ["a date", () => new Date(Date.now() + 3_000).toUTCString()],
  ])("is waited for, in %s", async (_, retryAfter) => {
    const { executions, calls } = await clientWith(() =>
      answer(429, { "retry-after": retryAfter() }),
    );
    const failure = executions.list({}, { signal: AbortSignal.timeout(1_500) });
    await expect(failure).rejects.toMatchObject({ name: "TimeoutError" });
    expect(calls).toEqual(["executions"]);
  });
});

describe("an error", () => {
  it.each([400, 401, 403, 404, 409, 413, 500])("of %i is final", async (status) => {
    const { executions, calls } = await clientWith(() => answer(status));
    await expect(executions.get(1)).rejects.toMatchObject({ status, message: `It is ${status}` });
    expect(calls).toEqual(["1"]);
  });

  it("of a gateway says what the gateway says", async () => {
    const { executions } = await clientWith(() => ({
      status: 401,
      body: '{"message":"Unauthorized"}',
    }));
    await expect(executions.get(1)).rejects.toMatchObject({
      name: "ApiError",
      status: 401,
      message: "Unauthorized",
    });
  });

  it.each([
    ["a page", 200, "<html>"],
    ["other JSON", 200, '{"message":"Hello"}'],
    ["null", 200, "null"],
    ["a page that says no", 403, "<html>"],
  ])("says that %s is no answer of the API", async (_, status, body) => {
    const { executions } = await clientWith(() => ({ status, body }));
    await expect(executions.get(1)).rejects.toMatchObject({
      name: "ApiError",
      status,
      message: `The answer, ${status}, is none of the API's`,
    });
  });

  it("has the cause of a missing answer", async () => {
    const { executions } = await clientWith(() => "cut", { tries: 1 });
    await expect(executions.get(1)).rejects.toMatchObject({
      name: "NoAnswer",
      cause: { message: "fetch failed" },
    });
  });
});

describe("a token", () => {
  it("is asked for before each try", async () => {
    const given: (string | null)[] = [];
    let asked = 0;
    const client = createClient({
      url: stack.api,
      token: async () => `token-${++asked}`,
      fetch: (input, init) => {
        given.push(new Headers(init?.headers).get("authorization"));
        return given.length < 3 ? Promise.reject(new TypeError("No network")) : fetch(input, init);
      },
    });
    await client.executions.list();
    expect(given).toEqual(["Bearer token-1", "Bearer token-2", "Bearer token-3"]);
  });

  it("that cannot be had is the caller's error", async () => {
    const token = () => Promise.reject(new Error("Signed out"));
    const { executions } = createClient({ url: stack.api, token });
    await expect(executions.list()).rejects.toThrow("Signed out");
  });
});
