/** Physical names that are not the logical ones. */
export const tables = {
  Executions: "app-stage-executions",
  Payloads: "app-stage-payloads",
  Idempotency: "app-stage-idempotency",
  Counters: "app-stage-counters",
  History: "app-stage-history",
  Segments: "app-stage-segments",
  Logs: "app-stage-logs",
  LiveLog: "app-stage-live-log",
  Subscriptions: "app-stage-subscriptions",
  Connections: "app-stage-connections",
};
