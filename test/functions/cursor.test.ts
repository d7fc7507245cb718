import { createHmac } from "node:crypto";
import { ServiceError } from "@attune/domain/errors";
import { Status } from "@attune/domain/lifecycle";
import { decodeCursor, encodeCursor, type ListIdentity } from "@attune/functions/http/cursor";
import type { Cursor } from "@attune/store/list/request";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const secret = "of a stage";

const place: fc.Arbitrary<Cursor> = fc.record(
  {
    direction: fc.constantFrom("next", "prev"),
    id: fc.maxSafeInteger(),
    page: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    matched: fc.maxSafeNat(),
    walked: fc.record({ total: fc.maxSafeNat(), isExact: fc.boolean() }),
  },
  { requiredKeys: ["direction", "id", "page", "matched"] },
);
const list: fc.Arbitrary<ListIdentity> = fc.record(
  {
    status: fc.array(fc.constantFrom(...Status.options)),
    action_ref: fc.array(fc.string()),
    pack_name: fc.string(),
    enforcement: fc.integer(),
    result_contains: fc.string({ unit: "binary" }),
    created_after: fc.maxSafeNat(),
    sort: fc.constantFrom("created", "-created"),
  },
  { requiredKeys: ["sort"] },
);

const refusal = (text: string, of: ListIdentity, by = secret) => {
  try {
    decodeCursor(text, of, by);
  } catch (error) {
    return error;
  }
  return undefined;
};

describe("a cursor", () => {
  it("comes back as it went out, with the same parameters and values in any order", () => {
    fc.assert(
      fc.property(place, list, (at, of) => {
        const reversed = Object.fromEntries(
          Object.entries(of)
            .map(([name, value]) => [name, Array.isArray(value) ? value.toReversed() : value])
            .toReversed(),
        );
        expect(decodeCursor(encodeCursor(at, of, secret), reversed, secret)).toEqual(at);
      }),
    );
  });

  it("is a text that needs no escape in a URL", () => {
    fc.assert(
      fc.property(place, list, (at, of) => {
        expect(encodeCursor(at, of, secret)).toMatch(/^[\w.-]+$/);
      }),
    );
  });

  it("is refused with other filters, another range or another order", () => {
    fc.assert(
      fc.property(place, list, list, (at, of, other) => {
        const sorted = (one: ListIdentity) => JSON.stringify(Object.entries(one).toSorted());
        fc.pre(sorted(of) !== sorted(other));
        expect(refusal(encodeCursor(at, of, secret), other)).toMatchObject({
          status: 400,
          message: "cursor belongs to other filters than these",
        });
      }),
    );
  });

  it("is refused as the client's error when it is none, and never as ours", () => {
    const forged = fc.json().map((json) => Buffer.from(json).toString("base64url"));
    const texts = fc.oneof(
      fc.string(),
      fc.base64String(),
      forged,
      forged.map((one) => `${one}.x`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const error = refusal(text, {});
        expect(error).toBeInstanceOf(ServiceError);
        expect(error).toMatchObject({ status: 400 });
      }),
    );
  });

  it("is refused when any character of it is another, or when another secret signed it", () => {
    const text = encodeCursor({ direction: "next", id: 900, page: 2, matched: 20 }, {}, secret);
    for (let at = 0; at < text.length; at++) {
      const tampered = `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`;
      expect(refusal(tampered, {}), `at ${at}`).toMatchObject({ status: 400 });
    }
    expect(refusal(`${text}=`, {})).toMatchObject({ status: 400 });
    expect(refusal(text, {}, "of another stage")).toMatchObject({ status: 400 });
    expect(refusal(text, {})).toBeUndefined();
  });

  it("is refused where an older version gave it out, in another form", () => {
    const payload = Buffer.from(JSON.stringify(["next", 900, 2, 20, null, "digest"])).toString(
      "base64url",
    );
    const digest = createHmac("sha256", secret).update(payload).digest().subarray(0, 16);
    expect(refusal(`${payload}.${digest.toString("base64url")}`, {})).toMatchObject({
      status: 400,
      message: "cursor is of an older version of this API",
    });
  });
});
