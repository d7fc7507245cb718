import type { LogLine } from "@attune/domain/logs";
import { changeStatus, claim, type Hold, handOff } from "@attune/store/transitions";
import { startStore } from "../../fixtures/store.ts";

/** Lines that follow one another from `seq` on; `by` marks whose they are. */
export const linesFrom = (seq: number, count: number, by = ""): LogLine[] =>
  Array.from({ length: count }, (_, at) => ({
    seq: seq + at,
    stream: (seq + at) % 3 === 0 ? "stderr" : "stdout",
    time: new Date(1_790_000_000_000 + 1_000 * (seq + at)).toISOString(),
    text: `line ${seq + at}${by}`,
  }));

/** A store on the real engines, and executions that worker 7 has claimed. */
export async function startLogs() {
  const fixture = await startStore();
  const { store } = fixture;
  return {
    ...fixture,
    async claimed(): Promise<Hold> {
      const { id } = await fixture.request();
      const hold = { id, worker: 7, attempt: 1 };
      await changeStatus(store, { id, to: "scheduling", by: "executor" });
      await handOff(store, id);
      await claim(store, hold);
      return hold;
    },
  };
}
