/**
 * The guards of the invariants, each with a way to break it and the tests that have to notice. The table
 * docs/guards.md is what happened when each one was broken.
 */
export interface Guard {
  readonly invariant: number;
  readonly guard: string;
  readonly file: string;
  /** What stands there, once, and what breaks it. */
  readonly find: string;
  readonly replace: string;
  /** Arguments of `vitest run`. */
  readonly tests: readonly string[];
}

const writes = "packages/store/src/access-patterns/executions-write.ts";
const transitions = "packages/store/src/transitions.ts";
const livePatterns = "packages/store/src/access-patterns/live.ts";
const model = ["--project", "model"];
const logs = ["--project", "store", "test/store/logs"];
const history = ["--project", "store", "test/store/history"];
const liveOrder = ["--project", "functions", "test/functions/live-order.test.ts"];
const stored = ["--project", "store", "test/store/transitions.test.ts"];

export const guards: readonly Guard[] = [
  {
    invariant: 1,
    guard: "An idempotency key is reserved once",
    file: writes,
    find: 'ConditionExpression: "attribute_not_exists(#key)"',
    replace: 'ConditionExpression: "attribute_not_exists(#nothing)"',
    tests: model,
  },
  {
    invariant: 1,
    guard: "Of one key one call is told that its execution is new",
    file: "packages/store/src/create-execution.ts",
    find: "const isNew = (winner.creator ?? winner.id) === drawn && winner.ledger === ledger;",
    replace: "const isNew = id === drawn;",
    tests: ["--project", "store", "test/store/create-execution.test.ts"],
  },
  {
    invariant: 1,
    guard: "What is handed off and not claimed is published, whoever handed it off",
    file: "packages/functions/src/executor/advance.ts",
    find: 'isOursToPublish: record.owner === "worker" && record.status === "scheduled",',
    replace: 'isOursToPublish: record !== found && record.status === "scheduled",',
    tests: model,
  },
  {
    invariant: 2,
    guard: "Only the owner changes the status",
    file: writes,
    find: "const equal = { owner: change.by, ...where };",
    replace: "const equal = { ...where };",
    tests: stored,
  },
  {
    invariant: 2,
    guard: "A status changes only from where the lifecycle allows it",
    file: writes,
    find: "const from = sources(change.to, change.by);",
    replace: "const from = Object.keys(lifecycle);",
    tests: stored,
  },
  {
    invariant: 3,
    guard: "What is scheduled is the workers' with the same write",
    file: transitions,
    find: "const set = { owner: handoff.to, attempt: 1 };",
    replace: "const set = { attempt: 1 };",
    tests: model,
  },
  {
    invariant: 3,
    guard: "What was cancelled before the handoff is not published",
    file: "packages/functions/src/executor/advance.ts",
    find: 'isOursToPublish: record.owner === "worker" && record.status === "scheduled",',
    replace: "isOursToPublish: true,",
    tests: model,
  },
  {
    invariant: 4,
    guard: "A claim brings the attempt of the message",
    file: transitions,
    find: "where: { attempt: hold.attempt },",
    replace: "",
    tests: stored,
  },
  {
    invariant: 4,
    guard: "Finishing asks for the worker and the attempt of the claim",
    file: transitions,
    find: '({ id, by: "worker", where: { attempt, executor: worker } }) as const;',
    replace: '({ id, by: "worker", where: {}, attempt, worker }) as const;',
    tests: stored,
  },
  {
    invariant: 4,
    guard: "A claim is not taken from what is to be cancelled",
    file: transitions,
    find: 'absent: ["cancel_requested"],',
    replace: "",
    tests: ["--project", "e2e", "test/e2e/unfinished.test.ts"],
  },
  {
    invariant: 4,
    guard: "A heartbeat in between saves an execution from its end",
    file: transitions,
    find: "where: { version, ...(beat === undefined ? {} : { beat }) },",
    replace: "where: { version },",
    tests: stored,
  },
  {
    invariant: 5,
    guard: "A claim without a heartbeat lapses",
    file: "packages/domain/src/verdict.ts",
    find: "if (silent > limits.LEASE_SECONDS) {",
    replace: "if (silent > Infinity) {",
    tests: ["--project", "e2e", "test/e2e/unfinished.test.ts"],
  },
  {
    invariant: 5,
    guard: "What no worker claims is abandoned",
    file: "packages/domain/src/verdict.ts",
    find: "if (secondsSince(one.updated, now) <= limits.QUEUE_SECONDS) return undefined;",
    replace: "if (secondsSince(one.updated, now) <= Infinity) return undefined;",
    tests: model,
  },
  {
    invariant: 6,
    guard: "A ledger page is written as it was read, or not at all",
    file: "packages/store/src/access-patterns/pattern.ts",
    find: '"#revision = :revision"',
    replace: '"#revision >= :revision"',
    tests: ["--project", "store", "test/store/counters/count-changes.test.ts"],
  },
  {
    invariant: 6,
    guard: "A change that is not newer counts nothing",
    file: "packages/store/src/counters/fold.ts",
    find: "if (counted !== undefined && versionOf(counted) >= newest.version) return undefined;",
    replace: "",
    tests: ["--project", "store", "test/store/counters/fold.test.ts"],
  },
  {
    invariant: 6,
    guard: "A head's cell is spilled as it was read, or not at all",
    file: "packages/store/src/access-patterns/counters.ts",
    find: 'join(" AND ")',
    replace: 'join(" OR ")',
    tests: ["--project", "store", "test/store/counters/spill.test.ts"],
  },
  {
    invariant: 7,
    guard: "The numbers in a cursor are ours",
    file: "packages/functions/src/http/cursor.ts",
    find: "return given.length === right.length && timingSafeEqual(given, right);",
    replace: "return given.length === right.length;",
    tests: ["--project", "functions", "test/functions/cursor.test.ts"],
  },
  {
    invariant: 7,
    guard: "A list that no counter knows is counted once, and then walked for its pages",
    file: "packages/store/src/list/list-executions.ts",
    find: "countAll: false,",
    replace: "countAll: cursor.walked?.isExact === false,",
    tests: ["--project", "store", "test/store/list/stopped.test.ts"],
  },
  {
    invariant: 7,
    guard: "The edge of a range is told from a day that begins with it",
    file: "packages/store/src/list/list-executions.ts",
    find: " && edge.below === firstEdge.edge.below;",
    replace: ";",
    tests: ["--project", "store", "test/store/list/pages.test.ts"],
  },
  {
    invariant: 7,
    guard: "What an index does not tell is tested on the item",
    file: "packages/store/src/list/walk.ts",
    find: "isTold ? burst : undefined",
    replace: "burst",
    tests: ["--project", "store", "test/store/list/rows.test.ts"],
  },
  {
    invariant: 7,
    guard: "A compaction writes before it deletes",
    file: "packages/store/src/search/compact-segments.ts",
    find: "await putChunks(store, put);",
    replace: "await deleteChunks(store, partition, remove);\n    await putChunks(store, put);",
    tests: ["--project", "store", "test/store/search/while-it-runs.test.ts"],
  },
  {
    invariant: 8,
    guard: "A payload's text is cut out, not parsed and written again",
    file: "packages/functions/src/http/routes/request-execution.ts",
    find: '(texts.get("config") ?? null)',
    replace: "JSON.stringify(config)",
    tests: ["--project", "e2e", "test/e2e/round-trip.test.ts"],
  },
  {
    invariant: 9,
    guard: "A chunk of a log is written where there is none",
    file: "packages/store/src/access-patterns/logs.ts",
    find: 'ConditionExpression: "attribute_not_exists(#seq)",',
    replace: 'ConditionExpression: "attribute_not_exists(#seq) OR attribute_exists(#seq)",',
    tests: logs,
  },
  {
    invariant: 9,
    guard: "A line that is in a log is not taken again",
    file: "packages/store/src/logs/chunk.ts",
    find: "const fresh = lines.filter(({ seq }) => seq > end.last);",
    replace: "const fresh = lines;",
    tests: logs,
  },
  {
    invariant: 9,
    guard: "Lines leave no gap",
    file: "packages/store/src/logs/chunk.ts",
    find: 'if (first.seq > end.last + 1) return "ahead";',
    replace: "",
    tests: logs,
  },
  {
    invariant: 9,
    guard: "A log takes lines of the worker that has claimed its execution",
    file: "packages/store/src/logs/append-lines.ts",
    find: "if (record.executor !== worker || record.attempt !== attempt) return false;",
    replace: "",
    tests: logs,
  },
  {
    invariant: 10,
    guard: "An entry of the live log is written where there is none",
    file: livePatterns,
    find: 'ConditionExpression: "attribute_not_exists(#seq)",',
    replace: 'ConditionExpression: "attribute_not_exists(#seq) OR attribute_exists(#seq)",',
    tests: ["--project", "store", "test/store/live"],
  },
  {
    invariant: 10,
    guard: "A replay goes on to what the notifier has left to it",
    file: livePatterns,
    find: '"#nonce = :nonce AND (attribute_not_exists(#pending) OR #pending <= :seq)"',
    replace: '"#nonce = :nonce"',
    tests: liveOrder,
  },
  {
    invariant: 10,
    guard: "What a replay has told is not told again",
    file: "packages/functions/src/live/deliver.ts",
    find: "events: events.filter(({ seq }) => seq > told)",
    replace: "events",
    tests: liveOrder,
  },
  {
    invariant: 10,
    guard: "Lines are told to those who ask for them",
    file: "packages/domain/src/live.ts",
    find: "(logs || change.status !== null) && ",
    replace: "",
    tests: ["--project", "e2e", "test/e2e/live-logs.test.ts"],
  },
  {
    invariant: 10,
    guard: "After a message with some of the lines come the others",
    file: "packages/store/src/live/entries.ts",
    find: "return { ...change, from_seq: line + 1 };",
    replace: "return undefined;",
    tests: ["--project", "functions", "test/functions/log-lines.test.ts"],
  },
  {
    invariant: 11,
    guard: "Each change of a history is an attribute of its own",
    file: "packages/store/src/history/save-history.ts",
    find: "some.map(({ version, entry }) => [version, entry])",
    replace: "some.map(({ entry }) => [3, entry])",
    tests: history,
  },
  {
    invariant: 11,
    guard: "A history says where changes are missing",
    file: "packages/store/src/history/tell.ts",
    find: "const complete = known.size === Math.max(...known.keys());",
    replace: "const complete = true;",
    tests: history,
  },
  {
    invariant: 12,
    guard: "A page of a cascade is followed by the next",
    file: "packages/functions/src/executor/cascade.ts",
    find: "...(next === undefined ? [] : [{ execution_id, root, after: next }]),",
    replace: "",
    tests: ["--project", "faults", "test/faults/cascade.test.ts"],
  },
  {
    invariant: 12,
    guard: "A cascade does not come back to where it began",
    file: "packages/store/src/cancel-children.ts",
    find: "const children = ids.filter((id) => id !== root);",
    replace: "const children = ids;",
    tests: ["--project", "e2e", "test/e2e/cascade.test.ts"],
  },
];
