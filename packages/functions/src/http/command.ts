/** The Lambda of the routes that ask for executions, and for their end. */
import type { RoutesOf } from "@attune/topology/routes";
import type { Endpoint } from "./endpoint.ts";
import { cancelExecution } from "./routes/cancel-execution.ts";
import { requestExecution } from "./routes/request-execution.ts";
import { retryExecution } from "./routes/retry-execution.ts";
import { serve } from "./serve.ts";

export const endpoints = {
  requestExecution,
  cancelExecution,
  retryExecution,
} satisfies Record<RoutesOf<"command">, Endpoint>;

export const handler = serve(endpoints);
