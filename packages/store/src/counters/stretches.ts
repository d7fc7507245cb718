/**
 * Which items have the durations of some time, pure: one of each day by the hour, of eight days by the day, and of a
 * month as a whole. Some time is read from the longest that lie in it, so that a month takes a few items; one of eight
 * days is below 4 KB, half a read unit, at some ten thousand executions a day. See docs/adr/0012-time-buckets.md.
 */
import { type Bucket, bucketAt, lengths } from "./buckets.ts";

/** The mark of an item in its key → what it tells apart, and how many of those it has; the longest first. */
const kinds = {
  m: { parts: "month", length: 1 },
  w: { parts: "day", length: 8 },
  d: { parts: "hour", length: 24 },
} as const;
type Mark = keyof typeof kinds;
const marks = Object.keys(kinds) as readonly Mark[];

/** The time of one item: the `at`-th of its kind, from the ids' epoch on. */
export interface Stretch {
  readonly mark: Mark;
  readonly at: number;
}

/** Ids in a part. */
const lengthIn = (mark: Mark) => lengths[kinds[mark].parts];

/** A part of a stretch by its number, from 0. */
export const partOf = ({ mark, at }: Stretch, offset: number): Bucket => ({
  level: kinds[mark].parts,
  at: at * kinds[mark].length + offset,
});

/** Where what ran is counted: the stretches that have its id, and the number of its part in each. */
export const stretchesAround = (id: number): { stretch: Stretch; offset: number }[] =>
  marks.map((mark) => {
    const { parts, length } = kinds[mark];
    const { at } = bucketAt(parts, id);
    return { stretch: { mark, at: Math.floor(at / length) }, offset: at % length };
  });

/** The day of which the hours are told apart. */
export const hoursOf = ({ at }: Bucket): Stretch => ({ mark: "d", at });

/** The stretches that have some of the `from`-th to before the `below`-th part of their kind. */
function withParts(mark: Mark, from: number, below: number): Stretch[] {
  const first = Math.floor(from / kinds[mark].length);
  const length = Math.ceil(below / kinds[mark].length) - first;
  return Array.from({ length }, (_, at) => ({ mark, at: first + at }));
}

function cover(from: number, below: number, [mark, ...shorter]: readonly Mark[]): Stretch[] {
  if (mark === undefined || from >= below) return [];
  const ids = lengthIn(mark);
  const [first, end] = [Math.ceil(from / ids), Math.floor(below / ids)];
  if (first >= end) return cover(from, below, shorter);
  return [
    ...cover(from, first * ids, shorter),
    ...withParts(mark, first, end),
    ...cover(end * ids, below, shorter),
  ];
}

/**
 * The stretches of whose parts those that lie in some time make all of it, each hour once.
 *
 * @param from the first id of an hour
 * @param below that of another one, which is not in it any more
 * @param longest ids that a part may have
 */
export const stretchesIn = (from: number, below: number, longest: number): Stretch[] =>
  cover(
    from,
    below,
    marks.filter((mark) => lengthIn(mark) <= longest),
  );
