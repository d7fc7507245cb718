/** `npm run interleavings`: executor, cancel, two workers, redelivery, dead letters, sweep, crash and time, all at once. */
import { explore } from "./explore.ts";
import { modelOf } from "./scenario.ts";
import { all } from "./scenarios.ts";

const start = performance.now();
const { states, worlds, transitions, ends } = await explore(modelOf(all));
const seconds = Math.round((performance.now() - start) / 1_000);
console.log(
  `${states} states, ${worlds} worlds, ${transitions} transitions, ${ends} ends, no violation, in ${seconds} s`,
);
