/** docs/shards.md. */
import { HOT, loadsOf, PARTITION_UNITS, rateOf, stageRate } from "./shards.ts";
import { markdownTable } from "./table.ts";

const settings = [1, 4, 16] as const;
const rates = [100, 400, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000] as const;

/** Two figures: the shards of a drawn sample are not even to the last one. */
const about = (rate: number) => Number(rate.toPrecision(2));

/** Shards for a rate: as many times the busiest partition of one. */
const shardsFor = (rate: number, ofOne: number) => Math.max(1, Math.ceil(rate / ofOne));

export function shardsPage(): string {
  const bySetting = new Map(settings.map((shards) => [shards, loadsOf(shards)]));
  const one = bySetting.get(1) ?? [];
  const names = one.map(({ where }) => where);
  const rows = names.map((name) => [
    `\`${name}\``,
    one.find(({ where }) => where === name)?.units ?? Number.NaN,
    ...settings.map((shards) => {
      const load = bySetting.get(shards)?.find(({ where }) => where === name);
      return load ? about(rateOf(load)) : "";
    }),
  ]);
  const stage = [
    "**a stage**",
    "",
    ...settings.map((shards) => about(stageRate(bySetting.get(shards) ?? []))),
  ];
  const ofOne = about(stageRate(one));
  return `# Shards

Written by \`npm run docs\` from \`bench/shards.ts\`, which runs the lives of 20,000 executions through the service's own keys
and its own transactions, and looks at the busiest partition of each index and of the counters. Why keys are cut, and into what:
[ADR 14](adr/0014-shards.md).

A partition of a table or an index takes ${PARTITION_UNITS.toLocaleString("en")} write units a second. DynamoDB splits one that is hot between its sort
keys, but not where these grow with time: the newest end stays in one piece. So a value that every execution shares is a limit of the
stage, and the more often a life writes it, the lower.

Executions a second, by shards (\`shards\` in stacks/settings.ts), where one action has ${HOT * 100} % of the traffic:

${markdownTable(
  [
    "Busiest partition of",
    "write units an execution, 1 shard",
    ...settings.map((n) => `${n} shard${n > 1 ? "s" : ""}`),
  ],
  [...rows, stage],
)}

\`by_status\` comes first: an execution goes into each status and out of it again, two units a partition. \`requested\` and \`scheduling\`
share a value, which takes three units, and is cut into two pieces for each shard ([ADR 2](adr/0002-indexes.md)). All other indexes are written once a
life, or by the share of the traffic that one action or pack has. \`Counters\` is the head of all executions, written once a
transaction, in batches of 1,000 changes.

## Which setting

${markdownTable(
  ["Executions a second", "shards"],
  rates.map((rate) => [rate, shardsFor(rate, ofOne)]),
)}

- Up to ${ofOne.toLocaleString("en")} a second the default, 1, is right: a page of a list reads each shard, half a read unit to one for each more.
- Above some 16 shards the lists pay for the rate: at 200 a page costs a hundred units before its rows. Stages of their own, for
  tenants or regions, carry the same and leave the lists as they are.
- The setting may only grow. A stage that grows by half a year's traffic sets it for the end of the half-year.

## What shards do not change

- An enforcement and a parent are keys of their own: one of them takes ${PARTITION_UNITS.toLocaleString("en")} new members a second.
- A table takes 40,000 write units a second unless AWS raises the account's
  [quota](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html): some 2,000 executions a second, all of a life's
  units counted. Two hundred times that is a conversation with AWS.
- A head of the counters takes one transaction after another. At 10 ms each that is 100 a second for each shard; two at the same
  time are a conflict, which the counters try again. The batches of the stream hold what waits.
- DynamoDB lets a partition go over for what it has not used in the last five minutes. A burst of some seconds throttles nothing; what does is
  tried again, by the client and then by SQS or the stream, and is late, not lost.
`;
}
