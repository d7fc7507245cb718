/** `npm run docs`: writes the pages that are made from code. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pages } from "./docs/pages.ts";

const root = join(import.meta.dirname, "..");

for (const [path, write] of Object.entries(pages)) {
  const file = join(root, path);
  const current = existsSync(file) ? readFileSync(file, "utf8") : "";
  const page = write(current);
  if (page === current) continue;
  writeFileSync(file, page);
  console.log(`wrote ${path}`);
}
