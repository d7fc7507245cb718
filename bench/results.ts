/** Results as actions give them: answers of services, instances, errors, logs, rows; some 250 bytes on the average. */
import type { Random } from "../test/fixtures/random.ts";

const words = [
  "deploy",
  "build",
  "host",
  "timeout",
  "retry",
  "disk",
  "policy",
  "queue",
  "instance",
  "channel",
  "warning",
  "latency",
  "staging",
  "service",
] as const;

const hex = (random: Random, digits: number) =>
  Array.from({ length: digits }, () => random.below(16).toString(16)).join("");
const sentence = (random: Random, length: number) =>
  Array.from({ length }, () => random.pick(words)).join(" ");
const address = (random: Random) => `10.${[1, 2, 3].map(() => random.below(256)).join(".")}`;

const shapes: readonly [(random: Random) => unknown, ...((random: Random) => unknown)[]] = [
  () => ({ sent: true }),
  (random) => ({
    ok: true,
    channel: `C0${hex(random, 8)}`,
    message: { text: sentence(random, 6), user: `U${hex(random, 8)}` },
  }),
  (random) => ({
    status_code: random.pick([200, 200, 200, 404, 500]),
    headers: { "content-type": "application/json", "x-request-id": hex(random, 32) },
    body: { id: hex(random, 32), items: random.below(100), total: random.below(100_000) },
    elapsed_ms: random.below(5_000),
  }),
  (random) => ({
    instance_id: `i-${hex(random, 17)}`,
    state: random.pick(["running", "stopped", "pending"]),
    private_ip: address(random),
    tags: { env: random.pick(["production", "staging"]), service: random.pick(words) },
  }),
  (random) => ({
    error: `${sentence(random, 5)}: connect ECONNREFUSED ${address(random)}`,
    attempts: random.below(5),
    trace_id: hex(random, 32),
  }),
  (random) => ({
    stdout: Array.from({ length: 6 }, () => `[${random.below(100_000)}] ${sentence(random, 8)}`),
    exit_code: 0,
  }),
  (random) => ({
    rows: Array.from({ length: 8 }, () => ({
      id: random.below(1_000_000_000),
      name: sentence(random, 2),
    })),
  }),
];

export const resultOf = (random: Random): string => JSON.stringify(random.pick(shapes)(random));
