/** An example of each access pattern: the exact input of DynamoDB for one plausible call. */
import { accessPatterns } from "@attune/store/access-patterns/index";
import { bucketAt } from "@attune/store/counters/buckets";
import { tables } from "../../test/fixtures/tables.ts";

const id = 374018138035016;
const now = "2026-11-22T20:43:42.137Z";
const nonce = "6a1a5a0e-2c1b-4f0e-8a57-0c3a4f1f8b21";
const subscription = {
  kind: "enforcement",
  key: "c0dcgFPIqHtUCXqR4Ab-Zw|L0SM9cOFvHcCIhw=|default",
};

export const examples = {
  executionById: accessPatterns.executionById.params(tables, { id }),
  indexEntries: accessPatterns.indexEntries.params(tables, {
    index: "by_status",
    partition: "0|failed",
    between: [0, id],
    order: "newest",
    limit: 21,
  }),
  rowsByIds: accessPatterns.rowsByIds.params(tables, { ids: [id, id - 1] }),
  recordsByIds: accessPatterns.recordsByIds.params(tables, { ids: [id, id - 1] }),
  reserveIdempotencyKey: accessPatterns.reserveIdempotencyKey.params(tables, {
    key: "alert-7",
    id,
  }),
  createExecution: accessPatterns.createExecution.params(tables, {
    record: {
      id,
      status: "requested",
      owner: "executor",
      version: 1,
      attempt: 0,
      updated: "2026-11-22T20:43:41.981Z",
      action_ref: "core.echo",
      pool: "default",
      idempotency_key: "alert-7",
      ledger: "2okq4pz1bk",
      config: { text: '{"channel":"#alerts"}' },
    },
    shards: 1,
  }),
  changeStatus: accessPatterns.changeStatus.params(tables, {
    id,
    to: "completed",
    by: "worker",
    now,
    shards: 1,
    where: { attempt: 1, executor: 7 },
    set: { result: { text: '{"ok":true}' } },
  }),
  requestCancel: accessPatterns.requestCancel.params(tables, { id, now }),
  beat: accessPatterns.beat.params(tables, { id, worker: 7, attempt: 1, now }),
  payloadsByKeys: accessPatterns.payloadsByKeys.params(tables, {
    keys: [`${id}/config/WVOSH4Ut-1pNvNnRMjtmCA`],
  }),
  putPayload: accessPatterns.putPayload.params(tables, {
    key: `${id}/config/WVOSH4Ut-1pNvNnRMjtmCA`,
    text: '{"channel":"#alerts"}',
  }),
  countersByKeys: accessPatterns.countersByKeys.params(tables, {
    keys: ["all", "pack#core"],
    consistent: false,
  }),
  addToCounter: accessPatterns.addToCounter.params(tables, {
    key: "pack#core",
    changes: { running: -1, completed: 1, [`${bucketAt("fine", id).at.toString(36)}D`]: 1 },
  }),
  removeFromHead: accessPatterns.removeFromHead.params(tables, {
    key: "pack#core",
    cells: {
      [`${bucketAt("fine", id).at.toString(36)}C`]: 7,
      [`${bucketAt("fine", id).at.toString(36)}D`]: 6,
    },
  }),
  addToDirectory: accessPatterns.addToDirectory.params(tables, {
    key: "directory#actions#core",
    names: new Set(["core.echo"]),
  }),
  putLedgerPage: accessPatterns.putLedgerPage.params(tables, {
    key: "ledger#2okq4pz1bk",
    entries: { [id.toString(36)]: 100 },
    revision: 6,
    expires: 1_796_000_000,
  }),
  chunksOfPartition: accessPatterns.chunksOfPartition.params(tables, {
    partition: "0|3",
    between: ["00000000000000", "015429a3ffffff~"],
    after: "015429a13c2e18/9vK1xQ0b",
    order: "newest",
    limit: 8,
  }),
  putChunk: accessPatterns.putChunk.params(tables, {
    partition: "0|3",
    chunk: "015429a13c2e18/9vK1xQ0b",
    data: Buffer.from([139, 142, 53]),
  }),
  deleteChunk: accessPatterns.deleteChunk.params(tables, {
    partition: "0|inbox",
    chunk: "015429a13c2e18/zQ3fUa7c",
  }),
  historyById: accessPatterns.historyById.params(tables, { id }),
  addToHistory: accessPatterns.addToHistory.params(tables, {
    id,
    entries: new Map([
      [4, { status: "running", owner: "worker", attempt: 1, worker: 7, at: now }],
    ] as const),
  }),
  readRecount: accessPatterns.readRecount.params(tables, {}),
  keepShards: accessPatterns.keepShards.params(tables, { shards: 4 }),
  putRecount: accessPatterns.putRecount.params(tables, { revision: 6 }),
  chunksOfLog: accessPatterns.chunksOfLog.params(tables, {
    execution: id,
    between: [41, Number.MAX_SAFE_INTEGER],
    order: "oldest",
    limit: 8,
  }),
  putLogChunk: accessPatterns.putLogChunk.params(tables, {
    execution: id,
    seq: 41,
    last: 60,
    bytes: 4_310,
    truncated: false,
    data: Buffer.from([139, 142, 53]),
    action_ref: "slack.post_message",
    enforcement: 42,
  }),
  liveEntries: accessPatterns.liveEntries.params(tables, {
    lane: "live",
    after: 1_795_380_222_138,
    order: "oldest",
    limit: 25,
  }),
  putLiveEntry: accessPatterns.putLiveEntry.params(tables, {
    lane: "live",
    seq: 1_795_380_222_139,
    at: 1_795_380_222_140,
    writer: "0f7c1b6e-5d0c-4a53-9a53-6c8a8b9a3f10",
    changes: Buffer.from([139, 142, 53]),
    expires: 1_795_387_423,
  }),
  liveMark: accessPatterns.liveMark.params(tables, { lane: "told" }),
  putLiveMark: accessPatterns.putLiveMark.params(tables, {
    lane: "told",
    at: 1_795_380_222_139,
    before: 1_795_380_222_138,
  }),
  noteAudience: accessPatterns.noteAudience.params(tables, { at: 1_795_380_222_137 }),
  openConnection: accessPatterns.openConnection.params(tables, {
    connection: "L0SM9cOFvHcCIhw=",
    expires: 1_795_389_222,
  }),
  noteSubscription: accessPatterns.noteSubscription.params(tables, {
    connection: "L0SM9cOFvHcCIhw=",
    id: "default",
    row: subscription,
    most: 20,
  }),
  forgetSubscription: accessPatterns.forgetSubscription.params(tables, {
    connection: "L0SM9cOFvHcCIhw=",
    id: "default",
  }),
  closeConnection: accessPatterns.closeConnection.params(tables, {
    connection: "L0SM9cOFvHcCIhw=",
  }),
  subscriptionsOf: accessPatterns.subscriptionsOf.params(tables, {
    kind: "enforcement",
    value: "c0dcgFPIqHtUCXqR4Ab-Zw|",
  }),
  putSubscription: accessPatterns.putSubscription.params(tables, {
    ...subscription,
    connection: "L0SM9cOFvHcCIhw=",
    id: "default",
    filter: { enforcement: 42 },
    result: false,
    logs: false,
    batch: false,
    nonce,
    lease: 1_795_380_282_137,
    expires: 1_795_389_222,
  }),
  awaitReplay: accessPatterns.awaitReplay.params(tables, {
    ...{ ...subscription, nonce, seq: 1_795_380_222_140 },
  }),
  goLive: accessPatterns.goLive.params(tables, {
    ...{ ...subscription, nonce, seq: 1_795_380_222_140 },
  }),
  deleteSubscription: accessPatterns.deleteSubscription.params(tables, subscription),
} satisfies Record<keyof typeof accessPatterns, unknown>;
