/**
 * The recount: once a day by itself, and whenever an operator asks for one. It goes on in slices: what one
 * invocation does not finish, the next one does. See docs/adr/0016-recount.md.
 */
import { keepShards } from "@attune/store/recount/keep-shards";
import { isDue, Mode, type Progress } from "@attune/store/recount/progress";
import { beginRecount, goOn, readProgress } from "@attune/store/recount/recount";
import middy from "@middy/core";
import * as z from "zod";
import { logger } from "../logger.ts";
import { store } from "../resources.ts";

/** What an operator asks for; the schedule's event asks for nothing. */
const Request = z.object({ mode: Mode.optional() });

/** The time that a step may take, of a slice that ends before Lambda's own limit. */
const STEP_MS = 120_000;

/** `drift` is what the alarm of the stage looks at: see stacks/monitoring.ts. */
function tell({ mode, differences, more, busy, executions, units }: Progress): void {
  const drift = differences.length + more;
  const report = { mode, drift, busy, executions, units, differences: differences.slice(0, 20) };
  if (drift > 0) logger.error("Counters differ from the executions", report);
  else logger.info("Counters are what the executions make them", report);
}

export const handler = middy<unknown, Progress | null>().handler(async (event, context) => {
  const { mode } = Request.parse(event);
  const before = await readProgress(store);
  if (mode) await beginRecount(store, mode);
  else if (isDue(before, store.now().getTime())) await beginRecount(store, "check");
  // A stage that has fewer shards than it had is told within minutes, by the alarm of this function.
  else if (before?.finished !== undefined) return keepShards(store).then(() => before);
  const progress = await goOn(store, () => context.getRemainingTimeInMillis() < STEP_MS);
  if (progress?.finished !== undefined) tell(progress);
  return progress ?? null;
});
