import { createApi } from "./api.ts";
import { createBuckets } from "./buckets.ts";
import { createFunctions } from "./functions.ts";
import { createLive, routeLive } from "./live.ts";
import { createAlarms } from "./monitoring.ts";
import { createOpenSearchPipeline } from "./open-search.ts";
import { linkNamesOnly } from "./permissions.ts";
import { createQueues } from "./queues.ts";
import { createSecrets } from "./secrets.ts";
import { alarmAddressOf, authOf, openSearchOf, settingsOf } from "./settings.ts";
import { createTables } from "./storage.ts";
import { createTriggers } from "./triggers.ts";

/** The whole service of one stage. Returns what a deployment prints. */
export function createStack(stage: string) {
  const settings = settingsOf(stage);
  const auth = authOf(stage, process.env);
  const alarmAddress = alarmAddressOf(stage, process.env);
  const openSearch = openSearchOf(stage, process.env);
  linkNamesOnly();
  const tables = createTables(settings);
  const queues = createQueues();
  const buckets = createBuckets(settings);
  const secrets = createSecrets(settings);
  const live = createLive(settings);
  const linked = { tables, queues, buckets, secrets, live };
  const functions = createFunctions(settings, auth, linked);
  createTriggers(tables, queues, functions);
  routeLive(live, auth, functions);
  const api = createApi(settings, auth, functions);
  if (openSearch) createOpenSearchPipeline(openSearch, tables);
  if (alarmAddress) createAlarms(alarmAddress, { api, live, tables, queues, functions });
  return { api: api.url, live: live.url };
}
