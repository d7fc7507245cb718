import { functions, type Lambda } from "@attune/topology/functions";
import { pools, type QueueName, queues } from "@attune/topology/queues";
import { type RouteName, routes } from "@attune/topology/routes";
import { type QueueTrigger, queueTriggers } from "@attune/topology/triggers";
import { code, codes, replaceSection, table } from "./markdown.ts";

const does: Readonly<Record<RouteName, string>> = {
  listExecutions: "A list, newest first.",
  getStats: "Numbers of executions by status.",
  listByStatus: "The list of one status.",
  listByEnforcement: "The list of one enforcement.",
  getExecution: "One execution.",
  requestExecution: "Requests an execution by hand.",
  cancelExecution: "Cancels an execution, or asks its worker to.",
  retryExecution: "Requests a finished execution again.",
  claimExecution: "A worker takes an execution, which is running then.",
  heartbeatExecution: "The worker lives, and learns whether to stop.",
  finishExecution: "The worker is done, with a result.",
};

const routesTable = () =>
  table(
    ["route", "", "scope", "Lambda"],
    (Object.keys(routes) as RouteName[]).map((name) => {
      const { method, path, scope, function: lambda } = routes[name];
      return [code(`${method} ${path}`), does[name], code(scope), code(lambda)];
    }),
  );

const carries: Readonly<Record<QueueName, readonly string[]>> = {
  ExecutionRequests: ["execution.requested", "execution.accepted"],
  ExecutionScheduled: ["execution.scheduled"],
  ExecutionEvents: ["execution.status_changed", "execution.completed"],
};

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
        codes(carries[key]),
        codes(sendersTo(key)),
        consumerOf(key),
        `${visibilityTimeout} s`,
        String(maxReceiveCount),
      ];
    }),
  );

/** README.md with its tables as the topology has them now. */
export function readmePage(current: string): string {
  return replaceSection(replaceSection(current, "routes", routesTable()), "queues", queuesTable());
}
