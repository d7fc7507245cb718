import { Status } from "@attune/domain/lifecycle";
import {
  IdParam,
  IntegerParam,
  PageParam,
  PerPageParam,
  StatusParam,
  TextParam,
  TimeParam,
} from "@attune/functions/http/params";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";

/** What a request is told whose parameter `name` has a value that a schema refuses. */
const refusal = (name: string, schema: z.ZodMiniType, value: unknown) =>
  z
    .object({ [name]: schema })
    .safeParse({ [name]: value })
    .error?.issues.map(({ message }) => message);

const noIntegers = [
  "",
  " ",
  "abc",
  "1.5",
  "1e3",
  "0x10",
  "+1",
  "1 ",
  " 1",
  "1n",
  "١",
  "--1",
  "1_0",
];

describe("an id", () => {
  it("is an integer of any size, kept to the digit", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 39n), max: 10n ** 39n }), (id) => {
        expect(IdParam.parse(String(id))).toBe(id);
      }),
    );
  });

  it.each([...noIntegers, "1".repeat(41)])("is not %j", (text) => {
    expect(refusal("id", IdParam, text)).toEqual(["The execution ID must be an integer"]);
  });
});

describe("an integer parameter", () => {
  it.each(noIntegers)("is not %j, and says which one", (text) => {
    expect(refusal("parent", IntegerParam, text)).toEqual(["parent must be an integer"]);
  });

  it("is a number", () => {
    expect(IntegerParam.parse("-42")).toBe(-42);
  });
});

describe("a page", () => {
  it("is the first where none is given", () => {
    expect(PageParam.parse(undefined)).toBe(1);
  });

  it.each(["0", "-1", "-0"])("is not %s", (text) => {
    expect(refusal("page", PageParam, text)).toEqual(["page must be 1 or more"]);
  });

  it("is an integer that JSON carries", () => {
    expect(PageParam.parse(String(Number.MAX_SAFE_INTEGER))).toBe(Number.MAX_SAFE_INTEGER);
    expect(refusal("page", PageParam, "9007199254740992")).toEqual(["page is too large"]);
    expect(refusal("page", PageParam, "abc")).toContain("page must be an integer");
  });
});

describe("the size of a page", () => {
  it("is twenty where none is given, and a hundred at most", () => {
    expect(PerPageParam.parse(undefined)).toBe(20);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (size) => {
        expect(PerPageParam.parse(String(size))).toBe(Math.min(size, 100));
      }),
    );
  });

  it("is not 0, nor a word", () => {
    expect(refusal("per_page", PerPageParam, "0")).toEqual(["per_page must be 1 or more"]);
    expect(refusal("per_page", PerPageParam, "abc")).toContain("per_page must be an integer");
  });
});

describe("a status", () => {
  it("is one of the ten, in lower case", () => {
    for (const status of Status.options) {
      expect(StatusParam.parse(status)).toBe(status);
      expect(refusal("status", StatusParam, status.toUpperCase())).toEqual([
        `Invalid execution status: ${status.toUpperCase()}`,
      ]);
    }
  });

  it("that is none is named as it came", () => {
    expect(refusal("status", StatusParam, "invalid_status")).toEqual([
      "Invalid execution status: invalid_status",
    ]);
  });
});

it("takes no empty text for a filter", () => {
  expect(refusal("pack_name", TextParam, "")).toEqual(["pack_name must not be empty"]);
  expect(TextParam.parse(" ")).toBe(" ");
});

describe("a time", () => {
  const msOf = (text: string) => TimeParam.parse(text);

  it.each([
    ["2026-01-13T10:00:00Z", "2026-01-13T10:00:00.000Z"],
    ["2026-01-13T12:00:00+02:00", "2026-01-13T10:00:00.000Z"],
    ["2026-01-13", "2026-01-13T00:00:00.000Z"],
  ])("%s is %s", (text, moment) => {
    expect(new Date(msOf(text)).toISOString()).toBe(moment);
  });

  it("within a millisecond is the next one: what was created in this one was created before it", () => {
    const start = Date.UTC(2026, 0, 13);
    expect(msOf("2026-01-13T00:00:00.0000001Z")).toBe(start + 1);
    expect(msOf("2026-01-13T02:00:00.123456+02:00")).toBe(start + 124);
    expect(msOf("2026-01-13T00:00:00.123000Z")).toBe(start + 123);
    expect(msOf("2025-12-31T23:59:59.999999Z")).toBe(Date.UTC(2026, 0, 1));
  });

  it.each(["", "yesterday", "2026-02-30", "2026-01-13T10:00:00", "1768298400000"])(
    "is not %j",
    (text) => {
      expect(refusal("since", TimeParam, text)).toEqual([
        "since must be an ISO 8601 time, such as 2026-01-13T10:00:00Z",
      ]);
    },
  );
});
