/** Bringing an execution from `requested` to the handoff, from wherever a try before this one left it. */
import type { Status } from "@attune/domain/lifecycle";
import type { ExecutionRecord } from "@attune/store/record";
import type { Store } from "@attune/store/store";
import { changeStatus, handOff, type Transition } from "@attune/store/transitions";
import { queueOfPool } from "./pools.ts";

type Step = (store: Store, record: ExecutionRecord) => Promise<Transition>;

const schedule: Step = (store, { id, pool }) => {
  if (queueOfPool.has(pool)) return handOff(store, id);
  const known = [...queueOfPool.keys()].join(", ");
  const result = { error: `There is no worker pool ${pool}; there are: ${known}` };
  const set = { result: { text: JSON.stringify(result) } };
  return changeStatus(store, { id, to: "failed", by: "executor", set });
};

/** What the executor does next, by the status of what it owns. */
const steps: Partial<Record<Status, Step>> = {
  requested: (store, { id }) => changeStatus(store, { id, to: "scheduling", by: "executor" }),
  scheduling: schedule,
};

export interface Advanced {
  readonly record: ExecutionRecord;
  /**
   * Whether `execution.scheduled` is ours to publish: it is handed off and not claimed. A try before this
   * one may have died between the two, and a handoff whose answer was lost looks like somebody else's.
   */
  readonly isOursToPublish: boolean;
}

/** Takes each step that is left; one that somebody else took in the meantime is gone on from. */
export async function advance(store: Store, found: ExecutionRecord): Promise<Advanced> {
  let record = found;
  for (;;) {
    const step = record.owner === "executor" ? steps[record.status] : undefined;
    if (step === undefined)
      return {
        record,
        isOursToPublish: record.owner === "worker" && record.status === "scheduled",
      };
    const outcome = await step(store, record);
    const after = outcome.ok ? outcome.record : outcome.current;
    if (after === undefined) throw new Error(`Execution ${record.id} is gone`);
    record = after;
  }
}
