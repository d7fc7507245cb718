import type { Settings } from "./settings.ts";

/** What pages of other origins may do with the API. `false` in words: SST takes silence as every origin. */
export function corsOf({ corsOrigins }: Pick<Settings, "corsOrigins">) {
  if (corsOrigins.length === 0) return false;
  return {
    allowOrigins: [...corsOrigins],
    allowMethods: ["GET" as const, "POST" as const],
    allowHeaders: ["authorization", "content-type"],
    // A page sees no other header of ours: when to try again, where the new execution is, and the pages of a log.
    exposeHeaders: ["retry-after", "location", "link"],
  };
}
