/**
 * Fills the local stack with a past, while it is stopped. The same options give the same executions.
 *
 *     npm run seed -- --count 1000000    executions
 *                     --months 3         that they lie back at most
 *                     --seed 1           of what is drawn
 *                     --until 2026-11-01T00:00:00Z    when the last of them has ended: this hour, unless given
 *
 * `DATA_DIR` is the folder, as for `npm start`.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { readSettings } from "@attune/local/settings";
import * as z from "zod";
import { HOUR_MS } from "./rhythm.ts";
import { type Progress, seed } from "./seed.ts";

const MONTH_MS = 30 * 24 * HOUR_MS;

const wholeNumber = z.coerce.number().int();
const Options = z.object({
  count: wholeNumber.min(1).default(10_000),
  months: wholeNumber.min(1).max(24).default(3),
  seed: wholeNumber.default(1),
  until: z.coerce.date().default(() => new Date()),
});

const { values } = parseArgs({
  options: {
    count: { type: "string" },
    months: { type: "string" },
    seed: { type: "string" },
    until: { type: "string" },
  },
});
const { count, months, until: end, seed: number } = Options.parse(values);
const until = Math.floor(end.getTime() / HOUR_MS) * HOUR_MS;
const dataDir = resolve(readSettings(process.env).DATA_DIR);

const start = performance.now();
const secondsSince = (from: number) => (performance.now() - from) / 1_000;
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** A line a stage for a file, a line that changes for a terminal. */
function createProgress(): Progress {
  let current = "";
  let since = start;
  return (stage, executions) => {
    if (stage !== current) {
      if (current !== "") process.stdout.write("\n");
      current = stage;
      since = performance.now();
    }
    if (!process.stdout.isTTY && executions < count) return;
    const seconds = secondsSince(since);
    const rate = executions / seconds;
    process.stdout.write(
      `\r${stage} ${whole.format(executions)} of ${whole.format(count)} in ${whole.format(seconds)} s, ${whole.format(rate)} a second`,
    );
  };
}

const past = { count, seed: number, since: until - months * MONTH_MS, until };
await seed(dataDir, past, createProgress());
console.log(
  `\n${whole.format(count)} executions in ${dataDir}, ${whole.format(count / secondsSince(start))} a second`,
);
process.exit(0);
