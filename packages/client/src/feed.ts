/** One subscription: what has come and was not taken yet, and where it goes on after a connection is lost. */
import type { ClientMessage, ServerMessage, Subscribe } from "@attune/domain/live";
import { createMemory } from "./memory.ts";

type Told = Extract<ServerMessage, { cursor: string }>;
/** What a listener is told of. */
export type LiveEvent = Exclude<Told, { type: "caught_up" }>;

export type Feed = ReturnType<typeof createFeed>;

/** Events that wait for a slow listener, before no more are asked for. */
const MOST_WAITING = 1_000;

export function createFeed(
  name: string,
  asked: Omit<Subscribe, "type" | "id">,
  send: (message: ClientMessage) => void,
) {
  const waiting: LiveEvent[] = [];
  const memory = createMemory();
  let { since } = asked;
  let failure: { readonly reason: unknown } | undefined;
  let subscriptions = 0;
  let isPaused = false;
  let wake = () => {};

  // What is still on its way from an earlier subscription has another id, and is told again by this one.
  const idNow = () => `${name}.${subscriptions}`;

  function subscribe() {
    subscriptions++;
    send({ type: "subscribe", ...asked, since, id: idNow() });
  }

  /** Whether a listener is told of it; the place goes on with what it is told of. */
  function isNews(event: Told): event is LiveEvent {
    if (event.type === "caught_up" || (event.type === "subscribed" && since !== undefined))
      return false;
    since = event.cursor;
    return !memory.knows(event);
  }

  return {
    /** Subscribes, from where it had come to. */
    resume() {
      if (!isPaused) subscribe();
    },
    leave: () => send({ type: "unsubscribe", id: idNow() }),
    fail(reason: unknown) {
      failure ??= { reason };
      wake();
    },
    take(id: string, event: Told) {
      if (isPaused || id !== idNow() || !isNews(event)) return;
      waiting.push(event);
      isPaused = waiting.length >= MOST_WAITING;
      if (isPaused) this.leave();
      wake();
    },
    /** The next event, once there is one. */
    async next(): Promise<LiveEvent> {
      for (;;) {
        if (failure) throw failure.reason;
        const event = waiting.shift();
        if (event !== undefined) return event;
        if (isPaused) {
          isPaused = false;
          subscribe();
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
