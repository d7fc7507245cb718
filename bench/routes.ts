/** What each route asks of DynamoDB. */
import type { Api } from "../test/fixtures/api.ts";
import { type Cost, costOf } from "./cost.ts";
import { actions, bringTo, FEW, packs, request, worker } from "./executions.ts";
import { logLines } from "./log-lines.ts";
import type { CountedService } from "./service.ts";

/** Lists of one page of 20; a name is a query string, and what there is to say of it after a comma. */
export const singleFilters = {
  "": {},
  "?status": { status: "completed" },
  "?action_ref": { action_ref: actions[0] },
  "?pack_name": { pack_name: packs[0] },
  "?enforcement": { enforcement: 1 },
  "?parent": { parent: 1 },
} as const;
export const mixedFilters = {
  "?status&action_ref": { status: "completed", action_ref: actions[0] },
  "?status&pack_name": { status: "completed", pack_name: packs[0] },
  "?enforcement&status, few in the enforcement": { enforcement: FEW, status: "completed" },
  "?enforcement&status, a fifth of all in the enforcement": { enforcement: 1, status: "completed" },
} as const;
const otherLists = {
  "?page=2": { page: 2 },
  "?page=50": { page: 50 },
  "?result_contains, found in most": { result_contains: "sent" },
  "?result_contains, found nowhere": { result_contains: "nowhere to be found" },
} as const;

type Query = Parameters<Api["list"]>[0];

/** The cost of each list of some. */
export async function measureLists(
  { api, callsOf }: CountedService,
  lists: Readonly<Record<string, Query>>,
): Promise<Map<string, Cost>> {
  const costs = new Map<string, Cost>();
  for (const [name, query] of Object.entries(lists))
    costs.set(`GET /${name}`, costOf(await callsOf(() => api.list(query))));
  return costs;
}

/** The cost of the routes that are no list: each is called once, on an execution that is ready for it. */
async function measureOthers(service: CountedService): Promise<Map<string, Cost>> {
  const { api, store } = service;
  const hold = { worker_id: worker, attempt: 1 };
  const about = { action_ref: actions[0], enforcement: 1, parent: 1, config: { text: "hello" } };
  const small = await request(store);
  const large = await request(store, {}, JSON.stringify({ text: "x".repeat(300_000) }));
  const work = await request(store);
  await bringTo(store, work.id, "scheduled");

  const tree = await request(store);
  for (let made = 0; made < 10; made++) await request(store, { parent: tree.id });

  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    "GET /{id}": () => api.get(small.id),
    "GET /{id}, config of 300 KB": () => api.get(large.id),
    "GET /{id}/children": () => api.list({}, "/1/children"),
    "GET /{id}/tree, 10 children": () => api.tree(tree.id),
    "GET /{id}/history": () => api.history(work.id),
    "GET /stats": () => api.stats(),
    "POST /": () => post("", about, 201),
    "POST /, idempotency key": () => post("", { ...about, idempotency_key: "one" }, 201),
    "POST /, the same key again": () => post("", { ...about, idempotency_key: "one" }, 200),
    "POST /{id}/claim": () => post(`/${work.id}/claim`, hold, 200),
    "POST /{id}/heartbeat": () => post(`/${work.id}/heartbeat`, hold, 200),
    "POST /{id}/logs, 20 lines": () => append(1, 20),
    "POST /{id}/logs, the same again": () => append(1, 20),
    "POST /{id}/logs, 1,000 lines after 20": () => append(21, 1_000),
    "POST /{id}/logs, 20 lines after 1,000": () => append(1_021, 20),
    "GET /{id}/logs, all 1,040 lines": () => api.text(`/${work.id}/logs?limit=2000`),
    "GET /{id}/logs, the last 20": () => api.text(`/${work.id}/logs?last=20`),
    "GET /{id}/logs, nothing new": () => api.text(`/${work.id}/logs?after=1040`),
    "POST /{id}/finish": () =>
      post(`/${work.id}/finish`, { ...hold, status: "completed", result: { sent: true } }, 200),
  };
  const append = (from: number, count: number) =>
    post(`/${work.id}/logs`, { ...hold, lines: logLines(from, count) }, 200);
  async function post(path: string, body: unknown, expected: number) {
    const { status, text } = await api.post(path, body);
    if (status !== expected) throw new Error(`POST ${path} was answered ${status}: ${text}`);
  }

  const costs = new Map<string, Cost>();
  for (const [name, call] of Object.entries(calls))
    costs.set(name, costOf(await service.callsOf(call)));
  return costs;
}

/** Route → cost, on the executions that are there. */
export async function measureRoutes(service: CountedService): Promise<Map<string, Cost>> {
  const lists = { ...singleFilters, ...mixedFilters, ...otherLists };
  return new Map([...(await measureLists(service, lists)), ...(await measureOthers(service))]);
}
