/**
 * Subscriptions, and who of them is told of an event. One is told first what it missed (`lease`), and then of each
 * entry after `told`: see docs/adr/0020-live.md.
 */
import { createHash, randomUUID } from "node:crypto";
import { packOf } from "@attune/domain/execution";
import { isToldOf, type LiveChange, LiveFilter, type Subscribe } from "@attune/domain/live";
import { DeleteCommand, PutCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { livePatterns } from "../access-patterns/live.ts";
import { settle } from "../conditional.ts";
import type { Store } from "../store.ts";
import type { LiveEvent } from "./entries.ts";

/** The key of a subscription. */
export const RowKey = z.object({ kind: z.string(), key: z.string() });
export type RowKey = z.infer<typeof RowKey>;

export const Subscription = RowKey.extend({
  connection: z.string(),
  id: z.string(),
  filter: LiveFilter,
  result: z.boolean(),
  logs: z.boolean().default(false),
  batch: z.boolean(),
  /** Another one for each time that it is subscribed. */
  nonce: z.string(),
  /** While it is told what it missed: the Unix milliseconds after which whoever does that has died. */
  lease: z.int().optional(),
  /** After that: the entry up to which it was told then. */
  told: z.int().optional(),
});
export type Subscription = z.infer<typeof Subscription>;

/** Longer than a function that replays may run. */
const LEASE_MS = 60_000;

/** Beyond the two hours that API Gateway keeps a connection. */
export const KEPT_SECONDS = 9_000;

type Value = string | number | undefined | null;

/** Kind → its value in a filter, and in a change. The first one that a filter has is the most selective. */
const kinds: Readonly<
  Record<
    string,
    { readonly wanted: (filter: LiveFilter) => Value; readonly of: (change: LiveChange) => Value }
  >
> = {
  execution: { wanted: ({ execution }) => execution, of: ({ id }) => id },
  parent: { wanted: ({ parent }) => parent, of: ({ parent }) => parent },
  enforcement: { wanted: ({ enforcement }) => enforcement, of: ({ enforcement }) => enforcement },
  action: { wanted: ({ action_ref }) => action_ref, of: ({ action_ref }) => action_ref },
  pack: {
    wanted: ({ pack_name }) => pack_name && packOf(`${pack_name}.`),
    of: ({ action_ref }) => packOf(action_ref),
  },
  status: { wanted: ({ status }) => status, of: ({ status }) => status },
  all: { wanted: () => "", of: () => "" },
};

const isThere = (value: Value): value is string | number => value !== undefined && value !== null;

/** A sort key takes 1,024 bytes, and an action's reference may have more. */
const digestOf = (value: string | number) =>
  `${createHash("sha256").update(String(value)).digest("base64url").slice(0, 22)}|`;

function placeOf(filter: LiveFilter) {
  for (const [kind, { wanted }] of Object.entries(kinds)) {
    const value = wanted(filter);
    if (isThere(value)) return { kind, prefix: digestOf(value) };
  }
  throw new Error("A filter is of no kind");
}

/** A subscription of a connection that is to be told what it missed. Nothing is written. */
export function subscriptionOf(
  { now }: Pick<Store, "now">,
  connection: string,
  { id, filter, result, logs, batch }: Omit<Subscribe, "type" | "since">,
): Subscription & { lease: number; expires: number } {
  const { kind, prefix } = placeOf(filter);
  const at = now().getTime();
  return {
    kind,
    key: `${prefix}${connection}|${id}`,
    ...{ connection, id, filter, result, logs, batch, nonce: randomUUID() },
    lease: at + LEASE_MS,
    expires: Math.ceil(at / 1_000) + KEPT_SECONDS,
  };
}

export async function putSubscription(
  { client, tables }: Store,
  row: ReturnType<typeof subscriptionOf>,
): Promise<void> {
  await client.send(new PutCommand(livePatterns.putSubscription.params(tables, row)));
}

export async function deleteSubscription(
  { client, tables }: Store,
  { kind, key }: RowKey,
): Promise<void> {
  const params = livePatterns.deleteSubscription.params(tables, { kind, key });
  await client.send(new DeleteCommand(params));
}

/**
 * Ends the replay of a subscription that has been told up to an entry: `behind` where a later one was left to the
 * replay meanwhile, `gone` where the subscription is, or is another one.
 */
export async function goLive(
  { client, tables }: Store,
  { kind, key, nonce }: Subscription,
  seq: number,
): Promise<"live" | "behind" | "gone"> {
  const params = livePatterns.goLive.params(tables, { kind, key, nonce, seq });
  const { won, item } = await settle(client.send(new UpdateCommand(params)));
  if (won) return "live";
  return item?.nonce === nonce ? "behind" : "gone";
}

/**
 * Leaves what comes up to an entry to whoever replays to a subscription. The subscription as it is now where he
 * has just ended, `undefined` where it is gone.
 */
export async function leaveToReplay(
  { client, tables }: Store,
  { kind, key, nonce }: Subscription,
  seq: number,
): Promise<"left" | Subscription | undefined> {
  const params = livePatterns.awaitReplay.params(tables, { kind, key, nonce, seq });
  const { won, item } = await settle(client.send(new UpdateCommand(params)));
  if (won) return "left";
  const now = item && Subscription.parse(item);
  if (now?.nonce !== nonce) return undefined;
  return now.lease === undefined ? now : "left";
}

async function readRows(
  { client, tables }: Store,
  given: { kind: string; value?: string; limit?: number },
): Promise<Subscription[]> {
  const rows: Subscription[] = [];
  let after: Record<string, unknown> | undefined;
  do {
    const params = livePatterns.subscriptionsOf.params(tables, {
      ...given,
      ...(after && { after }),
    });
    const { Items = [], LastEvaluatedKey } = await client.send(new QueryCommand(params));
    rows.push(...Items.map((item) => Subscription.parse(item)));
    after = given.limit === undefined ? LastEvaluatedKey : undefined;
  } while (after !== undefined);
  return rows;
}

/** Values that are asked for at the same time. */
const AT_ONCE = 25;

/** Those of a kind who may want to be told of some changes. A kind with several values is asked first whether it has anybody. */
async function subscribersOfKind(
  store: Store,
  kind: string,
  values: readonly (string | number)[],
): Promise<Subscription[]> {
  if (values.length > 1 && (await readRows(store, { kind, limit: 1 })).length === 0) return [];
  const rows: Subscription[] = [];
  for (let at = 0; at < values.length; at += AT_ONCE) {
    const some = values
      .slice(at, at + AT_ONCE)
      .map((value) => readRows(store, { kind, value: digestOf(value) }));
    rows.push(...(await Promise.all(some)).flat());
  }
  return rows;
}

/** A subscription, and what it is to be told, in order. */
export interface Told {
  readonly row: Subscription;
  readonly events: readonly LiveEvent[];
}

/**
 * Who is to be told of some events, and of which. What it costs grows with those who subscribed to what happened,
 * and not with all.
 */
export async function findSubscribers(store: Store, events: readonly LiveEvent[]): Promise<Told[]> {
  const found = await Promise.all(
    Object.entries(kinds).map(([kind, { of }]) => {
      const values = new Set(events.map(({ change }) => of(change)).filter(isThere));
      return subscribersOfKind(store, kind, [...values]);
    }),
  );
  return found
    .flat()
    .map((row) => ({ row, events: events.filter(({ change }) => isToldOf(row, change)) }))
    .filter(({ events }) => events.length > 0);
}
