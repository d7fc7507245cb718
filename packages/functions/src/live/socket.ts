/** Speaking to the clients of the WebSocket, each by the id of its connection. */
import { closeConnection } from "@attune/store/live/connections";
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { logger } from "../logger.ts";
import { liveEndpoint, store } from "../resources.ts";

/** Connections that are spoken to at the same time. */
export const CONNECTIONS_AT_ONCE = 100;

/** Milliseconds that one connection may take for all that it is told at once: nobody waits longer for its sake. */
const PATIENCE_MS = 5_000;

const agent = { maxSockets: CONNECTIONS_AT_ONCE, keepAlive: true };
let client: ApiGatewayManagementApiClient | undefined;

function api(): ApiGatewayManagementApiClient {
  client ??= new ApiGatewayManagementApiClient({
    endpoint: liveEndpoint(),
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 1_000,
      requestTimeout: 2_000,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  });
  return client;
}

/**
 * Closes a connection and ends its subscriptions. Whoever is sent away comes again with his cursor, and misses
 * nothing.
 */
export async function sendAway(connection: string): Promise<void> {
  try {
    await api().send(new DeleteConnectionCommand({ ConnectionId: connection }));
  } catch (error) {
    if (!(error instanceof GoneException)) throw error;
  }
  await closeConnection(store, connection);
}

/**
 * Posts texts to a connection, one after the other. One that is gone is forgotten, and one that does not take them in
 * time is sent away.
 *
 * @returns whether all were taken
 * @throws what API Gateway throws where it does not even close the connection
 */
export async function tell(
  connection: string,
  texts: Iterable<string> | AsyncIterable<string>,
  patienceMs: number = PATIENCE_MS,
): Promise<boolean> {
  const abortSignal = AbortSignal.timeout(patienceMs);
  try {
    for await (const Data of texts)
      await api().send(new PostToConnectionCommand({ ConnectionId: connection, Data }), {
        abortSignal,
      });
    return true;
  } catch (error) {
    if (error instanceof GoneException) await closeConnection(store, connection);
    else {
      logger.warn("A connection is closed that cannot be told", { error, connection });
      await sendAway(connection);
    }
    return false;
  }
}
