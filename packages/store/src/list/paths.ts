/**
 * Which index a list reads: the one place that says so. Each filter that has an index offers a path; the
 * cheapest one, by the counters, is taken, and what it leaves open is tested on what it yields.
 * See docs/adr/0002-indexes.md.
 */
import { packOf } from "@attune/domain/execution";
import { criteria, type Filter, type FilterName } from "@attune/domain/filter";
import { Status } from "@attune/domain/lifecycle";
import { sumOf } from "@attune/domain/stats";
import { type IndexName, tables } from "@attune/topology/tables";
import type { IndexKey } from "../access-patterns/executions-read.ts";
import { counterKeys } from "../counters/keys.ts";
import type { Counter } from "../counters/read-counters.ts";
import { FEED, partitionsOf } from "../index-keys.ts";

export interface Path {
  readonly index: IndexName;
  readonly key: IndexKey;
  /** The counter that tells how many entries it has. */
  readonly counter: string;
  readonly size: (counter: Counter) => number;
  /** Filters that its entries can be tested on as they are. */
  readonly onEntry: readonly FilterName[];
  /** Filters that need the execution's item. */
  readonly onItem: readonly FilterName[];
}

const everyStatus = ({ byStatus }: Counter) => sumOf(byStatus, Status.options);
const members = (counter: Counter) => counter.members;

interface Offer extends Pick<Path, "index" | "key" | "counter" | "size"> {
  /** The filter that the index answers, unless it answers it in part only. */
  readonly answers?: FilterName;
}

const firstPartition = (value: string) => partitionsOf(value, 1)[0] ?? value;

/** What each filter offers. */
function offersOf(filter: Filter): Offer[] {
  const { status, action_ref, pack_name, enforcement, parent } = filter;
  const offers: Offer[] = [];
  if (parent !== undefined) {
    const counter = counterKeys.parent(parent);
    offers.push({ index: "by_parent", key: parent, counter, size: members, answers: "parent" });
  }
  if (enforcement !== undefined) {
    const counter = counterKeys.enforcement(enforcement);
    offers.push({
      index: "by_enforcement",
      key: enforcement,
      counter,
      size: members,
      answers: "enforcement",
    });
  }
  if (action_ref !== undefined) {
    const counter = counterKeys.action(action_ref);
    offers.push({
      index: "by_action",
      key: firstPartition(action_ref),
      counter,
      size: everyStatus,
      answers: "action_ref",
    });
  }
  if (pack_name !== undefined) {
    // `aws.ec2` is no pack of its own, but a part of `aws`.
    const pack = packOf(pack_name) ?? pack_name;
    offers.push({
      index: "by_pack",
      key: firstPartition(pack),
      counter: counterKeys.pack(pack),
      size: everyStatus,
      ...(pack === pack_name ? { answers: "pack_name" } : {}),
    });
  }
  if (status !== undefined) {
    offers.push({
      index: "by_status",
      key: firstPartition(status),
      counter: counterKeys.all,
      size: ({ byStatus }) => byStatus[status] ?? 0,
      answers: "status",
    });
  }
  return offers;
}

const feed: Offer = {
  index: "by_feed",
  key: firstPartition(FEED),
  counter: counterKeys.all,
  size: everyStatus,
};

/** The attributes of an index's entries. */
function attributesOf(index: IndexName): readonly string[] {
  const { projection } = tables.Executions.globalIndexes[index];
  return ["id", ...projection];
}

/** An action of another pack, or an id that no execution can have. */
function isImpossible({ action_ref, pack_name, enforcement = 0, parent = 0 }: Filter): boolean {
  const isElsewhere =
    action_ref !== undefined && pack_name !== undefined && !action_ref.startsWith(`${pack_name}.`);
  return isElsewhere || ![enforcement, parent].every(Number.isSafeInteger);
}

/** The paths that a filter could take: none where no execution can match it. */
export function pathsOf(filter: Filter): Path[] {
  if (isImpossible(filter)) return [];
  const wanted = (Object.keys(criteria) as FilterName[]).filter(
    (name) => filter[name] !== undefined,
  );
  const pathOf = ({ answers, ...offer }: Offer): Path => {
    const open = wanted.filter((name) => name !== answers);
    const has = (name: FilterName) => attributesOf(offer.index).includes(criteria[name].fact);
    return {
      ...offer,
      onEntry: open.filter(has),
      onItem: open.filter((name) => !has(name)),
    };
  };
  const [first = feed, ...others] = offersOf(filter);
  return [pathOf(first), ...others.map(pathOf)];
}

/** Read units for an entry: 40 entries or 8 items to a unit, near enough to choose by. */
const ENTRY_UNITS = 1 / 80;
const ITEM_UNITS = 1 / 2;

/** The path that costs least to walk from end to end. */
export function cheapestOf(
  paths: readonly [Path, ...Path[]],
  counter: (key: string) => Counter,
): Path {
  const cost = (path: Path) =>
    path.size(counter(path.counter)) * (ENTRY_UNITS + (path.onItem.length > 0 ? ITEM_UNITS : 0));
  return paths.reduce((best, path) => (cost(path) < cost(best) ? path : best));
}
