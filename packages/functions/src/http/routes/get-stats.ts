import { Status } from "@attune/domain/lifecycle";
import { statsOf } from "@attune/domain/stats";
import { aggregate, groupings } from "@attune/store/counters/aggregate";
import { readTotals } from "@attune/store/counters/read-totals";
import type { Tally } from "@attune/store/counters/tally";
import * as z from "zod/mini";
import { store } from "../../resources.ts";
import { dataAnswer } from "../answer.ts";
import { endpoint } from "../endpoint.ts";
import { choiceParam, TimeParam } from "../params.ts";

const byStatus = Status.options.map((status): [Status, Tally] => [
  status,
  { counter: { kind: "all" }, field: status },
]);

/** What stands where, now: one read unit, however many executions there are. */
async function readStats() {
  const tallies = byStatus.map(([, tally]) => tally);
  const totals = await readTotals(store, tallies, { consistent: true });
  return statsOf(Object.fromEntries(byStatus.map(([status, tally]) => [status, totals(tally)])));
}

const query = {
  since: z.optional(TimeParam),
  until: z.optional(TimeParam),
  interval: z.optional(choiceParam(["minute", "hour", "day"])),
  group_by: z.optional(choiceParam(groupings)),
};

/** `GET /stats`: of all there is now, or, where a parameter asks for it, of what was created in some time. */
export const getStats = endpoint({ path: {}, query }, async (_, { group_by, ...when }) => {
  const isAsked = [group_by, ...Object.values(when)].some((value) => value !== undefined);
  const stats = isAsked
    ? await aggregate(store, { ...when, groupBy: group_by })
    : await readStats();
  return dataAnswer(JSON.stringify(stats));
});
