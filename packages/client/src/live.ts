/** Changes of executions as they happen, by the service's WebSocket. */
import type { LiveFilter, ServerMessage, Subscribe } from "@attune/domain/live";
import { type ConnectionOptions, keepConnected } from "./connection.ts";
import { ApiError } from "./errors.ts";
import { createFeed, type Feed, type LiveEvent } from "./feed.ts";

export type { LiveFilter } from "@attune/domain/live";
export type { LiveEvent } from "./feed.ts";

export interface EventOptions extends Partial<Pick<Subscribe, "since" | "result" | "logs">> {
  readonly signal?: AbortSignal | undefined;
}

export interface Live {
  /**
   * The changes of the executions that match, for `for await`: each of them once, in the order of its
   * execution. Without a `since`, `subscribed` comes first: of what changes from then on is told. A
   * connection that is lost is made again, and what was missed meanwhile is told; where it was too long ago
   * for that, `reload` comes in its place.
   *
   * @throws ApiError where the service refuses the subscription, NoAnswer where it was never reached, or the
   *   signal's reason
   */
  events(filter?: LiveFilter, options?: EventOptions): AsyncGenerator<LiveEvent, void>;
}

/** The name that a message has for its subscription. */
function idOf(message: ServerMessage): string {
  if ("subscription" in message) return message.subscription;
  return ("id" in message ? message.id : undefined) ?? "";
}

/** One connection for all that listen, from the first of them until the last has left. */
export function createLive(options: ConnectionOptions): Live {
  const feeds = new Map<string, Feed>();
  let connection: ReturnType<typeof keepConnected> | undefined;
  let made = 0;

  function receive(message: ServerMessage) {
    if (message.type === "batch") return message.messages.forEach(receive);
    const id = idOf(message);
    const feed = feeds.get(id.replace(/\..*/, ""));
    if (message.type === "error") {
      const refusal = new ApiError(message.status, message.error);
      for (const one of feed ? [feed] : feeds.values()) one.fail(refusal);
    } else if ("cursor" in message) feed?.take(id, message);
  }

  const connect = () =>
    keepConnected(options, {
      opened: () => {
        for (const feed of feeds.values()) feed.resume();
      },
      received: receive,
      lost: (error) => {
        for (const feed of feeds.values()) feed.fail(error);
      },
    });

  return {
    async *events(filter = {}, { signal, result = false, logs = false, since } = {}) {
      signal?.throwIfAborted();
      const name = String(made++);
      const feed = createFeed(name, { filter, result, logs, batch: true, since }, (message) =>
        connection?.send(message),
      );
      const stop = () => feed.fail(signal?.reason);
      signal?.addEventListener("abort", stop, { once: true });
      feeds.set(name, feed);
      if (connection === undefined) connection = connect();
      else feed.resume();
      try {
        for (;;) yield await feed.next();
      } finally {
        signal?.removeEventListener("abort", stop);
        feed.leave();
        feeds.delete(name);
        if (feeds.size === 0) {
          connection?.close();
          connection = undefined;
        }
      }
    },
  };
}
