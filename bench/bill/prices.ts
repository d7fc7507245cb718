/** List prices in dollars, of us-east-1 where they are AWS's: without free tiers, discounts and taxes. */

export interface Price {
  readonly dollars: number;
  /** What is paid for. */
  readonly unit: string;
  /** How many of it the price buys. */
  readonly per: number;
  readonly source: string;
}

/** When they were looked up. */
export const pricesOf = "2026-11-22";

const MILLION = 1_000_000;
const dynamodb = "https://aws.amazon.com/dynamodb/pricing/on-demand/";
const lambda = "https://aws.amazon.com/lambda/pricing/";
const temporal = "https://docs.temporal.io/cloud/pricing";

export const prices = {
  writeUnit: { dollars: 0.625, unit: "write units", per: MILLION, source: dynamodb },
  readUnit: { dollars: 0.125, unit: "read units", per: MILLION, source: dynamodb },
  storedByte: { dollars: 0.25, unit: "bytes for a month", per: 2 ** 30, source: dynamodb },
  sqsRequest: {
    dollars: 0.4,
    unit: "requests of up to 64 KB",
    per: MILLION,
    source: "https://aws.amazon.com/sqs/pricing/",
  },
  invocation: { dollars: 0.2, unit: "invocations", per: MILLION, source: lambda },
  /** arm64. */
  gbSecond: { dollars: 0.0000133334, unit: "GB-seconds", per: 1, source: lambda },
  httpCall: {
    dollars: 1,
    unit: "calls of up to 512 KB",
    per: MILLION,
    source: "https://aws.amazon.com/api-gateway/pricing/",
  },
  loggedByte: {
    dollars: 0.5,
    unit: "bytes",
    per: 2 ** 30,
    source: "https://aws.amazon.com/cloudwatch/pricing/",
  },
  stateTransition: {
    dollars: 25,
    unit: "state transitions",
    per: MILLION,
    source: "https://aws.amazon.com/step-functions/pricing/",
  },
  /** Of the first five million in a month. */
  temporalAction: { dollars: 50, unit: "actions", per: MILLION, source: temporal },
} as const satisfies Record<string, Price>;
export type PriceName = keyof typeof prices;

export const dollarsFor = (name: PriceName, amount: number): number =>
  (amount / prices[name].per) * prices[name].dollars;
