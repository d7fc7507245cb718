/**
 * Where executions are listed from: the partitions of the indexes, as data. A source is one value of one
 * index, in as many partitions as the stage has shards. See docs/adr/0002-indexes.md.
 */
import { packOf } from "@attune/domain/execution";
import { criteria, type Facts, type FilterName } from "@attune/domain/filter";
import type { Status } from "@attune/domain/lifecycle";
import { type IndexName, tables } from "@attune/topology/tables";
import type { IndexKey } from "../access-patterns/executions-read.ts";
import type { Group, Tally, Wide } from "../counters/tally.ts";
import { FEED, partitionsOf, partitionsOfStatusValue, statusValuesOf } from "../index-keys.ts";

export interface Source {
  readonly index: IndexName;
  readonly partitions: (shards: number) => readonly IndexKey[];
  /** What holds for each of its entries, beside what they carry. */
  readonly known: Facts;
  /** The filters that it answers whole. */
  readonly answers: readonly FilterName[];
  /** What knows how many entries it has, in sum; it has few where nothing does. */
  readonly tallies: readonly Tally[];
  /** The group of which it has those that ended otherwise than completed. */
  readonly unsuccessfulOf?: Group;
  /** Where its executions are that have ended: whole rows. */
  readonly ended?: {
    /** What knows how many of them ended in which status. */
    readonly counter: Wide;
    /** The pack of which the actions have to be known. */
    readonly pack?: string;
    readonly sourcesOf: (status: Status, actions: readonly string[]) => readonly Source[];
  };
}

const sharded = (value: string) => (shards: number) => partitionsOf(value, shards);
const single = (value: number) => () => [value];

/** Every execution in some statuses; where these share a value with others, those of the others as well. */
const ofStatuses = (wanted: readonly Status[]): Source[] =>
  statusValuesOf(wanted).map((value) => ({
    index: "by_status",
    partitions: (shards) => partitionsOfStatusValue(value, shards),
    known: {},
    answers: value.statuses.every((status) => wanted.includes(status)) ? ["status"] : [],
    tallies: value.statuses.map((field) => ({ counter: { kind: "all" }, field })),
  }));

/** A final status. */
const ofActionStatus = (action_ref: string, status: Status): Source => ({
  index: "by_action_status",
  partitions: sharded(action_ref),
  known: { action_ref, status },
  answers: ["action_ref", "status"],
  tallies: [{ counter: { kind: "action", of: action_ref }, field: status }],
});

/** The final statuses other than `completed`. */
export const unsuccessful = [
  "failed",
  "cancelled",
  "timeout",
  "abandoned",
] as const satisfies readonly Status[];

export const sources = {
  feed: {
    index: "by_feed",
    partitions: sharded(FEED),
    known: {},
    answers: [],
    tallies: [{ counter: { kind: "all" }, field: "created" }],
    ended: { counter: { kind: "all" }, sourcesOf: (status) => ofStatuses([status]) },
  } satisfies Source,
  statuses: ofStatuses,
  action: (action_ref: string): Source => ({
    index: "by_action",
    partitions: sharded(action_ref),
    known: { action_ref },
    answers: ["action_ref"],
    tallies: [{ counter: { kind: "action", of: action_ref }, field: "created" }],
    ended: {
      counter: { kind: "action", of: action_ref },
      sourcesOf: (status) => [ofActionStatus(action_ref, status)],
    },
  }),
  actionStatus: ofActionStatus,
  /** `aws.ec2` is no pack of its own, but a part of `aws`, which has its executions among others. */
  pack: (name: string): Source => {
    const pack = packOf(name) ?? name;
    return {
      index: "by_pack",
      partitions: sharded(pack),
      known: {},
      answers: pack === name ? ["pack_name"] : [],
      tallies: [{ counter: { kind: "pack", of: pack }, field: "created" }],
      ended: {
        counter: { kind: "pack", of: pack },
        pack,
        sourcesOf: (status, actions) => actions.map((action) => ofActionStatus(action, status)),
      },
    };
  },
  enforcement: (enforcement: number): Source => ({
    index: "by_enforcement",
    partitions: single(enforcement),
    known: { enforcement },
    answers: ["enforcement"],
    tallies: [{ counter: { kind: "enforcement", of: enforcement }, field: "created" }],
  }),
  parent: (parent: number): Source => ({
    index: "by_parent",
    partitions: single(parent),
    known: { parent },
    answers: ["parent"],
    tallies: [{ counter: { kind: "parent", of: parent }, field: "created" }],
  }),
  /** What of a group ended otherwise than completed. */
  unsuccessful: (group: Group): Source => ({
    index: `by_${group.kind}_unsuccessful`,
    partitions: single(group.of),
    known: { [group.kind]: group.of },
    answers: [group.kind],
    tallies: unsuccessful.map((field) => ({ counter: group, field })),
    unsuccessfulOf: group,
  }),
  original: (original_execution: number): Source => ({
    index: "by_original",
    partitions: single(original_execution),
    known: { original_execution },
    answers: ["original_execution"],
    tallies: [],
  }),
} as const;

/** The indexes whose entries are whole rows: what they carry is rewritten with the status anyway, or final. */
const wholeRows: readonly IndexName[] = [
  "by_status",
  "by_action_status",
  "by_enforcement_unsuccessful",
  "by_parent_unsuccessful",
];

export const hasWholeRows = ({ index }: Pick<Source, "index">): boolean =>
  wholeRows.includes(index);

/** Whether a source's entries tell what a filter looks at. */
export function tells({ index, known }: Source, name: FilterName): boolean {
  const { fact } = criteria[name];
  const carried: readonly string[] = tables.Executions.globalIndexes[index].projection;
  return fact in known || carried.includes(fact);
}
