/** `npm run reconnects -- --seeds 10 --clients 50 --executions 1000`: ten runs, one line each. */
import { parseArgs } from "node:util";
import { runLive } from "./run.ts";

const { values } = parseArgs({
  options: {
    first: { type: "string", default: "1" },
    seeds: { type: "string", default: "10" },
    clients: { type: "string", default: "50" },
    executions: { type: "string", default: "1000" },
  },
});

const first = Number(values.first);
let isClean = true;
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  const { told, cuts, ...wrong } = await runLive({
    seed,
    clients: Number(values.clients),
    executions: Number(values.executions),
    peaceSeconds: 180,
  });
  isClean &&= Object.values(wrong).every((count) => count === 0);
  console.log(JSON.stringify({ seed, told, cuts, ...wrong }));
}
process.exitCode = isClean ? 0 : 1;
