/**
 * The HTTP routes, as data: what API Gateway matches, which function serves it, what a token must
 * allow. `$default` (every other path and method) is the function `fallback`.
 */

export type Scope = "executions:read" | "executions:write" | "executions:work";

export interface Route {
  readonly method: "GET" | "POST";
  readonly path: `/api/v1/${string}` | "/docs";
  readonly function: "query" | "inspect" | "command" | "work" | "describe";
  /** `"none"`: whoever asks is answered, without a token. */
  readonly scope: Scope | "none";
}

const base = "/api/v1/executions";

export const routes = {
  listExecutions: {
    method: "GET",
    path: base,
    function: "query",
    scope: "executions:read",
  },
  getStats: {
    method: "GET",
    path: `${base}/stats`,
    function: "query",
    scope: "executions:read",
  },
  listByStatus: {
    method: "GET",
    path: `${base}/status/{status}`,
    function: "query",
    scope: "executions:read",
  },
  listByEnforcement: {
    method: "GET",
    path: `${base}/enforcement/{enforcement_id}`,
    function: "query",
    scope: "executions:read",
  },
  listChildren: {
    method: "GET",
    path: `${base}/{id}/children`,
    function: "query",
    scope: "executions:read",
  },
  getExecution: {
    method: "GET",
    path: `${base}/{id}`,
    function: "query",
    scope: "executions:read",
  },
  getHistory: {
    method: "GET",
    path: `${base}/{id}/history`,
    function: "inspect",
    scope: "executions:read",
  },
  getTree: {
    method: "GET",
    path: `${base}/{id}/tree`,
    function: "inspect",
    scope: "executions:read",
  },
  requestExecution: {
    method: "POST",
    path: base,
    function: "command",
    scope: "executions:write",
  },
  cancelExecution: {
    method: "POST",
    path: `${base}/{id}/cancel`,
    function: "command",
    scope: "executions:write",
  },
  retryExecution: {
    method: "POST",
    path: `${base}/{id}/retry`,
    function: "command",
    scope: "executions:write",
  },
  claimExecution: {
    method: "POST",
    path: `${base}/{id}/claim`,
    function: "work",
    scope: "executions:work",
  },
  heartbeatExecution: {
    method: "POST",
    path: `${base}/{id}/heartbeat`,
    function: "work",
    scope: "executions:work",
  },
  finishExecution: {
    method: "POST",
    path: `${base}/{id}/finish`,
    function: "work",
    scope: "executions:work",
  },
  appendLogs: {
    method: "POST",
    path: `${base}/{id}/logs`,
    function: "work",
    scope: "executions:work",
  },
  readLogs: {
    method: "GET",
    path: `${base}/{id}/logs`,
    function: "inspect",
    scope: "executions:read",
  },
  getDescription: {
    method: "GET",
    path: "/api/v1/openapi.json",
    function: "describe",
    scope: "none",
  },
  getReference: {
    method: "GET",
    path: "/docs",
    function: "describe",
    scope: "none",
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;
/** The routes that one function serves. */
export type RoutesOf<F extends Route["function"]> = {
  [N in RouteName]: (typeof routes)[N]["function"] extends F ? N : never;
}[RouteName];
