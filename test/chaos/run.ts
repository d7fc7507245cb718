/** Chaos: executions are requested and cancelled while processes die at random; then peace, and a reckoning. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { apiAt, executionsPath, One } from "../fixtures/api.ts";
import { handlersOf } from "../fixtures/invoke.ts";
import { type Random, randomFrom } from "../fixtures/random.ts";
import { requestMessage } from "../fixtures/sqs.ts";
import { storeAt } from "../fixtures/store.ts";
import { type Fleet, insist, limits, startFleet } from "./fleet.ts";
import { countUnfinished, type Report, report } from "./report.ts";

export interface Settings {
  readonly seed: number;
  readonly executions: number;
  /** How long processes die; longer where so few have died by then. */
  readonly seconds: number;
  readonly leastKills: number;
  readonly workers: number;
  /** How long it may take after that until everything is finished and counted. */
  readonly peaceSeconds: number;
}

export interface Result extends Report {
  readonly seed: number;
  readonly executions: number;
  readonly kills: number;
  readonly byStatus: Readonly<Record<string, number>>;
}

/** Requests one execution: over HTTP or through the queue, now and then twice, now and then cancelled again. */
async function requestOne(fleet: Fleet, random: Random, key: string): Promise<void> {
  const request = {
    action_ref: "chaos.run",
    config: { ms: random.below(400) },
    idempotency_key: key,
    enforcement: 1 + random.below(20),
    parent: 1 + random.below(20),
  };
  const times = random.below(10) === 0 ? 2 : 1;
  if (random.below(2) === 0) {
    const body = requestMessage(request);
    for (let at = 0; at < times; at++) {
      await insist(() => fleet.queues.send("execution-requests", [body]));
    }
    return;
  }
  const api = apiAt(fleet.api);
  for (let at = 0; at < times; at++) {
    const id = await insist(async () => {
      const { status, json } = await api.post("", request);
      if (status >= 300) throw new Error(`answered ${status}`);
      return One.parse(json).data.id;
    });
    if (random.below(8) === 0) {
      await sleep(random.below(300));
      await fetch(`${fleet.api}${executionsPath}/${id}/cancel`, { method: "POST" }).catch(
        () => undefined,
      );
    }
  }
}

export async function runChaos(settings: Settings): Promise<Result> {
  const dataDir = mkdtempSync(join(tmpdir(), "attune-chaos-"));
  const random = randomFrom(settings.seed);
  const fleet = await startFleet({ dataDir, workers: settings.workers });
  const store = storeAt(fleet.dynamodb);
  try {
    const end = Date.now() + settings.seconds * 1_000;
    let kills = 0;
    const killing = (async () => {
      while (Date.now() < end || kills < settings.leastKills) {
        await sleep(200 + random.below(1_500));
        kills++;
        if (random.below(3) === 0) await fleet.killStack();
        else await fleet.killWorker(random.below(settings.workers));
      }
    })();

    const keys = Array.from(
      { length: settings.executions },
      (_, at) => `chaos ${settings.seed} ${at}`,
    );
    const queue = [...keys];
    const pause = (settings.seconds * 1_000) / settings.executions;
    const produce = async () => {
      for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
        await requestOne(fleet, random, key);
        await sleep(pause * 8);
      }
    };
    await Promise.all([killing, ...Array.from({ length: 8 }, produce)]);

    const invoke = await handlersOf(fleet.stack(), limits);
    const accepted = new Set(keys);
    const deadline = Date.now() + settings.peaceSeconds * 1_000;
    const isPeaceful = async () => {
      await invoke("sweep", {});
      if ((await fleet.queues.depth("execution-requests")) > 0) return false;
      if ((await countUnfinished(store)) > 0) return false;
      return Object.values(await reckon()).every((count) => count === 0);
    };
    const reckon = () => report(store, fleet.dynamodb, accepted, fleet.journals());
    while (Date.now() < deadline && !(await isPeaceful().catch(() => false))) await sleep(500);
    const found: Report = await reckon();
    const byStatus = await apiAt(fleet.api).stats();
    return { seed: settings.seed, executions: keys.length, kills, byStatus, ...found };
  } finally {
    store.client.destroy();
    await fleet.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
