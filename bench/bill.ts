/** What a million executions cost, from measured units and list prices, and what they cost elsewhere. */
import { dollarsFor, type PriceName, prices, pricesOf } from "./bill/prices.ts";
import {
  assumptions,
  CHANGES,
  gbSecondsOf,
  httpCalls,
  invocationsOf,
  sqsRequests,
} from "./bill/usage.ts";
import { markdownTable } from "./table.ts";

/** What one execution takes of DynamoDB. */
export interface Measured {
  readonly writeUnits: number;
  readonly readUnits: number;
  /** Bytes that it leaves behind, by table, what DynamoDB adds to each item included. */
  readonly storedBytes: Readonly<Record<string, number>>;
}

export interface Line {
  readonly name: string;
  readonly price: PriceName;
  /** For one execution. */
  readonly amount: number;
  /** For a million. */
  readonly dollars: number;
}

const EXECUTIONS = 1_000_000;
const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, one) => total + one, 0);

/** Line by line, for a million executions, stored for a month. */
export function billOf({ writeUnits, readUnits, storedBytes }: Measured): Line[] {
  const line = (name: string, price: PriceName, amount: number): Line => ({
    ...{ name, price, amount },
    dollars: dollarsFor(price, amount * EXECUTIONS),
  });
  return [
    line("DynamoDB, writes", "writeUnit", writeUnits),
    line("DynamoDB, reads", "readUnit", readUnits),
    line("DynamoDB, a month of storage", "storedByte", sum(Object.values(storedBytes))),
    line("SQS", "sqsRequest", sum(Object.values(sqsRequests))),
    line("Lambda, invocations", "invocation", invocationsOf()),
    line("Lambda, time", "gbSecond", gbSecondsOf()),
    line("API Gateway", "httpCall", httpCalls),
    line("CloudWatch Logs", "loggedByte", invocationsOf() * assumptions.logBytes),
  ];
}

export const totalOf = (lines: readonly Line[]): number => sum(lines.map(({ dollars }) => dollars));

/** The same five changes elsewhere: what one execution is charged as. */
export const peers = [
  {
    name: "Step Functions Standard, a state for each of the five changes",
    price: "stateTransition",
    amount: CHANGES,
  },
  {
    name: "Temporal Cloud, a workflow with one activity",
    price: "temporalAction",
    amount: 2,
  },
  {
    name: "Temporal Cloud, and an update of search attributes for each of the other three changes",
    price: "temporalAction",
    amount: CHANGES,
  },
] as const satisfies readonly { name: string; price: PriceName; amount: number }[];

const dollars = (amount: number) => `$${amount.toFixed(2)}`;
const rounded = (amount: number) => Number(amount.toPrecision(3));

/** docs/bill.md. */
export function billPage(measured: Measured): string {
  const lines = billOf(measured);
  const total = totalOf(lines);
  const peerRows = peers.map(({ name, price, amount }) => {
    const cost = dollarsFor(price, amount * EXECUTIONS);
    return [name, amount, dollars(cost), (cost / total).toFixed(1)];
  });
  return `# The bill

Written by \`npm run bench -- --write\`: list prices of ${pricesOf} in us-east-1 on what [the bench measures](measurements.md). No free tier,
discount or tax is in it. Some of the prices were read in copies of AWS's pages: compare them with the lists that are linked before you
budget by them.

## A million executions

${markdownTable(
  ["", "for one execution", "unit", "a million"],
  [
    ...lines.map(({ name, price, amount, dollars: cost }) => [
      name,
      rounded(amount),
      prices[price].unit,
      dollars(cost),
    ]),
    ["sum", "", "", dollars(total)],
  ],
)}

Write and read units are measured: of the steps of a lifecycle with an enforcement and a parent, and of its share of the counters.
Bytes are measured on seeded executions, a hundred added for each item and each entry of an index, as DynamoDB does:

${markdownTable(
  ["Table", "bytes an execution"],
  Object.entries(measured.storedBytes).map(([table, bytes]) => [table, Math.round(bytes)]),
)}

The rest is counted, and rests on this:

- An execution is requested by a message, runs for less than a heartbeat's interval, and completes. Nobody looks at it: a page of a list
  is some eleven read units, a call and an invocation more.
- There are ${assumptions.rate} executions a second while there are any, which is how full batches are.
- A request to DynamoDB or SQS takes ${assumptions.roundTripMs} ms, and the function computes for ${assumptions.computeMs} ms with each.
- SQS, for one execution: ${Object.entries(sqsRequests)
    .map(([what, requests]) => `${what}, ${rounded(requests)}`)
    .join("; ")}. What consumers of \`execution-events\` receive is theirs.
- Lambda logs ${assumptions.logBytes} bytes of each invocation by itself; the functions log failures alone.
- Lambda's reading of a table's stream is free. Payloads above 390,000 bytes are in S3, and there is none here.
- Workers and what they run on are not in it; neither are they below.

## Elsewhere

${markdownTable(["The same five changes", "charged as", "a million", "times ours"], peerRows)}

- Step Functions charges each state that is entered. What a state does (a Lambda, a message to a worker) comes on top.
- Temporal Cloud charges the start of a workflow and each start of an activity. Who wants to list executions by a status that is Attune's own
  updates a search attribute at each change. A plan, of 10 % or $500 a month, and storage come on top.
- Neither has the lists, totals and statistics that our indexes and counters are written for.

## Prices

${markdownTable(
  ["", "dollars", "for", "source"],
  Object.entries(prices).map(([name, { dollars: price, unit, per, source }]) => [
    name,
    String(price),
    `${per.toLocaleString("en")} ${unit}`,
    `[list](${source})`,
  ]),
)}
`;
}
