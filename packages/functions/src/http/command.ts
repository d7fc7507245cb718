/** The Lambda of the routes that ask for executions. */
import type { RoutesOf } from "@attune/topology/routes";
import type { Endpoint } from "./endpoint.ts";
import { requestExecution } from "./routes/request-execution.ts";
import { serve } from "./serve.ts";

export const handler = serve({ requestExecution } satisfies Record<RoutesOf<"command">, Endpoint>);
