/** The Lambda of the routes that look into one execution. */
import type { RoutesOf } from "@attune/topology/routes";
import type { Endpoint } from "./endpoint.ts";
import { getHistory } from "./routes/get-history.ts";
import { readLogs } from "./routes/read-logs.ts";
import { serve } from "./serve.ts";

export const endpoints = {
  getHistory,
  readLogs,
} satisfies Record<RoutesOf<"inspect">, Endpoint>;

export const handler = serve(endpoints);
