import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { guards } from "../../scripts/guards/guards.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

it("docs/guards.md has a row for each guard, and each turned something red", () => {
  const rows = read("docs/guards.md")
    .split("\n")
    .filter((line) => /^\| \d/.test(line));
  expect(rows.map((row) => row.split(" | ")[1])).toEqual(guards.map(({ guard }) => guard));
  for (const row of rows) expect(Number(row.split(" | ")[2]), row).toBeGreaterThan(0);
});

it.each(guards)("stands in the code as the table breaks it: $guard", ({ file, find }) => {
  expect(read(file).split(find)).toHaveLength(2);
});
