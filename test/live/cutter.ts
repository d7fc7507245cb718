import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Random } from "../fixtures/random.ts";

/** A way to a server that lets connections through, and cuts them. */
export async function startCutter(target: string) {
  const { hostname: host, port } = new URL(target);
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect({ host, port: Number(port) });
    const end = () => {
      open.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on("close", end).on("error", end);
    client.pipe(upstream).pipe(client);
    open.add(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port: own } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${own}`,
    /** Cuts one of the connections; whether there was any. */
    cut(random: Random): boolean {
      const one = [...open][random.below(open.size)];
      one?.destroy();
      return one !== undefined;
    },
    stop() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
