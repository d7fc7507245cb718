/** What a recount costs. */
import * as z from "zod";
import type { Store } from "../store.ts";

const Capacity = z.object({ CapacityUnits: z.number().default(0) });
const Answer = z.object({
  ConsumedCapacity: z.union([Capacity, z.array(Capacity)]).optional(),
});

/** A store that adds up the units of its calls. */
export function metered(store: Store): { store: Store; units: () => number } {
  let units = 0;
  const client: Store["client"] = Object.create(store.client, {
    send: {
      value: async (command: Parameters<Store["client"]["send"]>[0]) => {
        Object.assign(command.input, { ReturnConsumedCapacity: "TOTAL" });
        const answer = await store.client.send(command);
        const { ConsumedCapacity = [] } = Answer.parse(answer);
        for (const { CapacityUnits } of [ConsumedCapacity].flat()) units += CapacityUnits;
        return answer;
      },
    },
  });
  return { store: { ...store, client }, units: () => units };
}
