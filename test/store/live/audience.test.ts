import { createAudience } from "@attune/store/live/audience";
import type { Store } from "@attune/store/store";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startStore } from "../../fixtures/store.ts";

const HOUR_MS = 3_600_000;

let fixture: Awaited<ReturnType<typeof startStore>>;
let store: Store;
let later = 0;
let requests = 0;
beforeAll(async () => {
  fixture = await startStore();
  store = { ...fixture.store, now: () => new Date(Date.now() + later) };
  store.client.middlewareStack.add(
    (next) => (args) => {
      requests++;
      return next(args);
    },
    { step: "initialize" },
  );
});
afterAll(() => fixture.stop());

async function requestsOf(work: () => Promise<unknown>): Promise<number> {
  requests = 0;
  await work();
  return requests;
}

it("is not there before anybody has come, and asks again each time", async () => {
  const audience = createAudience(store);
  expect(await audience.isThere()).toBe(false);
  expect(await requestsOf(audience.isThere)).toBe(1);
});

it("is there for every instance once one has noted it, and until nobody can come back", async () => {
  const [one, other] = [createAudience(store), createAudience(store)];
  expect(await other.isThere()).toBe(false);
  await one.note();
  expect(await other.isThere()).toBe(true);
  later += 3.9 * HOUR_MS;
  expect(await requestsOf(other.isThere)).toBe(0);
  expect(await createAudience(store).isThere()).toBe(true);
  later += 0.2 * HOUR_MS;
  expect(await other.isThere()).toBe(false);
  expect(await createAudience(store).isThere()).toBe(false);
});

it("is noted once in ten minutes, however many come", async () => {
  const audience = createAudience(store);
  expect(await requestsOf(audience.note)).toBe(1);
  expect(await requestsOf(audience.note)).toBe(0);
  later += HOUR_MS / 6;
  expect(await requestsOf(audience.note)).toBe(1);
});
