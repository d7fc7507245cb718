/**
 * What somebody writes who has no client but a generated one: `executions.d.ts` is made from the description, beside a
 * copy of this file. Prints what it has seen, as JSON.
 */
import createClient from "openapi-fetch";
import type { paths } from "./executions.d.ts";

const [, , baseUrl = ""] = process.argv;
const { GET, POST } = createClient<paths>({ baseUrl });

const one = "/api/v1/executions/{id}";
const request = async (action_ref: string, config: unknown) => {
  const { data } = await POST("/api/v1/executions", { body: { action_ref, config } });
  return { path: { id: data?.data.id ?? 0 } };
};

/** Whatever an execution is at, once it is no longer what it was. */
async function after(params: { path: { id: number } }, statuses: readonly string[]) {
  for (;;) {
    const { data } = await GET(one, { params });
    if (data !== undefined && !statuses.includes(data.data.status)) return data.data;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const waiting = ["requested", "scheduling", "scheduled"];

const failing = await request("core.fail", { message: "Disk full" });
const { status, result } = await after(failing, [...waiting, "running"]);

const sleeping = await request("core.sleep", { seconds: 600 });
await after(sleeping, waiting);
const cancel = await POST("/api/v1/executions/{id}/cancel", { params: sleeping });

const list = await GET("/api/v1/executions", {
  params: { query: { status: ["failed", "timeout"], pack_name: "core", per_page: 5 } },
});
const missing = await GET(one, { params: { path: { id: 999 } } });
const logs = await GET("/api/v1/executions/{id}/logs", {
  params: { ...failing, query: { last: 1 } },
});

// A log is JSON or text, by what is asked for.
const page = typeof logs.data === "string" ? undefined : logs.data;

process.stdout.write(
  JSON.stringify({
    get: { status, result },
    cancel: cancel.response.status,
    list: list.data?.data.map(({ action_ref }) => action_ref),
    total: list.data?.pagination.total_items,
    missing: missing.error,
    logs: page?.data.map(({ text }) => text),
  }),
);

/** What does not compile: where one of these did, tsc would say that nothing is wrong with it. */
export const wrong = [
  // @ts-expect-error There is no such path.
  () => GET("/api/v1/executions/{id}/steps", { params: failing }),
  // @ts-expect-error The path has no such method.
  () => POST(one, { params: failing }),
  // @ts-expect-error An execution has an id.
  () => GET(one, {}),
  // @ts-expect-error A request names its action.
  () => POST("/api/v1/executions", { body: {} }),
  // @ts-expect-error There is no such status.
  () => GET("/api/v1/executions", { params: { query: { status: ["done"] } } }),
  // @ts-expect-error An execution has no such field.
  () => GET(one, { params: failing }).then(({ data }) => data?.data.state),
];
