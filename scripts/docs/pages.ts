import { shardsPage } from "../../bench/shards-page.ts";
import { accessPatternsPage } from "./access-patterns.ts";
import { describeMessages } from "./asyncapi.ts";
import { lifecyclePage } from "./lifecycle.ts";
import { describeApi } from "./openapi.ts";
import { readmePage } from "./readme.ts";

const json = (document: object) => `${JSON.stringify(document, null, 2)}\n`;

/** Each page that is written from code: its path, and its text now from its text before. */
export const pages: Readonly<Record<string, (current: string) => string>> = {
  "README.md": readmePage,
  "docs/access-patterns.md": accessPatternsPage,
  "docs/lifecycle.md": lifecyclePage,
  "docs/asyncapi.json": () => json(describeMessages()),
  "docs/shards.md": shardsPage,
  "packages/functions/src/describe/openapi.json": () => json(describeApi()),
};
