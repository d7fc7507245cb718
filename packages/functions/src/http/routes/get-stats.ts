import { Status } from "@attune/domain/lifecycle";
import { statsOf } from "@attune/domain/stats";
import { readTotals } from "@attune/store/counters/read-totals";
import type { Tally } from "@attune/store/counters/tally";
import { store } from "../../resources.ts";
import { dataAnswer } from "../answer.ts";
import { endpoint } from "../endpoint.ts";

const byStatus = Status.options.map((status): [Status, Tally] => [
  status,
  { counter: { kind: "all" }, field: status },
]);

/** `GET /stats`: one read unit, however many executions there are. */
export const getStats = endpoint({ path: {}, query: {} }, async () => {
  const totals = await readTotals(
    store,
    byStatus.map(([, tally]) => tally),
    { consistent: true },
  );
  const counts = Object.fromEntries(byStatus.map(([status, tally]) => [status, totals(tally)]));
  return dataAnswer(JSON.stringify(statsOf(counts)));
});
