import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { isFinal } from "@attune/domain/lifecycle";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { type Api, apiAt, List, One, Stats } from "../fixtures/api.ts";
import { until } from "../fixtures/executions.ts";
import { type LocalStack, startLocalStack } from "../fixtures/stack.ts";

const documented = "http://localhost:3000";
const run = promisify(execFile);

let stack: LocalStack;
let api: Api;
/** The executions of the examples: a parent and its child among them. */
let parent: number;
let failed: number;

async function request(action_ref: string, more: object = {}): Promise<number> {
  const { json } = await api.post("", { action_ref, ...more });
  return One.parse(json).data.id;
}

beforeAll(async () => {
  stack = await startLocalStack();
  api = apiAt(stack.api);
  parent = await request("core.echo", { config: { url: "https://api.example.com" } });
  const ids = [
    parent,
    await request("core.sleep", { config: { seconds: 0 }, enforcement: 42, parent }),
    await request("core.fail", { config: { message: "Connection timeout" }, enforcement: 42 }),
    // The built-in worker does not know them: they fail, and their results name them.
    await request("slack.send_message", { enforcement: 42 }),
    await request("aws.ec2.start_instance"),
    await request("monitoring.timeout_check"),
  ];
  failed = ids[2] ?? 0;
  await until(
    () => Promise.all(ids.map(api.get)),
    (all) => all.every(({ status }) => isFinal(status)),
  );
  await until(
    () => api.stats(),
    ({ completed = 0, failed: some = 0 }) => completed + some === ids.length,
  );
});
afterAll(() => stack.stop());

/** What `curl <url>` prints; by fetch where there is no curl. */
async function curl(url: string): Promise<string> {
  const here = url.replace(documented, stack.api);
  try {
    return (await run("curl", ["-sS", here])).stdout;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    return (await fetch(here)).text();
  }
}

/** The documented lines that list, and how many of the six executions each finds. */
const lists: readonly (readonly [string, number])[] = [
  ["/executions", 6],
  ["/executions?status=completed", 2],
  ["/executions?action_ref=slack.send_message", 1],
  ["/executions?pack_name=core", 3],
  ["/executions?result_contains=error", 4],
  ["/executions?pack_name=monitoring&status=failed&result_contains=timeout&page=2&per_page=50", 1],
  ["/executions/status/running", 0],
  ["/executions/status/failed", 4],
  ["/executions/status/completed?page=1&per_page=50", 2],
  ["/executions/enforcement/42", 3],
  ["/executions/status/scheduled", 0],
  ["/executions?status=failed&action_ref=aws.ec2.start_instance", 1],
  ["/executions/status/abandoned", 0],
  ["/executions/status/timeout", 0],
  ["/executions?parent=100", 0],
  ["/executions?per_page=100", 6],
  ["/executions?action_ref=slack.send_message&status=completed", 0],
  ["/executions?action_ref=slack.send_message&status=failed", 1],
  ["/executions/status/failed?per_page=10", 4],
];

describe("curl", () => {
  it.each(lists)("http://localhost:3000/api/v1%s finds %i", async (path, total) => {
    const { data, pagination } = List.parse(JSON.parse(await curl(`${documented}/api/v1${path}`)));
    expect(pagination.total_items).toBe(total);
    const { page, page_size } = pagination;
    expect(data).toHaveLength(Math.min(page_size, Math.max(0, total - (page - 1) * page_size)));
    expect(data.map(({ id }) => id)).toEqual(data.map(({ id }) => id).toSorted((a, b) => b - a));
  });

  it("finds the children of an execution that has some", async () => {
    const { data } = List.parse(
      JSON.parse(await curl(`${documented}/api/v1/executions?parent=${parent}`)),
    );
    expect(data).toMatchObject([{ action_ref: "core.sleep", parent, enforcement: 42 }]);
  });

  it("gets the statistics", async () => {
    expect(Stats.parse(JSON.parse(await curl(`${documented}/api/v1/executions/stats`)))).toEqual({
      data: {
        total: 6,
        completed: 2,
        failed: 4,
        running: 0,
        pending: 0,
        cancelled: 0,
        timeout: 0,
        abandoned: 0,
      },
    });
  });

  it("gets an execution", async () => {
    const { data } = One.parse(JSON.parse(await curl(`${documented}/api/v1/executions/${failed}`)));
    expect(data).toMatchObject({
      id: failed,
      action_ref: "core.fail",
      status: "failed",
      config: { message: "Connection timeout" },
      result: { error: "Connection timeout" },
      enforcement: 42,
    });
  });

  it.each([
    ["/executions/999", "Execution with ID 999 not found", 404],
    ["/executions/123", "Execution with ID 123 not found", 404],
    ["/executions/100", "Execution with ID 100 not found", 404],
    ["/executions/status/invalid_status", "Invalid execution status: invalid_status", 400],
    // Enforcements are another service's.
    ["/enforcements/42", "There is nothing at /api/v1/enforcements/42", 404],
  ])("http://localhost:3000/api/v1%s says: %s", async (path, error, status) => {
    expect(JSON.parse(await curl(`${documented}/api/v1${path}`))).toEqual({ error, status });
  });
});

const getExecutionStats = `
async function getExecutionStats() {
  const response = await fetch('http://localhost:3000/api/v1/executions/stats');
  const data = await response.json();
  console.log(\`Total: \${data.data.total}, Failed: \${data.data.failed}\`);
}
`;

const waitForExecution = `
async function waitForExecution(executionId) {
  while (true) {
    const response = await fetch(\`http://localhost:3000/api/v1/executions/\${executionId}\`);
    const data = await response.json();
    if (data.data.status === 'completed') {
      console.log('Execution completed!', data.data.result);
      return data.data.result;
    } else if (data.data.status === 'failed') {
      throw new Error(\`Execution failed: \${JSON.stringify(data.data.result)}\`);
    }
    await new Promise(resolve => setTimeout(resolve, 2000));
  }
}
`;

/** Runs documented JavaScript in a Node of its own. */
const javascript = (code: string) =>
  run(process.execPath, ["--eval", code.replaceAll(documented, stack.api)]);

const Failure = z.object({ stderr: z.string() });

describe("JavaScript", () => {
  it("getExecutionStats", async () => {
    const { stdout } = await javascript(`${getExecutionStats} getExecutionStats();`);
    expect(stdout).toBe("Total: 6, Failed: 4\n");
  });

  it("waitForExecution, of one that completes", async () => {
    const { stdout } = await javascript(`${waitForExecution} waitForExecution(${parent});`);
    expect(stdout).toBe("Execution completed! { url: 'https://api.example.com' }\n");
  });

  it("waitForExecution, of one that fails", async () => {
    const error = await javascript(`${waitForExecution} waitForExecution(${failed});`).then(
      () => undefined,
      (reason: unknown) => Failure.parse(reason),
    );
    expect(error?.stderr).toContain('Execution failed: {"error":"Connection timeout"}');
  });
});

// As documented, but for `jq`, which not every machine has.
const polling = `
while true; do
  status=$(curl -s http://localhost:3000/api/v1/executions/123 | "$NODE" -p 'JSON.parse(require("fs").readFileSync(0)).data.status')
  echo "Status: $status"
  if [[ "$status" == "completed" || "$status" == "failed" ]]; then
    break
  fi
  sleep 2
done
`;

it("the polling loop ends when the execution has", async () => {
  // By its own id, and long enough to be seen under way.
  const id = await request("core.sleep", { config: { seconds: 1 } });
  const script = polling.replace(`${documented}/api/v1/executions/123`, api.url(`/${id}`));
  const { stdout } = await run("bash", ["-c", script], {
    env: { ...process.env, NODE: process.execPath },
  });
  expect(stdout).toMatch(
    /^(Status: (requested|scheduling|scheduled|running)\n)+Status: completed\n$/,
  );
});
