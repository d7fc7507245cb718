/** The sections of docs/measurements.md. */
import type { ColdStart } from "./cold-start.ts";
import { type Cost, totalOf, type Units } from "./cost.ts";
import type { Counting } from "./counting.ts";
import type { Handoff } from "./handoff.ts";
import type { Latency } from "./latency.ts";
import type { FanOut } from "./live/fan-out.ts";
import type { LiveLatency } from "./live/latency.ts";
import type { SearchCosts } from "./search.ts";
import type { Spread } from "./spread.ts";
import { markdownTable } from "./table.ts";

const numbers = new Intl.NumberFormat("en");

export function routeSection(costs: ReadonlyMap<string, Cost>, executions: number): string {
  const header = ["Route", "Requests", "One after the other", "Read units", "Write units", "Items"];
  const titleOf = (name: string) => name.replace(/^[^,]*/, "`$&`");
  const rows = [...costs].map(([name, cost]) => [
    titleOf(name),
    cost.requests,
    cost.roundTrips,
    cost.readUnits,
    cost.writeUnits,
    cost.items,
  ]);
  return `## Routes

What one call asks of DynamoDB, on ${executions} executions of ten actions in three packs. Lists are of 20, page 1 where
nothing else is said. "One after the other" is the longest chain of requests of which none began before
the one before it ended. Items are those in the answers of DynamoDB.

${markdownTable(header, rows)}

Units are those that the local engine reports, which \`test/e2e/units.test.ts\` compares with AWS's rules. It reports
none for a write whose condition is refused, where AWS takes what the write would have taken: one unit
here, which is added.`;
}

export function lifecycleSection(
  steps: ReadonlyMap<string, Units>,
  countings: ReadonlyMap<string, Counting>,
): string {
  const resources = [...new Set([...steps.values()].flatMap((units) => Object.keys(units)))].sort();
  const written = [...steps.values()].reduce((sum, units) => sum + totalOf(units), 0);
  const columns = resources.map((name) => name.replace("Executions/", ""));
  const stepRows = [...steps].map(([step, units]) => [
    step,
    ...resources.map((resource) => units[resource] ?? ""),
    totalOf(units),
  ]);
  const countingRows = [...countings].map(([workload, units]) => [
    workload,
    ...[units.heads, units.groups, units.ledger, units.spills, units.sum, units.history],
    written + units.sum + units.history,
    units.reads,
  ]);
  return `## A lifecycle

Write units of one execution, requested by a message, with an enforcement and a parent, of less than a kilobyte, through the
executor, the worker protocol, the counters and its history.

${markdownTable(["Step", ...columns, "Sum"], stepRows)}

The counters' share of one execution, of 200 a second in 50 actions and 10 packs, made by five instances, counted in
batches of a thousand changes of the stream. Heads are the totals of all, an action and a pack, with what was counted
lately; groups those of enforcements and parents; spills what goes from the heads to the time buckets. What shares a
batch shares writes: runs that end in any order touch a page of the ledger, and an item of groups, for almost each of
them. A write in a transaction costs twice. The history is one write an execution for each batch that has changes of it
other than the first and the last.

${markdownTable(
  [
    "Workload",
    "Heads",
    "Groups",
    "Ledger",
    "Spills",
    "Sum",
    "History",
    "Whole lifecycle",
    "Read units",
  ],
  countingRows,
)}`;
}

export function coldStartSection({ pairs, cpu, ...starts }: ColdStart): string {
  const row = (says: string, name: keyof typeof cpu) => {
    const { milliseconds, ratio, alike } = starts[name];
    return [says, milliseconds, ratio, alike, cpu[name]];
  };
  return `## Cold start

Milliseconds from the start of a process to the first answer of the bundled Lambda \`query\`, and of the least that a Lambda can be: a
handler that makes one GetItem by the SDK, as \`GET /{id}\` does, bundled as SST does it unless it is told otherwise. Bundled alike,
without the sources of credentials that the service leaves out ([ADR 5](adr/0005-deploy-shape.md)), it starts sooner. Another makes the
two requests of \`GET /\`, one after the other, and nothing else. ${pairs} runs of each in turns; medians, the ratios run by run.

${markdownTable(
  [
    "First answer",
    "Milliseconds",
    "Against GetItem",
    "Against it bundled alike",
    "CPU of a warm one, microseconds",
  ],
  [
    row("a GetItem, bare", "usual"),
    row("a GetItem, bare, bundled alike", "bare"),
    row("the requests of `GET /`, bare, bundled alike", "bareList"),
    row("`GET /{id}`", "one"),
    row("`GET /`", "list"),
  ],
)}`;
}

export function bundleSection(bundles: ReadonlyMap<string, number>): string {
  const rows = [...bundles].map(([handler, bytes]) => [`\`${handler}\``, bytes]);
  return `## Bundles

Each Lambda as it is deployed: minified, the SDK included.

${markdownTable(["Handler", "Bytes"], rows)}`;
}

export function latencySection(latencies: ReadonlyMap<string, Latency>): string {
  const rows = [...latencies].map(([what, { service, bare }]) => [
    what,
    service,
    bare,
    service / bare,
  ]);
  return `## Latency

Medians of the local stack in milliseconds, and of the least that the same engines take for the same, in the same run. The ratio
is what can be compared between machines; none of it says how long AWS takes.

${markdownTable(["What", "Service", "Bare", "Ratio"], rows)}`;
}

export function liveSection({ told, read }: LiveLatency, fanOuts: readonly FanOut[]): string {
  const row = (what: string, { p50, p99 }: Spread) => [
    ...[what, p50, p99, p50 / read.p50, p99 / read.p99],
  ];
  const fanOutRows = fanOuts.map(({ subscribers, told, cost }) => [
    ...[numbers.format(subscribers), told, cost.requests, cost.readUnits, cost.writeUnits],
  ]);
  return `## Live

Milliseconds of the local stack from the answer to a write until a client of the WebSocket is told, and until a consumer of the
table's stream that does nothing has read it. Both look at a stream again 50 ms after they have found nothing new in it; the one
that tells follows two streams, one after the other.

${markdownTable(["A change is", "p50", "p99", "p50, multiple", "p99, multiple"], [row("told to a client", told), row("read by a bare consumer", read)])}

What telling one new execution asks of DynamoDB, its entry in the log included, by the number of subscriptions that there are.

${markdownTable(["Subscriptions", "Told", "Requests", "Read units", "Write units"], fanOutRows)}`;
}

export function heartbeatSection(units: ReadonlyMap<number, number>): string {
  return `### Heartbeats

Write units of the same lifecycle without the counters, by the heartbeats of its run: a heartbeat writes the item
alone, touches no index and wakes no consumer of the stream.

${markdownTable(
  ["Heartbeats", "Write units"],
  [...units].map(([beats, written]) => [String(beats), written]),
)}`;
}

export function searchSection({ executions, items, rates }: SearchCosts): string {
  const one = (units: number) => units / executions;
  return `## Search in results

${numbers.format(executions)} executions with results of some 250 bytes, which run for ten seconds on the average. The stream
brings a batch each second, the compaction runs every minute. The search is for what is nowhere, from end to end.
Reading the items instead takes ${numbers.format(items)} read units.

${markdownTable(
  [
    "Executions a second",
    "Write units an execution, stream",
    "Compaction",
    "Read units of the search",
    "An execution",
    "Of reading the items",
    "Requests",
    "One after the other",
  ],
  [...rates].map(([rate, { saved, compacted, search }]) => [
    String(rate),
    saved,
    compacted,
    search.readUnits,
    one(search.readUnits).toFixed(4),
    `1/${Math.floor(items / search.readUnits)}`,
    search.requests,
    search.roundTrips,
  ]),
)}`;
}

export function handoffSection(handoff: Handoff): string {
  const row = (what: string, { p50, p99 }: Spread, against: string, bare: Spread) => [
    what,
    ...[p50, p99, against, p50 / bare.p50, p99 / bare.p99],
  ];
  const one = (milliseconds: number): Spread => ({ p50: milliseconds, p99: milliseconds });
  const { twoHops, heartbeatMs, leaseMs, redeliveryMs } = handoff;
  const hops = `two hops through SQS: ${twoHops.p50.toFixed(1)}, ${twoHops.p99.toFixed(1)}`;
  return `## Handoff

Milliseconds of the local stack, and as a multiple of what they are held against. The request is a message, its
execution one of \`core.echo\`; it is visible when a list says \`completed\`, asked for every 20 ms. A death
is a claim after which nothing more is heard, with a lease of ${leaseMs} ms and messages hidden for ${redeliveryMs} ms.

${markdownTable(
  ["What", "p50", "p99", "Against", "p50, multiple", "p99, multiple"],
  [
    row("request to running", handoff.requestToRunning, hops, twoHops),
    row("running to visible as completed", handoff.runningToVisible, hops, twoHops),
    row(
      "cancel to the action's abort",
      handoff.cancelToStop,
      `a heartbeat: ${heartbeatMs}`,
      one(heartbeatMs),
    ),
    row(
      "worker's death to `abandoned`",
      handoff.deathToAbandoned,
      `lease + redelivery: ${leaseMs + redeliveryMs}`,
      one(leaseMs + redeliveryMs),
    ),
  ],
)}

From request to completed, the local stack takes ${handoff.perSecond.toFixed(0)} executions a second.`;
}
