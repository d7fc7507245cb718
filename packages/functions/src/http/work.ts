/** The Lambda of the worker protocol. */
import type { RoutesOf } from "@attune/topology/routes";
import type { Endpoint } from "./endpoint.ts";
import { appendLogs } from "./routes/append-logs.ts";
import { claimExecution } from "./routes/claim-execution.ts";
import { finishExecution } from "./routes/finish-execution.ts";
import { heartbeatExecution } from "./routes/heartbeat-execution.ts";
import { serve } from "./serve.ts";

export const endpoints = {
  claimExecution,
  heartbeatExecution,
  finishExecution,
  appendLogs,
} satisfies Record<RoutesOf<"work">, Endpoint>;

export const handler = serve(endpoints);
