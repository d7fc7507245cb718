/** Compares the groups that executions of a span belong to with all of their members. */
import { readItems } from "../counters/items.ts";
import { endsPlaceOf, memberPlacesOf, parseGroupCell, placeOf } from "../counters/keys.ts";
import { sumAll, sumUp } from "../counters/sums.ts";
import { type Group, groupsOf } from "../counters/tally.ts";
import type { Store } from "../store.ts";
import { compare, type Difference } from "./differences.ts";
import { contributionOfStood, look } from "./look.ts";
import { readIds, readRecords, type Seen, seenOf } from "./seen.ts";

/** Groups that are looked at together. */
const TOGETHER = 50;

const indexes = { enforcement: "by_enforcement", parent: "by_parent" } as const;
const everything = { from: 0, below: Number.MAX_SAFE_INTEGER };

const membersOf = (store: Store, { kind, of }: Group) =>
  readIds(store, indexes[kind], of, everything);

const nameOf = ({ kind, of }: Group) => `${kind}:${of}`;

/** The differences in some groups; `undefined` where their members are not those of a moment ago. */
async function compareSome(
  store: Store,
  groups: readonly { group: Group; members: readonly number[] }[],
  known: ReadonlyMap<number, Seen>,
): Promise<Difference[] | undefined> {
  const ids = [...new Set(groups.flatMap(({ members }) => members))];
  const others = await readRecords(
    store,
    ids.filter((id) => !known.has(id)),
  );
  const seen = [...ids.flatMap((id) => known.get(id) ?? []), ...others.map(seenOf)];
  const places = groups.flatMap(({ group }) => [placeOf(group), endsPlaceOf(group)]);
  const isPlace = (key: string, name: string) =>
    places.some(
      (place) =>
        (key === place.key || key.endsWith(`:${place.key}`)) &&
        place.at === parseGroupCell(name)?.at,
    );
  const keys = [
    ...new Set(
      groups.flatMap(({ group, members }) => [
        placeOf(group).key,
        endsPlaceOf(group).key,
        ...members.flatMap((id) => memberPlacesOf(group, "created", id).map(([key]) => key)),
      ]),
    ),
  ];
  const looked = await look(store, { seen, heads: [] }, () =>
    readItems(store, keys, { consistent: true }),
  );
  if (looked === undefined) return undefined;
  const counted = sumUp(
    keys.flatMap((key) =>
      Object.entries(looked.read(key))
        .filter(([name]) => isPlace(key, name))
        .map(([name, n]) => [key, name, n] as const),
    ),
  );
  const all = sumAll(looked.stood.flatMap((one) => contributionOfStood(one)?.differences ?? []));
  const expected = sumUp(
    keys.flatMap((key) =>
      Object.entries(all.get(key) ?? {})
        .filter(([name]) => isPlace(key, name))
        .map(([name, n]) => [key, name, n] as const),
    ),
  );
  const differences = compare(counted, expected);
  if (differences.length === 0) return [];
  const now = await Promise.all(groups.map(({ group }) => membersOf(store, group)));
  const isSame = groups.every(({ members }, at) => String(members) === String(now[at]));
  return isSame ? differences : undefined;
}

/**
 * The differences in the groups whose first member is among some executions: the others are compared where theirs is.
 * Half a unit for each group, its days, their quarters of an hour and its ends, and for each member that is not among them. `undefined`: something changed meanwhile.
 *
 * @param from the first id of the span
 */
export async function compareGroups(
  store: Store,
  from: number,
  seen: readonly Seen[],
): Promise<Difference[] | undefined> {
  const known = new Map(seen.map((one) => [one.id, one]));
  const groups = [
    ...new Map(
      seen.flatMap(({ membership }) => groupsOf(membership)).map((group) => [nameOf(group), group]),
    ).values(),
  ];
  const differences: Difference[] = [];
  for (let at = 0; at < groups.length; at += TOGETHER) {
    const some = await Promise.all(
      groups
        .slice(at, at + TOGETHER)
        .map(async (group) => ({ group, members: await membersOf(store, group) })),
    );
    const first = some.filter(({ members: [oldest = 0] }) => oldest >= from);
    const found = await compareSome(store, first, known);
    if (found === undefined) return undefined;
    differences.push(...found);
  }
  return differences;
}
