/** What was told already: an event may come twice, and an older one again. */
import type { ServerMessage } from "@attune/domain/live";

type Told = Extract<ServerMessage, { cursor: string }>;

/** Executions that are remembered: a second telling comes soon after the first. */
const MOST = 10_000;

export function createMemory() {
  const last = new Map<string, number>();
  return {
    /** Whether a listener knows this event; from now on it does. */
    knows(event: Told): boolean {
      const [key, place] = placeOf(event);
      if (key === undefined) return false;
      const known = last.get(key) ?? Number.NEGATIVE_INFINITY;
      last.delete(key);
      last.set(key, Math.max(known, place));
      const [oldest] = last.keys();
      if (last.size > MOST && oldest !== undefined) last.delete(oldest);
      return place <= known;
    },
  };
}

/** Of what an event is the how manyth; nothing for what is not about an execution. */
function placeOf(event: Told): [string, number] | [undefined, 0] {
  switch (event.type) {
    case "execution.created":
    case "execution.status_changed":
      return [`${event.data.id}`, event.version];
    case "execution.log":
      return [`${event.execution_id} log`, event.to_seq];
    default:
      return [undefined, 0];
  }
}
