/** Cancelling the children of an execution, a page at a time. */
import { cancelExecution } from "./cancel-execution.ts";
import { readChildIds } from "./child-ids.ts";
import type { Store } from "./store.ts";

/** Children that one step cancels. */
const PAGE = 25;

export interface Cancelled {
  /** Those of the children that have children, final ones too. */
  readonly parents: readonly number[];
  /** The child after which the next page begins; `undefined`: there is none. */
  readonly next: number | undefined;
}

/**
 * Cancels a page of the children of an execution, as each one's own cancel would; what is final stays as it is. Again
 * is no harm.
 *
 * @param root where the cascade began. An execution has one parent, so that a circle, which ids that were guessed could
 *   make, would come back to it
 * @param after the child that the page comes after; `null`: it is the first
 */
export async function cancelChildren(
  store: Store,
  parent: number,
  root: number,
  after: number | null,
): Promise<Cancelled> {
  const { ids, isMore } = await readChildIds(store, parent, after, PAGE);
  const children = ids.filter((id) => id !== root);
  const parents = await Promise.all(
    children.map(async (id) => {
      await cancelExecution(store, id);
      const below = await readChildIds(store, id, null, 1);
      return below.ids.length > 0 ? [id] : [];
    }),
  );
  return { parents: parents.flat(), next: isMore ? ids.at(-1) : undefined };
}
