import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, it } from "vitest";

/** Folder → the folders that it may import from, beside itself. Imports run one way. */
const mayImport = {
  "packages/topology": [],
  "packages/domain": ["packages/topology"],
  "packages/store": ["packages/topology", "packages/domain"],
  "packages/functions": ["packages/topology", "packages/domain", "packages/store"],
  "packages/worker": ["packages/topology", "packages/domain"],
  "packages/client": ["packages/domain"],
  "packages/local": [
    "packages/topology",
    "packages/domain",
    "packages/store",
    "packages/functions",
    "packages/worker",
  ],
  stacks: ["packages/topology"],
} as const satisfies Record<string, readonly string[]>;

/** Folder → packages from outside that nobody else may import. */
const keepsToItself: Record<string, readonly string[]> = {
  "packages/store": ["@aws-sdk/lib-dynamodb"],
  "packages/local": ["fauxqs"],
};

/** Folder → all that it may import from outside. */
const outside: Record<string, readonly string[]> = {
  "packages/topology": [],
  "packages/domain": ["zod", "zod/mini", "zod/v4/locales/en.js"],
  "packages/client": [],
};

const root = join(import.meta.dirname, "../..");
const files = globSync(["packages/*/src/**/*.ts", "stacks/**/*.ts"], { cwd: root });
const folderOf = (path: string) =>
  Object.keys(mayImport).find((folder) => path.startsWith(`${folder}/`));

const imports = files.flatMap((file) => {
  const text = readFileSync(join(root, file), "utf8");
  const found = text.matchAll(
    /(?:^|\s)(?:import|export)\b(\s+type\b)?[^;"']*?\bfrom\s*"([^"]+)"|import\(\s*"([^"]+)"/g,
  );
  return [...found].map(([, type, from, dynamic]) => ({
    file,
    specifier: from ?? dynamic ?? "",
    isType: type !== undefined,
  }));
});

/** The folder of the repository that an import leads to, if it does. */
function targetOf({ file, specifier }: { file: string; specifier: string }) {
  const own = /^@attune\/(\w+)\//.exec(specifier)?.[1];
  if (own !== undefined) return `packages/${own}`;
  return specifier.startsWith(".")
    ? folderOf(normalize(join(dirname(file), specifier)))
    : undefined;
}

it("finds the imports of every folder", () => {
  for (const folder of Object.keys(mayImport)) {
    expect(
      files.filter((file) => folderOf(file) === folder),
      folder,
    ).not.toEqual([]);
  }
  expect(imports.length).toBeGreaterThan(files.length);
});

it("lets imports run one way", () => {
  const wrong = imports.filter((one) => {
    const from = folderOf(one.file);
    const to = targetOf(one);
    const allowed: readonly string[] = mayImport[from as keyof typeof mayImport];
    return to !== undefined && to !== from && !allowed.includes(to);
  });
  expect(wrong).toEqual([]);
});

it("keeps each library where it belongs", () => {
  const isOutside = ({ specifier }: { specifier: string }) =>
    !specifier.startsWith(".") &&
    !specifier.startsWith("@attune/") &&
    !specifier.startsWith("node:");
  const wrong = imports.filter(isOutside).filter(({ file, specifier }) => {
    const folder = folderOf(file) ?? "";
    const allowed = outside[folder];
    const keeper = Object.keys(keepsToItself).find((one) =>
      keepsToItself[one]?.includes(specifier),
    );
    return (
      (allowed !== undefined && !allowed.includes(specifier)) ||
      (keeper !== undefined && keeper !== folder)
    );
  });
  expect(wrong).toEqual([]);
});

it("leaves the clock and input and output out of the domain", () => {
  for (const file of files.filter((one) => one.startsWith("packages/domain/"))) {
    const text = readFileSync(join(root, file), "utf8");
    expect(text, file).not.toMatch(/Date\.now|new Date\(\)|Math\.random|node:|process\.|fetch\(/);
  }
});

it("brings nothing into the client but its own files: from elsewhere it takes types", () => {
  const wrong = imports.filter(
    ({ file, specifier, isType }) =>
      file.startsWith("packages/client/") && !specifier.startsWith(".") && !isType,
  );
  expect(wrong).toEqual([]);
});
