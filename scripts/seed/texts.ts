/** Configs and results, as JSON text. */
import type { JsonText } from "@attune/domain/json-text";
import type { Random } from "../../test/fixtures/random.ts";
import type { Action } from "./catalog.ts";
import type { Life } from "./lives.ts";

const hosts = ["db-1", "db-2", "cache-7", "gateway", "billing", "search-3", "worker-12"] as const;
const regions = ["eu-west-1", "eu-central-1", "us-east-1", "ap-south-1"] as const;
const words = ["order", "invoice", "customer", "ticket", "deploy", "report", "session"] as const;
const errors = [
  "connect ECONNREFUSED",
  "The host did not answer",
  "HTTP 502 Bad Gateway",
  "HTTP 429 Too Many Requests",
  "permission denied",
  "out of memory",
  "the disk is full",
] as const;

/** Eight digits. */
export const hex = (random: Random) =>
  random
    .below(2 ** 32)
    .toString(16)
    .padStart(8, "0");

export function configOf(action: Action, random: Random): JsonText {
  return JSON.stringify({
    target: random.pick(hosts),
    [random.pick(words)]: 1_000 + random.below(90_000),
    dry_run: random.below(20) === 0,
    ...(action.isWorkflow && { steps: 2 + random.below(8), on_error: "continue" }),
  });
}

/** Of a thousand results, so many are lists of log lines, of three kilobytes and more. */
const LOGS = 20;

function logOf(random: Random): JsonText {
  const lines = Array.from(
    { length: 40 + random.below(random.below(20) === 0 ? 800 : 60) },
    (_, line) => `${line} ${random.pick(hosts)} ${random.pick(words)} ${hex(random)} ok`,
  );
  return JSON.stringify({ lines });
}

function successOf(action: Action, random: Random): JsonText {
  if (random.below(1_000) < LOGS) return logOf(random);
  return JSON.stringify({
    ok: true,
    action: action.ref,
    host: `${random.pick(hosts)}.${random.pick(regions)}.example.com`,
    [`${random.pick(words)}_id`]: 1_000 + random.below(900_000),
    trace: hex(random) + hex(random),
    took_ms: random.below(20_000),
    ...(random.below(3) === 0 && {
      items: Array.from({ length: 1 + random.below(4) }, () => ({
        key: `${random.pick(words)}-${random.below(10_000)}`,
        etag: hex(random),
      })),
    }),
  });
}

const error = (text: string): JsonText => JSON.stringify({ error: text });

/** What is stored of each end; `null` where nobody had anything to say. */
const results: Readonly<Record<Life, (action: Action, random: Random) => JsonText | null>> = {
  completed: successOf,
  failed: (_, random) =>
    error(`${random.pick(errors)}: ${random.pick(hosts)}.${random.pick(regions)}.example.com`),
  timeout: (_, random) => error(`It ran for longer than ${60 * (1 + random.below(10))} s`),
  abandoned: () => error("Its worker has not said for 90 s that it lives"),
  cancelled: () => null,
  "cancelled before the handoff": () => null,
  "abandoned in the queue": () => error("No worker claimed it in 1209600 s"),
};

export const resultOf = (life: Life, action: Action, random: Random) =>
  results[life](action, random);
