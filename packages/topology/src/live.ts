/** The WebSocket API, as data: what the clients of a stage connect to, and what AWS holds them to. */
import type { FunctionName } from "./functions.ts";

/** A WebSocket's own routes, and who serves them: each message goes to `$default`, whatever it says. */
export const liveRoutes = {
  $connect: "live",
  $default: "live",
  $disconnect: "live",
} as const satisfies Record<string, FunctionName>;

/** Who looks at the token of whoever connects. */
export const liveAuthorizer: FunctionName = "authorize";

/** The scope that a token must have to connect. */
export const liveScope = "executions:read";

/**
 * API Gateway's own limits, in seconds and bytes:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
export const socketLimits = {
  idleSeconds: 600,
  connectionSeconds: 7_200,
  messageBytes: 131_072,
} as const;
