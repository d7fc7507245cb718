/** Lines such as a service writes them: half of them say much the same. */
import type { LogLine } from "@attune/domain/logs";
import { randomFrom } from "../test/fixtures/random.ts";

const verbs = ["Fetched", "Stored", "Skipped", "Uploaded", "Parsed", "Waiting for"] as const;
const things = ["record", "page", "order", "invoice", "message", "device"] as const;

/** Lines that follow one another, some 55 bytes each; the same ones for the same numbers. */
export function logLines(from: number, count: number): LogLine[] {
  const random = randomFrom(from);
  const uuid = () =>
    [8, 4, 4, 4, 12]
      .map((digits) => Array.from({ length: digits }, () => random.below(16).toString(16)).join(""))
      .join("-");
  const kinds = [
    () =>
      `${random.pick(verbs)} ${random.pick(things)} ${random.below(1e6)} in ${random.below(900)} ms`,
    () => `INFO [worker-${random.below(8)}] GET /v2/${random.pick(things)}s/${uuid()} -> 200`,
    () => JSON.stringify({ level: "debug", step: random.pick(verbs), id: random.below(1e6) }),
  ] as const;
  return Array.from({ length: count }, (_, at) => ({
    seq: from + at,
    stream: random.below(20) === 0 ? "stderr" : "stdout",
    time: new Date(1_795_000_000_000 + 50 * (from + at) + random.below(50)).toISOString(),
    text: random.pick([kinds[0], kinds[0], kinds[1], kinds[2]])(),
  }));
}
