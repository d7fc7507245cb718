/**
 * Every request that the service makes to DynamoDB, as data: what it is for, whom it serves, and the
 * exact input. There is no Scan among them. docs/access-patterns.md is written from this table.
 */
import { counterPatterns } from "./counters.ts";
import { executionReads } from "./executions-read.ts";
import { executionWrites } from "./executions-write.ts";
import { historyPatterns } from "./history.ts";
import { livePatterns } from "./live.ts";
import { logPatterns } from "./logs.ts";
import { payloadPatterns } from "./payloads.ts";
import { recountPatterns } from "./recount.ts";
import { segmentPatterns } from "./segments.ts";

export const accessPatterns = {
  ...executionReads,
  ...executionWrites,
  ...payloadPatterns,
  ...counterPatterns,
  ...segmentPatterns,
  ...historyPatterns,
  ...recountPatterns,
  ...logPatterns,
  ...livePatterns,
};
