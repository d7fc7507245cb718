import { createApi } from "./api.ts";
import { createFunctions } from "./functions.ts";
import { linkNamesOnly } from "./permissions.ts";
import { createQueues } from "./queues.ts";
import { authOf, settingsOf } from "./settings.ts";
import { createTables } from "./storage.ts";
import { createTriggers } from "./triggers.ts";

/** The whole service of one stage. Returns what a deployment prints. */
export function createStack(stage: string) {
  const settings = settingsOf(stage);
  const auth = authOf(stage, process.env);
  linkNamesOnly();
  const tables = createTables(settings);
  const queues = createQueues();
  const functions = createFunctions(settings, tables, queues);
  createTriggers(tables, queues, functions);
  const api = createApi(settings, auth, functions);
  return { api: api.url };
}
