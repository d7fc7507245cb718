/** `npm run chaos -- --seeds 10 --executions 2000 --seconds 60`: ten runs, one line each. */
import { parseArgs } from "node:util";
import { runChaos } from "./run.ts";

const { values } = parseArgs({
  options: {
    first: { type: "string", default: "1" },
    seeds: { type: "string", default: "10" },
    executions: { type: "string", default: "2000" },
    seconds: { type: "string", default: "60" },
  },
});

const first = Number(values.first);
let isClean = true;
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  const result = await runChaos({
    seed,
    executions: Number(values.executions),
    seconds: Number(values.seconds),
    leastKills: 1,
    workers: 3,
    peaceSeconds: 180,
  });
  const { lost, doubled, overlapping, illegal, unfinished, miscounted, untold } = result;
  const bad = [lost, doubled, overlapping, illegal, unfinished, miscounted, untold];
  isClean &&= bad.every((n) => n === 0);
  console.log(JSON.stringify(result));
}
process.exitCode = isClean ? 0 : 1;
