import { packOf } from "@attune/domain/execution";
import { timeOf } from "@attune/domain/ids";
import { isFinal } from "@attune/domain/lifecycle";
import { describe, expect, it } from "vitest";
import { actionAt, actions } from "../../scripts/seed/catalog.ts";
import { type Past, population } from "../../scripts/seed/population.ts";
import { cumulativeByHour, HOUR_MS } from "../../scripts/seed/rhythm.ts";

const past: Past = {
  count: 5_000,
  seed: 1,
  since: Date.UTC(2026, 7, 3),
  until: Date.UTC(2026, 9, 26),
};
const seeded = [...population(past)];
const records = seeded.map(({ record }) => record);

const sizesOf = (of: "enforcement" | "parent") => {
  const groups = Map.groupBy(
    records.filter((record) => record[of] !== undefined),
    (record) => record[of],
  );
  return [...groups.values()].map((group) => group.length);
};
const times = (count: number, values: readonly unknown[]) =>
  values.filter((value) => value === count).length;

describe("a past", () => {
  it("is the same again for the same seed, and another for another", () => {
    expect([...population(past)]).toEqual(seeded);
    expect([...population({ ...past, seed: 2 })]).not.toEqual(seeded);
  });

  it.each([1, 37, 5_000])("of %i executions has as many, in the order of their ids", (count) => {
    const ids = [...population({ ...past, count })].map(({ record }) => record.id);
    expect(ids).toHaveLength(count);
    expect(new Set(ids).size).toBe(count);
    expect(ids).toEqual(ids.toSorted((one, other) => one - other));
  });

  it("lies between its ends, and is over", () => {
    for (const { id, updated, status } of records) {
      expect(timeOf(id)).toBeGreaterThanOrEqual(past.since);
      expect(Date.parse(updated)).toBeGreaterThanOrEqual(timeOf(id));
      expect(Date.parse(updated)).toBeLessThanOrEqual(past.until);
      expect(isFinal(status)).toBe(true);
    }
  });

  it("has parents and first tries that came before", () => {
    const known = new Set<number | undefined>([undefined]);
    for (const { id, parent, original_execution } of records) {
      expect(known).toContain(parent);
      expect(known).toContain(original_execution);
      known.add(id);
    }
  });

  it("has every end, small trees and large ones, new tries, and payloads of their own", () => {
    expect(new Set(records.map(({ status }) => status)).size).toBe(5);
    expect(times(1, sizesOf("parent"))).toBeGreaterThan(10);
    expect(times(1, sizesOf("enforcement"))).toBeGreaterThan(100);
    expect(Math.max(...sizesOf("enforcement"))).toBeGreaterThan(20);
    expect(records.some((record) => record.try === 2)).toBe(true);
    const texts = new Map(seeded.flatMap((one) => one.texts.map(({ key, text }) => [key, text])));
    const refs = records.flatMap(({ result }) => (result && "ref" in result ? [result] : []));
    expect(refs.length).toBeGreaterThan(10);
    for (const { ref, bytes } of refs) expect(Buffer.byteLength(texts.get(ref) ?? "")).toBe(bytes);
  });

  it("keeps of each execution what lies between its first change and its last", () => {
    for (const { record, history } of seeded) {
      const versions = history.map(({ version }) => version);
      const between = Array.from({ length: record.version - 2 }, (_, at) => at + 2);
      expect(versions).toEqual(between);
    }
  });

  it("has fifty actions in ten packs, a few of them most of the time", () => {
    expect(new Set(actions.map(({ ref }) => ref)).size).toBe(50);
    expect(new Set(actions.map(({ ref }) => packOf(ref))).size).toBe(10);
    expect(actions.every(({ ref, pack }) => packOf(ref) === pack)).toBe(true);
    const byAction = Map.groupBy(records, ({ action_ref }) => action_ref);
    const sizes = [...byAction.values()].map(({ length }) => length).sort((a, b) => b - a);
    expect(sizes.slice(0, 5).reduce((sum, size) => sum + size, 0)).toBeGreaterThan(
      records.length / 3,
    );
    expect(actionAt(0)).toBe(actions[0]);
    expect(actionAt(0.999_999)).toBe(actions.at(-1));
  });
});

it("the rhythm spreads all of them over the hours, fewer at night and at weekends", () => {
  const monday = Date.UTC(2026, 7, 3);
  const sums = cumulativeByHour(100_000, monday, monday + 7 * 24 * HOUR_MS);
  const inHour = (day: number, hour: number) =>
    (sums[day * 24 + hour] ?? 0) - (sums[day * 24 + hour - 1] ?? 0);
  expect(sums.at(-1)).toBe(100_000);
  expect(inHour(1, 9)).toBeGreaterThan(3 * inHour(1, 4));
  expect(inHour(4, 9)).toBeGreaterThan(2 * inHour(5, 9));
});
