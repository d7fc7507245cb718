import { memberTexts, objectText, textsOf } from "@attune/domain/json-text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/** JSON text that a parser would not give back: numbers as written, odd keys, white space. */
const space = fc.constantFrom("", " ", "\n\t", "  ");
const scalar = fc.oneof(
  fc.constantFrom(
    "1e400",
    "-0",
    "1.10",
    "90071992547409931",
    "null",
    "true",
    '"\\ud800"',
    '"\\\\"',
  ),
  fc.string({ unit: "binary" }).map((text) => JSON.stringify(text)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
);
const { text } = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.tuple(space, fc.array(tie("text"))).map(([s, items]) => `[${s}${items.join(`${s},`)}]`),
    fc
      .tuple(space, fc.array(fc.tuple(fc.string(), tie("text"))))
      .map(
        ([s, members]) =>
          `{${members.map(([k, v]) => `${s}${JSON.stringify(k)}${s}:${s}${v}${s}`).join(",")}}`,
      ),
  ),
}));

describe("memberTexts", () => {
  it("finds each member's text as it was written, the last of equal keys", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: "binary" }), text)), space, (members, s) => {
        const object = `{${members.map(([k, v]) => `${s}${JSON.stringify(k)}${s}:${s}${v}${s}`).join(",")}}`;
        expect(memberTexts(object)).toEqual(new Map(members));
      }),
    );
  });

  it("reads an escaped key, and a quote that an odd number of backslashes escapes", () => {
    expect(memberTexts(String.raw`{"\u0063onfig": {"a":"\\\"}"}, "b":"\\"}`)).toEqual(
      new Map([
        ["config", String.raw`{"a":"\\\"}"}`],
        ["b", String.raw`"\\"`],
      ]),
    );
  });

  it("keeps what JSON.parse would lose", () => {
    const config = '{"2":1,"1":90071992547409931,"__proto__":{"x":1.10},"n":[1e400,-0]}';
    expect(memberTexts(`{"config":${config}}`).get("config")).toBe(config);
  });

  it("walks a hundred thousand levels without a stack", () => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    expect(memberTexts(`{"config":${deep}}`).get("config")).toBe(deep);
  });
});

describe("objectText", () => {
  it("is the inverse of memberTexts", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string({ minLength: 1 }).filter((key) => !/^\d+$/.test(key)),
          text,
        ),
        (members) => {
          expect(memberTexts(objectText(members))).toEqual(new Map(Object.entries(members)));
        },
      ),
    );
  });

  it("writes null for what is not there", () => {
    expect(objectText(textsOf({ a: undefined, b: null, c: "x" }))).toBe(
      '{"a":null,"b":null,"c":"x"}',
    );
  });
});
