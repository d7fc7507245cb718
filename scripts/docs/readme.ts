import { readFileSync } from "node:fs";
import { join } from "node:path";
import { functions, type Lambda } from "@attune/topology/functions";
import { type LimitName, limits } from "@attune/topology/limits";
import { pools, type QueueName, queues } from "@attune/topology/queues";
import { type RouteName, routes } from "@attune/topology/routes";
import { type QueueTrigger, queueTriggers } from "@attune/topology/triggers";
import { carriers } from "./asyncapi/messages.ts";
import { code, codes, replaceSection, table } from "./markdown.ts";
import { operations } from "./openapi/operations.ts";

const shows = {
  getDescription: { summary: "All this, as OpenAPI 3.1." },
  getReference: { summary: "The same, as a page." },
};
const does: Readonly<Record<RouteName, { readonly summary: string }>> = { ...operations, ...shows };

const routesTable = () =>
  table(
    ["route", "", "scope", "Lambda"],
    (Object.keys(routes) as RouteName[]).map((name) => {
      const { method, path, scope, function: lambda } = routes[name];
      return [code(`${method} ${path}`), does[name].summary, code(scope), code(lambda)];
    }),
  );

function consumerOf(key: string): string {
  const lambdas = Object.values<QueueTrigger>(queueTriggers).filter(({ queue }) => queue === key);
  const served = Object.entries(pools).filter(([, queue]) => queue === key);
  return [
    ...lambdas.map((trigger) => `Lambda ${code(trigger.function)}`),
    ...served.map(([pool]) => `workers of the pool ${code(pool)}`),
  ].join(", ");
}

const sendersTo = (key: string) =>
  Object.entries<Lambda>(functions)
    .filter(([, lambda]) =>
      Object.entries(lambda.queues).some(
        ([queue, actions]) => queue === key && actions.includes("SendMessage"),
      ),
    )
    .map(([name]) => name);

const queuesTable = () =>
  table(
    ["queue", "messages", "senders here", "consumer", "hidden for", "receives"],
    (Object.keys(queues) as QueueName[]).map((key) => {
      const { name, visibilityTimeout, maxReceiveCount } = queues[key];
      return [
        code(name),
        codes(carriers[key].messages),
        codes(sendersTo(key)),
        consumerOf(key),
        `${visibilityTimeout} s`,
        String(maxReceiveCount),
      ];
    }),
  );

/** What may last so long, and what happens then. */
const allows: Readonly<Record<LimitName, readonly [string, string]>> = {
  LEASE_SECONDS: ["a claim without a heartbeat", "`abandoned`"],
  WAKE_SECONDS: ["the way from the request to the handoff", "the executor is woken again"],
  SCHEDULING_SECONDS: ["the same way, however often it was woken", "`failed`"],
  QUEUE_SECONDS: ["the wait for a worker's claim", "`abandoned`"],
  RUN_SECONDS: ["a run without a `timeout_seconds` of its own", "`timeout`"],
  GRACE_SECONDS: [
    "what a worker gets beyond a timeout, to write it itself",
    "`timeout`, by the sweep",
  ],
};

const DAY = 86_400;

function durationOf(seconds: number): string {
  const text = seconds.toLocaleString("en-US");
  if (seconds % DAY !== 0) return text;
  return `${text} (${seconds / DAY} ${seconds === DAY ? "day" : "days"})`;
}

const limitsTable = () =>
  table(
    ["limit", "seconds", "of", "after it"],
    (Object.keys(limits) as LimitName[]).map((name) => [
      code(name),
      durationOf(limits[name]),
      ...allows[name],
    ]),
  );

const workerReadme = join(import.meta.dirname, "../../packages/worker/README.md");

/** The worker of its package's README, where a test runs it. */
function workerExample(): string {
  const [example] = /```ts\n.*?```/s.exec(readFileSync(workerReadme, "utf8")) ?? [];
  if (example === undefined) throw new Error(`${workerReadme} shows no worker`);
  return example;
}

/** README.md with what is made from the topology and from the worker package as they are now. */
export function readmePage(current: string): string {
  const sections = {
    routes: routesTable(),
    queues: queuesTable(),
    limits: limitsTable(),
    worker: workerExample(),
  };
  return Object.entries(sections).reduce(
    (page, [name, body]) => replaceSection(page, name, body),
    current,
  );
}
