import { pools, type QueueName } from "@attune/topology/queues";

/** Worker pool → the queue of its workers. */
export const queueOfPool: ReadonlyMap<string, QueueName> = new Map(Object.entries(pools));
