/**
 * Clients watch executions while their connections are cut at random; then each must have been told what its
 * filter and its place entitle it to.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@attune/client/create-client";
import { createLive, type LiveFilter } from "@attune/client/live";
import { type Random, randomFrom } from "../fixtures/random.ts";
import { startLocalStack } from "../fixtures/stack.ts";
import { startCutter } from "./cutter.ts";
import { type Happening, linesOf, meets, readHappenings } from "./expected.ts";

export interface Settings {
  readonly seed: number;
  readonly clients: number;
  readonly executions: number;
  /** How long it may take until all is told, once there is nothing more to tell. */
  readonly peaceSeconds: number;
}

/** Every count but the first two is of something that must not be. */
export interface Result {
  readonly told: number;
  readonly cuts: number;
  readonly missed: number;
  /** What a filter does not ask for. */
  readonly strange: number;
  readonly doubled: number;
  /** After a later change of the same execution, or a later line of its log. */
  readonly disordered: number;
  /** Told to load again, though the log goes back far enough. */
  readonly reloads: number;
}

const actions = ["core.echo", "core.fail", "ops.unknown"] as const;
const groups = 10;

/** What the executions have, and filters may ask for. */
const draws = {
  enforcement: (random: Random) => 1 + random.below(groups),
  parent: (random: Random) => 1 + random.below(groups),
  action_ref: (random: Random) => random.pick(actions),
};

function drawFilter(random: Random, ids: readonly number[]): LiveFilter {
  const kinds: readonly [() => LiveFilter, ...(() => LiveFilter)[]] = [
    () => ({}),
    () => ({ status: "completed" }),
    () => ({ pack_name: "core" }),
    () => ({ action_ref: draws.action_ref(random) }),
    () => ({ enforcement: draws.enforcement(random) }),
    () => ({ parent: draws.parent(random) }),
    () => ({ action_ref: "core.fail", status: "failed" }),
    () => ({ enforcement: draws.enforcement(random), pack_name: "ops" }),
    () => ({ execution: ids[random.below(ids.length)] ?? 1 }),
  ];
  return random.pick(kinds)();
}

/** Listens until it is told to stop; keeps what it was told, in order. */
function watch(url: string, filter: LiveFilter, since: string | undefined) {
  const { promise: subscribed, resolve } = Promise.withResolvers<string>();
  const stopping = new AbortController();
  const lines: string[] = [];
  let reloads = 0;
  const events = createLive({ url, tries: Number.POSITIVE_INFINITY }).events(filter, {
    signal: stopping.signal,
    logs: true,
    ...(since !== undefined && { since }),
  });
  const listening = (async () => {
    for await (const event of events) {
      if (event.type === "subscribed") resolve(event.cursor);
      if (event.type === "reload") reloads++;
      lines.push(...linesOf(event));
    }
  })().catch((reason: unknown) => {
    if (!stopping.signal.aborted) throw reason;
  });
  return {
    filter,
    lines,
    subscribed,
    reloads: () => reloads,
    async stop() {
      stopping.abort();
      await listening;
    },
  };
}
type Watcher = ReturnType<typeof watch>;

function compare({ filter, lines, reloads }: Watcher, happenings: readonly Happening[]) {
  const due = happenings.filter((happening) => meets(filter, happening));
  const entitled = new Set(due.map(({ line }) => line));
  const told = new Set(lines);
  const places = new Map<string, number>();
  let disordered = 0;
  for (const line of lines) {
    const [of = "", place] = line.split(" ");
    if (Number(place) < (places.get(of) ?? 0)) disordered++;
    places.set(of, Number(place));
  }
  return {
    told: lines.length,
    missed: [...entitled].filter((line) => !told.has(line)).length,
    strange: [...told].filter((line) => !entitled.has(line)).length,
    doubled: lines.length - told.size,
    disordered,
    reloads: reloads(),
  };
}

export async function runLive(settings: Settings): Promise<Result> {
  const random = randomFrom(settings.seed);
  const stack = await startLocalStack({ POWERTOOLS_LOG_LEVEL: "SILENT" });
  const cutter = await startCutter(stack.api);
  const { executions } = createClient({ url: stack.api });
  const url = `ws://${cutter.host}/ws`;
  const watchers: Watcher[] = [];
  try {
    // Half of them are there from the beginning; the others come later, and ask for all of it.
    const half = Math.ceil(settings.clients / 2);
    for (let at = 0; at < half; at++) watchers.push(watch(url, drawFilter(random, []), undefined));
    const [beginning] = await Promise.all(watchers.map(({ subscribed }) => subscribed));

    const ids: number[] = [];
    let isRequesting = true;
    let cuts = 0;
    const cutting = (async () => {
      while (isRequesting) {
        await sleep(random.below(60));
        if (cutter.cut(random)) cuts++;
      }
    })();
    const request = async () => {
      while (ids.length < settings.executions) {
        const at = ids.push(0) - 1;
        const { id } = await executions.request({
          action_ref: draws.action_ref(random),
          enforcement: draws.enforcement(random),
          parent: draws.parent(random),
        });
        ids[at] = id;
        const isDue = ids.length / settings.executions > (watchers.length - half) / half;
        if (isDue && watchers.length < settings.clients)
          watchers.push(watch(url, drawFilter(random, ids.filter(Boolean)), beginning));
      }
    };
    await Promise.all([1, 2, 3, 4].map(request));
    const peace = Date.now() + settings.peaceSeconds * 1_000;
    const isOver = async () => {
      const { completed, failed } = await executions.stats();
      return completed + failed === settings.executions;
    };
    while (Date.now() < peace && !(await isOver())) await sleep(100);
    isRequesting = false;
    await cutting;

    const sum = async () => {
      const happenings = await readHappenings(stack.dynamodb);
      const results = watchers.map((watcher) => compare(watcher, happenings));
      return results.reduce(
        (all, one) => ({
          told: all.told + one.told,
          missed: all.missed + one.missed,
          strange: all.strange + one.strange,
          doubled: all.doubled + one.doubled,
          disordered: all.disordered + one.disordered,
          reloads: all.reloads + one.reloads,
        }),
        { told: 0, missed: 0, strange: 0, doubled: 0, disordered: 0, reloads: 0 },
      );
    };
    let result = await sum();
    while (Date.now() < peace && result.missed > 0) {
      await sleep(200);
      result = await sum();
    }
    return { ...result, cuts };
  } finally {
    await Promise.all(watchers.map((watcher) => watcher.stop()));
    cutter.stop();
    await stack.stop();
  }
}
