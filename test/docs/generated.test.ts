import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { replaceSection } from "../../scripts/docs/markdown.ts";
import { pages } from "../../scripts/docs/pages.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

it.each(Object.entries(pages))("%s is as `npm run docs` writes it", (path, write) => {
  expect(write(read(path))).toBe(read(path));
});

describe("a section of a page", () => {
  const page = "a\n<!-- x: written by npm run docs -->\nold\n<!-- end of x -->\nb\n";

  it("is replaced, and nothing else", () => {
    const replaced = "a\n<!-- x: written by npm run docs -->\n\nnew\n\n<!-- end of x -->\nb\n";
    expect(replaceSection(page, "x", "new")).toBe(replaced);
    expect(replaceSection(replaced, "x", "new")).toBe(replaced);
  });

  it.each([
    ["has no beginning", page.replace("<!-- x:", "<!-- y:")],
    ["has no end", page.replace("end of x", "end of y")],
    ["is there twice", page + page],
  ])("is missed when it %s", (_, broken) => {
    expect(() => replaceSection(broken, "x", "new")).toThrow("needs one section");
  });
});
