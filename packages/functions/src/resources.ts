/**
 * The tables, queues and buckets that are linked to the function. Each name is looked up when it is first used:
 * a function is linked to no more than it needs. See `functions` in packages/topology.
 */
import { createBlobs } from "@attune/store/blobs";
import { createIdSource } from "@attune/store/ids";
import { createS3, s3SettingsOf } from "@attune/store/s3";
import { createClient, type Store } from "@attune/store/store";
import type { DeadLetterQueueName, QueueName } from "@attune/topology/queues";
import { Resource } from "sst/resource";
import { limits, logDays, shards } from "./limits.ts";

export const store: Store = {
  client: createClient(),
  tables: {
    get Executions() {
      return Resource.Executions.name;
    },
    get Payloads() {
      return Resource.Payloads.name;
    },
    get Idempotency() {
      return Resource.Idempotency.name;
    },
    get Counters() {
      return Resource.Counters.name;
    },
    get History() {
      return Resource.History.name;
    },
    get Segments() {
      return Resource.Segments.name;
    },
    get Logs() {
      return Resource.Logs.name;
    },
    get LiveLog() {
      return Resource.LiveLog.name;
    },
    get Subscriptions() {
      return Resource.Subscriptions.name;
    },
    get Connections() {
      return Resource.Connections.name;
    },
  },
  blobs: createBlobs(createS3(s3SettingsOf(process.env)), () => Resource.Blobs.name),
  now: () => new Date(),
  limits,
  shards,
  ...(logDays === undefined ? {} : { logDays }),
};

/** One source of ids for each instance of a function: see docs/adr/0001-ids.md. */
export const nextIdentity = createIdSource(Date.now);

export const queueUrl = (name: QueueName | DeadLetterQueueName): string => Resource[name].url;

/** What the cursors of lists are signed with. */
export const cursorSecret = (): string => Resource.CursorSecret.value;

/** Where messages to the clients of the WebSocket are posted. */
export const liveEndpoint = (): string => Resource.Live.managementEndpoint;
