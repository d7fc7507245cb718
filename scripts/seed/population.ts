/**
 * A service's past, drawn from a seed: executions by hour, their trees, enforcements, ends and new tries.
 * Pure: the same numbers give the same executions.
 */
import type { JsonText } from "@attune/domain/json-text";
import type { Status } from "@attune/domain/lifecycle";
import type { RetryPolicy } from "@attune/domain/retry-policy";
import { type Change, isKept } from "@attune/store/history/entry";
import { createIdSource } from "@attune/store/ids";
import { payloadOf } from "@attune/store/payloads";
import { ExecutionRecord } from "@attune/store/record";
import { limits } from "@attune/topology/limits";
import { defaultPool } from "@attune/topology/queues";
import { type Random, randomFrom } from "../../test/fixtures/random.ts";
import { type Action, actionAt } from "./catalog.ts";
import { ends, type Life, states } from "./lives.ts";
import { cumulativeByHour, HOUR_MS } from "./rhythm.ts";
import { configOf, hex, resultOf } from "./texts.ts";

export interface Past {
  readonly count: number;
  readonly seed: number;
  /** Unix ms: the first execution comes at or after the first, all have ended by the second. */
  readonly since: number;
  readonly until: number;
}

/** An execution as the store has it, what its history keeps, and the texts that do not ride in its item, by their key. */
export interface Seeded {
  readonly record: ExecutionRecord;
  readonly history: readonly Change[];
  readonly texts: readonly { readonly key: string; readonly text: JsonText }[];
}

interface Draft {
  readonly action: Action;
  readonly life: Life;
  /** Unix ms. */
  readonly created: number;
  readonly started: number;
  readonly ended: number;
  readonly timeout: number | undefined;
  readonly enforcement: number | undefined;
  readonly parent: Draft | undefined;
  readonly retry: RetryPolicy | undefined;
  readonly tries: number;
  readonly first: Draft | undefined;
  /** Drawn when all that came before it has one. */
  id?: number;
}

type Origin = Pick<Draft, "created"> &
  Partial<Pick<Draft, "action" | "enforcement" | "parent" | "retry" | "tries" | "first">>;

/** Of ten thousand executions; the rest completes, but for what the action's profile says. */
const others = {
  timeout: 80,
  abandoned: 40,
  cancelled: 100,
  "cancelled before the handoff": 60,
  "abandoned in the queue": 2,
} as const satisfies Partial<Record<Life, number>>;

const ENFORCED = 0.6;
const SAME_ENFORCEMENT = 0.3;
/** Large ones in a past, about, which have a hundredth of all executions each. */
const LARGE_ENFORCEMENTS = 6;
const LARGE_TREES = 9;
/** What share of all executions begins an enforcement, and of workflows that nobody else requested. */
const ENFORCEMENT_SHARE = 0.3;
const WORKFLOW_SHARE = 0.05;
const POLICY: RetryPolicy = { max_attempts: 3, backoff_seconds: 60, max_backoff_seconds: 3_600 };
const WITH_POLICY = 0.02;
const WORKERS = 40;

function lifeOf({ failures }: Action, random: Random): Life {
  let left = random.below(10_000) - failures * 100;
  if (left < 0) return "failed";
  for (const [life, share] of Object.entries(others) as [keyof typeof others, number][]) {
    left -= share;
    if (left < 0) return life;
  }
  return "completed";
}

/** Log-normal: half of all take longer than `median`, one in a hundred more than six times as long. */
function around(median: number, random: Random): number {
  const gauss = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return median * Math.exp(0.8 * gauss);
}

/** Milliseconds from the request to the claim, and from there to the end. */
function timesOf(life: Life, { seconds }: Action, timeout: number | undefined, random: Random) {
  const wait = around(150, random);
  const run = around(seconds * 1_000, random);
  if (life === "cancelled before the handoff") return { wait, run: 0 };
  if (life === "abandoned in the queue") return { wait: limits.QUEUE_SECONDS * 1_000, run: 0 };
  if (life === "abandoned") return { wait, run: run + limits.LEASE_SECONDS * 1_000 };
  return { wait, run: life === "timeout" && timeout !== undefined ? timeout * 1_000 : run };
}

/** Draws executions one by one: what each is, and what follows from it. */
function createDraw({ count, until }: Past, random: Random) {
  const isOneOf = (few: number, share: number) => random.next() * count * share < few;
  const largeSize = () => random.below(Math.max(1, Math.floor(count / 50)));
  let enforcement = 0;
  let sameLeft = 0;

  function nextEnforcement(): number | undefined {
    if (sameLeft > 0) sameLeft--;
    else if (random.next() >= ENFORCED) return undefined;
    else if (enforcement === 0 || random.next() >= SAME_ENFORCEMENT) {
      enforcement++;
      if (isOneOf(LARGE_ENFORCEMENTS, ENFORCEMENT_SHARE)) sameLeft = largeSize();
    }
    return enforcement;
  }

  function draft(origin: Origin): Draft {
    const action = origin.action ?? actionAt(random.next());
    const life = lifeOf(action, random);
    const timeout =
      life === "timeout" || random.below(4) === 0 ? 60 * (1 + random.below(10)) : undefined;
    const { wait, run } = timesOf(life, action, timeout, random);
    const started = Math.min(until, origin.created + Math.ceil(wait));
    return {
      ...{ action, life, timeout, started },
      ended: Math.min(until, started + Math.ceil(run)),
      created: origin.created,
      enforcement: origin.enforcement,
      parent: origin.parent,
      retry: origin.retry,
      tries: origin.tries ?? 1,
      first: origin.first,
    };
  }

  /** A new try, or children. */
  function followers(one: Draft): Draft[] {
    const { ran = false, status = "completed" } = ends.get(one.life) ?? {};
    const { action, enforcement, parent, retry, tries } = one;
    if (retry && status !== "completed" && status !== "cancelled" && tries < retry.max_attempts) {
      const backoff = retry.backoff_seconds * 2 ** (tries - 1) * (0.5 + random.next() / 2);
      const created = one.ended + Math.ceil(backoff * 1_000);
      return [
        draft({
          action,
          enforcement,
          parent,
          retry,
          created,
          tries: tries + 1,
          first: one.first ?? one,
        }),
      ];
    }
    // Two levels below the first one, and no more.
    if (!action.isWorkflow || !ran || parent?.parent) return [];
    const isLarge = parent === undefined && isOneOf(LARGE_TREES, WORKFLOW_SHARE);
    const children = 1 + (isLarge ? largeSize() : random.below(8));
    return Array.from({ length: children }, () =>
      draft({
        created: one.started + 1 + random.below(Math.max(1, one.ended - one.started)),
        enforcement,
        parent: one,
      }),
    );
  }

  return {
    root: (created: number) =>
      draft({
        created,
        enforcement: nextEnforcement(),
        retry: random.next() < WITH_POLICY ? POLICY : undefined,
      }),
    followers,
  };
}

/** Drafts in the order of their creation, exactly as many as there are to be. */
function* drafts(past: Past, random: Random): Generator<Draft> {
  const { count, since, until } = past;
  const draw = createDraw(past, random);
  const byHour = new Map<number, Draft[]>();
  const add = (one: Draft) => {
    if (one.created >= until) return;
    const hour = Math.floor((one.created - since) / HOUR_MS);
    const there = byHour.get(hour);
    if (there) there.push(one);
    else byHour.set(hour, [one]);
    for (const follower of draw.followers(one)) add(follower);
  };
  let made = 0;
  for (const [hour, upTo] of cumulativeByHour(count, since, until).entries()) {
    const here = () => byHour.get(hour) ?? [];
    while (made + here().length < upTo)
      add(draw.root(since + hour * HOUR_MS + random.below(HOUR_MS)));
    const inOrder = here().toSorted((one, other) => one.created - other.created);
    const taken = inOrder.slice(0, count - made);
    byHour.delete(hour);
    made += taken.length;
    yield* taken;
  }
}

/** Milliseconds after the request in which the executor takes it up, and hands it off. */
const TAKEN_UP = 20;
const HANDED_OFF = 35;

/** Unix ms of the changes that a history keeps. */
const timesOfStatus: Partial<Record<Status, (one: Draft) => number>> = {
  scheduling: ({ created, started }) => Math.min(created + TAKEN_UP, started),
  scheduled: ({ created, started }) => Math.min(created + HANDED_OFF, started),
  running: ({ started }) => started,
  canceling: ({ ended }) => ended,
};

/** What the stream would have kept of it. */
function historyOf(one: Draft, { id, executor }: ExecutionRecord): Change[] {
  const changes = (states.get(one.life) ?? []).map(({ status, owner }, at): Change => {
    const time = timesOfStatus[status]?.(one) ?? one.ended;
    const hasWorker = executor !== undefined && status !== "scheduled" && owner === "worker";
    const entry = {
      ...{ status, owner, attempt: owner === "worker" ? 1 : 0 },
      at: new Date(time).toISOString(),
    };
    return { id, version: at + 1, entry: hasWorker ? { ...entry, worker: executor } : entry };
  });
  return changes.filter(isKept);
}

function seededOf(one: Draft, id: number, ledger: string, random: Random): Seeded {
  const { action, life, first, parent } = one;
  const { ran, ...state } = ends.get(life) ?? { ran: false };
  const iso = (at: number) => new Date(at).toISOString();
  const texts = { config: configOf(action, random), result: resultOf(life, action, random) };
  const payloads = (["config", "result"] as const).flatMap((kind) => {
    const text = texts[kind];
    return text === null ? [] : [{ kind, text, payload: payloadOf(id, kind, text) }];
  });
  const record = ExecutionRecord.parse({
    ...state,
    id,
    ledger,
    action_ref: action.ref,
    action: action.place,
    pool: defaultPool,
    idempotency_key: `seed-${hex(random)}-${hex(random)}-${hex(random)}`,
    updated: iso(one.ended),
    parent: parent?.id,
    enforcement: one.enforcement,
    timeout_seconds: one.timeout,
    ...(ran && { executor: 1 + random.below(WORKERS), started: iso(one.started) }),
    ...(life === "cancelled" && { cancel_requested: iso(one.ended) }),
    retry: one.retry,
    ...(first && {
      original_execution: first.id,
      try: one.tries,
      not_before: iso(one.created),
    }),
    ...Object.fromEntries(payloads.map(({ kind, payload }) => [kind, payload])),
  });
  return {
    record,
    history: historyOf(one, record),
    texts: payloads.flatMap(({ payload, text }) =>
      "ref" in payload ? [{ key: payload.ref, text }] : [],
    ),
  };
}

/** All executions, in the order of their creation; each has ended. */
export function* population(past: Past): Generator<Seeded> {
  const random = randomFrom(past.seed);
  let clock = past.since;
  const nextIdentity = createIdSource(() => clock, random.next, "seed");
  for (const one of drafts(past, random)) {
    clock = one.created;
    const { id, ledger } = nextIdentity();
    one.id = id;
    yield seededOf(one, id, ledger, random);
  }
}
