import { describe, expect, it } from "vitest";
import { prices } from "../../bench/bill/prices.ts";
import { billOf, billPage, peers, totalOf } from "../../bench/bill.ts";

const measured = {
  writeUnits: 20,
  readUnits: 0.5,
  storedBytes: { Executions: 1_024, Counters: 0 },
};

describe("the bill of a million executions", () => {
  const lines = billOf(measured);
  const dollarsOf = (name: string) => lines.find((line) => line.name === name)?.dollars;

  it("multiplies what is measured with list prices", () => {
    expect(dollarsOf("DynamoDB, writes")).toBeCloseTo(12.5);
    expect(dollarsOf("DynamoDB, reads")).toBeCloseTo(0.0625);
    expect(dollarsOf("DynamoDB, a month of storage")).toBeCloseTo((1_000_000 / 2 ** 20) * 0.25);
    expect(dollarsOf("API Gateway")).toBeCloseTo(2);
    expect(dollarsOf("SQS")).toBeCloseTo(3.9 * 0.4);
  });

  it("is the sum of its lines, each of a price with a source", () => {
    expect(totalOf(lines)).toBeCloseTo(lines.reduce((sum, { dollars }) => sum + dollars, 0));
    for (const { price, amount } of lines) {
      expect(amount).toBeGreaterThan(0);
      expect(prices[price].source).toMatch(/^https:/);
    }
  });

  it("stands beside what five changes are charged elsewhere", () => {
    expect(peers.map(({ amount, price }) => amount * prices[price].dollars)).toEqual([
      125, 100, 250,
    ]);
    const page = billPage(measured);
    expect(page).toContain(`$${totalOf(lines).toFixed(2)}`);
    for (const { source } of Object.values(prices)) expect(page).toContain(source);
  });
});
