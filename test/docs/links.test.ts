import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const inRoot = (pattern: string | string[]) =>
  globSync(pattern, { cwd: root, exclude: ["**/node_modules/**"] });
const pages = inRoot(["README.md", "docs/**/*.md", "packages/*/README.md"]);
const sources = inRoot(["{packages,stacks,scripts,test,bench}/**/*.ts", "*.ts"]);
const read = (path: string) => readFileSync(join(root, path), "utf8");

/** The anchors that GitHub gives to the headings of a page. */
const anchorsOf = (path: string) =>
  [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\d\s-]/gu, "")
      .replaceAll(" ", "-"),
  );

describe.each(pages)("%s", (page) => {
  it("links to what is there", () => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
    const broken = links.filter(([, path, anchor]) => {
      const target = path ? join(dirname(page), path) : page;
      return (
        !existsSync(join(root, target)) ||
        (anchor !== undefined && !anchorsOf(target).includes(anchor))
      );
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  it("names files that are there", () => {
    const named = [...read(page).matchAll(/`([\w./-]+\.ts)`/g)].map(([, path = ""]) => path);
    expect(
      named.filter((path) => !sources.some((file) => `/${file}`.endsWith(`/${path}`))),
    ).toEqual([]);
  });
});

it("finds the pages and the sources", () => {
  expect(pages.length).toBeGreaterThan(10);
  expect(sources.length).toBeGreaterThan(100);
});
