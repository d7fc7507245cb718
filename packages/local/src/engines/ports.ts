import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

async function tryPort(port: number): Promise<number> {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return address.port;
}

/** A loopback port that nobody listens on now. */
export function freePort(): Promise<number> {
  return tryPort(0);
}

/**
 * Throws, naming `variable`, when somebody listens on the port. Waits a second for a server that is
 * just ending: a stack that starts right after a `kill -9` meets the engines of the old one.
 */
export async function assertPortFree(port: number, variable: string): Promise<void> {
  const deadline = Date.now() + 1_000;
  while (true) {
    try {
      await tryPort(port);
      return;
    } catch (cause) {
      if (Date.now() > deadline) throw portTaken(port, variable, cause);
      await sleep(50);
    }
  }
}

export function portTaken(port: number, variable: string, cause: unknown): Error {
  return new Error(`port ${port} is taken; set ${variable} to another one, or to 0 for any`, {
    cause,
  });
}
