/** The Lambda of the routes that read. */
import type { RoutesOf } from "@attune/topology/routes";
import type { Endpoint } from "./endpoint.ts";
import { getExecution } from "./routes/get-execution.ts";
import { getStats } from "./routes/get-stats.ts";
import {
  listByEnforcement,
  listByStatus,
  listChildren,
  listExecutions,
} from "./routes/list-executions.ts";
import { serve } from "./serve.ts";

export const endpoints = {
  listExecutions,
  listByStatus,
  listByEnforcement,
  listChildren,
  getExecution,
  getStats,
} satisfies Record<RoutesOf<"query">, Endpoint>;

export const handler = serve(endpoints);
