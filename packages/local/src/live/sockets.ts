import { socketLimits } from "@attune/topology/live";
import type { WebSocket } from "ws";

/** The code of a connection that has been there for too long, or idle. */
const GOING_AWAY = 1001;

/** The open WebSockets, by the ids that API Gateway would give them. */
export interface Sockets {
  /** Keeps a socket until it closes, or for as long as API Gateway would. */
  add(id: string, socket: WebSocket): void;
  /** Sends a text, and resolves once it is on its way; `false` where there is no such connection. */
  send(id: string, text: string): Promise<boolean>;
  /** `false` where there is no such connection. */
  close(id: string): boolean;
  has(id: string): boolean;
  closeAll(): void;
}

/** How long a connection may be idle, and there at all, in seconds. */
interface Patience {
  readonly idleSeconds: number;
  readonly connectionSeconds: number;
}

export function openSockets({ idleSeconds, connectionSeconds }: Patience = socketLimits): Sockets {
  const open = new Map<string, WebSocket>();
  const timers = new Map<string, NodeJS.Timeout>();

  /** Whatever is said in either direction begins the idle time anew. */
  function touch(id: string, socket: WebSocket): void {
    clearTimeout(timers.get(id));
    const goAway = () => socket.close(GOING_AWAY, "Idle for too long");
    timers.set(id, setTimeout(goAway, idleSeconds * 1_000));
  }

  return {
    add(id, socket) {
      open.set(id, socket);
      touch(id, socket);
      const goAway = () => socket.close(GOING_AWAY, "Open for too long");
      const end = setTimeout(goAway, connectionSeconds * 1_000);
      socket.on("message", () => touch(id, socket));
      socket.on("close", () => {
        clearTimeout(end);
        clearTimeout(timers.get(id));
        timers.delete(id);
        open.delete(id);
      });
    },
    async send(id, text) {
      const socket = open.get(id);
      if (socket === undefined || socket.readyState !== socket.OPEN) return false;
      touch(id, socket);
      return new Promise((resolve) => socket.send(text, (error) => resolve(error == null)));
    },
    close(id) {
      const socket = open.get(id);
      socket?.close(GOING_AWAY, "Closed by the service");
      return socket !== undefined;
    },
    has: (id) => open.has(id),
    closeAll() {
      for (const socket of open.values()) socket.terminate();
    },
  };
}
