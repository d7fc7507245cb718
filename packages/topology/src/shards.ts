/**
 * Partitions of each key that many executions share (all of them, a status, an action, a pack). A partition
 * takes 1,000 writes a second, and its sort key grows with time, so that it is not split for heat. A stage
 * may set more (stacks/settings.ts), the local stack takes `SHARDS` from the environment. It may only grow:
 * lists read as many partitions as it says. See docs/adr/0014-shards.md.
 */
export const shards = 1;
