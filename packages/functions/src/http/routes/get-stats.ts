import { statsOf } from "@attune/domain/stats";
import { counterKeys } from "@attune/store/counters/keys";
import { readCounters } from "@attune/store/counters/read-counters";
import { store } from "../../resources.ts";
import { dataAnswer } from "../answer.ts";
import { endpoint } from "../endpoint.ts";

/** `GET /stats`: one read unit, however many executions there are. */
export const getStats = endpoint({ path: {}, query: {} }, async () => {
  const counters = await readCounters(store, [counterKeys.all], { consistent: true });
  return dataAnswer(JSON.stringify(statsOf(counters(counterKeys.all).byStatus)));
});
