import { ServiceError } from "@attune/domain/errors";
import type { Filter } from "@attune/domain/filter";
import { Status } from "@attune/domain/lifecycle";
import { decodeCursor, encodeCursor } from "@attune/functions/http/cursor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const position = fc.record({
  before: fc.maxSafeInteger(),
  matched: fc.maxSafeNat(),
  page: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
});
const filter: fc.Arbitrary<Filter> = fc.record(
  {
    status: fc.constantFrom(...Status.options),
    action_ref: fc.string(),
    pack_name: fc.string(),
    enforcement: fc.integer(),
    parent: fc.integer(),
    result_contains: fc.string({ unit: "binary" }),
  },
  { requiredKeys: [] },
);

const refusal = (text: string, of: Filter) => {
  try {
    decodeCursor(text, of);
  } catch (error) {
    return error;
  }
  return undefined;
};

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const decoded = (text: string): unknown => JSON.parse(Buffer.from(text, "base64url").toString());

describe("a cursor", () => {
  it("comes back as it went out, with the same filters in any order", () => {
    fc.assert(
      fc.property(position, filter, (at, of) => {
        const reversed = Object.fromEntries(Object.entries(of).toReversed());
        expect(decodeCursor(encodeCursor(at, of), reversed)).toEqual(at);
      }),
    );
  });

  it("is a text that needs no escape in a URL", () => {
    fc.assert(
      fc.property(position, filter, (at, of) => {
        expect(encodeCursor(at, of)).toMatch(/^[\w-]+$/);
      }),
    );
  });

  it("is refused with other filters", () => {
    fc.assert(
      fc.property(position, filter, filter, (at, of, other) => {
        fc.pre(
          JSON.stringify(Object.entries(of).toSorted()) !==
            JSON.stringify(Object.entries(other).toSorted()),
        );
        expect(refusal(encodeCursor(at, of), other)).toMatchObject({
          status: 400,
          message: "cursor belongs to other filters than these",
        });
      }),
    );
  });

  it("is refused as the client's error when it is none, and never as ours", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json().map(btoaUrl)), (text) => {
        const error = refusal(text, {});
        expect(error).toBeInstanceOf(ServiceError);
        expect(error).toMatchObject({ status: 400 });
      }),
    );
  });

  it.each([
    ["a part too few", (parts: unknown[]) => parts.slice(1)],
    ["a part too many", (parts: unknown[]) => [...parts, 1]],
    ["a place that is no integer", (parts: unknown[]) => parts.with(0, 1.5)],
    ["a place past 2^53", (parts: unknown[]) => parts.with(0, 2 ** 60)],
    ["a negative count", (parts: unknown[]) => parts.with(1, -1)],
    ["page 0", (parts: unknown[]) => parts.with(2, 0)],
    ["a text in place of a page", (parts: unknown[]) => parts.with(2, "1")],
    ["another digest", (parts: unknown[]) => parts.with(3, "000000000000")],
  ])("that was tampered with is refused: %s", (_, tamper) => {
    const cursor = encodeCursor({ before: 900, matched: 20, page: 2 }, { parent: 1 });
    const parts = decoded(cursor);
    if (!Array.isArray(parts)) throw new Error(`no parts: ${cursor}`);
    expect(decodeCursor(encoded(parts), { parent: 1 })).toMatchObject({ page: 2 });
    expect(refusal(encoded(tamper(parts)), { parent: 1 })).toMatchObject({ status: 400 });
  });
});

function btoaUrl(text: string): string {
  return Buffer.from(text).toString("base64url");
}
