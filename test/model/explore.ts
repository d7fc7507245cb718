/**
 * Explores every interleaving of some actors. A state is a world, and a place for each actor. Few worlds and
 * few places make many states: what a step does to a world is found out once, whatever the others are at.
 */
import { type Actor, type Answer, createPlaces, type Place, type Step } from "./places.ts";

/** What happens without an actor: time passes, a message becomes visible again, a process dies. */
export interface Incident<World> {
  readonly label: string;
  readonly take: (world: World) => void;
  /** Who is gone after it, and who begins in its place. */
  readonly dies?: string;
  readonly follows?: string | undefined;
}

export interface Model<World> {
  readonly start: World;
  readonly actors: readonly Actor<World>[];
  /** Actors that begin once another one has died. */
  readonly spares: readonly Actor<World>[];
  readonly copyOf: (world: World) => World;
  /** Worlds with the same text are one. */
  readonly textOf: (world: World) => string;
  /** Milliseconds. */
  readonly timeOf: (world: World) => number;
  readonly incidentsOf: (world: World) => readonly Incident<World>[];
  /** Throws where an invariant does not hold. */
  readonly check: (world: World) => Promise<void>;
}

export interface Explored {
  readonly states: number;
  readonly transitions: number;
  /** States in which nothing is left to do. */
  readonly ends: number;
  /** Worlds, without the places of the actors: the invariants are about these. */
  readonly worlds: number;
}

/** A world that was reached, and checked, and what is known of it so far. */
interface Known<World> {
  readonly world: World;
  readonly incidents: readonly Incident<World>[];
  /** Whether the step of a place may be taken before all others, by the place. */
  readonly alone: Map<number, boolean>;
  /** What the steps of places lead to, by the place; `null` where it cannot be taken. */
  readonly steps: Map<number, Move<World> | null>;
  /** What the incidents lead to, one by one. */
  readonly after: Known<World>[];
  /** Where the actors were in the states with this world. */
  readonly crews: Set<string>;
}

interface Move<World> {
  readonly to: Known<World>;
  readonly place: Place<World>;
}

type Crew<World> = readonly Place<World>[];

/** A state on the way that is being explored. */
interface Visit<World> {
  readonly known: Known<World>;
  /** In the order of the actors. */
  readonly crew: Crew<World>;
  /** The choice that is next, and the one before which it ends: the actors' steps, and then the incidents. */
  next: number;
  readonly end: number;
  /** What was chosen last. */
  label: string;
  isEnd: boolean;
}

const textOfCrew = (crew: readonly { readonly id: number }[]) =>
  String.fromCharCode(...crew.map(({ id }) => id));

/** @throws the first violation, with the steps that lead to it */
export async function explore<World>(model: Model<World>): Promise<Explored> {
  const { copyOf, textOf, timeOf } = model;
  const { startOf, over } = createPlaces<World>();
  const actors = [...model.actors, ...model.spares];
  const starts = await Promise.all(actors.map(startOf));
  const worlds = new Map<string, Known<World>>();

  async function knownOf(world: World): Promise<Known<World>> {
    const text = textOf(world);
    const found = worlds.get(text);
    if (found !== undefined) return found;
    await model.check(world);
    const incidents = model.incidentsOf(world);
    const known = {
      world,
      incidents,
      alone: new Map<number, boolean>(),
      steps: new Map(),
      after: [],
      crews: new Set<string>(),
    };
    worlds.set(text, known);
    return known;
  }

  function answerOf({ take }: Step<World>, world: World): Answer {
    try {
      const value = take(world);
      return { now: timeOf(world), value };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { now: timeOf(world), error };
    }
  }

  async function take(step: Step<World>, place: Place<World>, known: Known<World>) {
    if (step.when.isEnabled?.(known.world) === false) return null;
    const world = copyOf(known.world);
    const { place: next, notes } = await place.after(answerOf(step, world));
    for (const write of notes) write(world);
    return { to: await knownOf(world), place: next };
  }

  async function happen({ take }: Incident<World>, known: Known<World>) {
    const world = copyOf(known.world);
    take(world);
    return knownOf(world);
  }

  const crewAfter = ({ dies, follows }: Incident<World>, crew: Crew<World>) =>
    dies === undefined
      ? crew
      : crew.map((place, at) => {
          const name = actors[at]?.name;
          if (name === follows) return starts[at] ?? over;
          return name === dies ? over : place;
        });

  function isAlone({ id, step }: Place<World>, { alone, world }: Known<World>): boolean {
    const found = alone.get(id) ?? step?.when.isAlone?.(world) ?? false;
    alone.set(id, found);
    return found;
  }

  const path: Visit<World>[] = [];
  let states = 0;
  let transitions = 0;
  let ends = 0;
  function visit(known: Known<World>, crew: Crew<World>): void {
    const text = textOfCrew(crew);
    if (known.crews.has(text)) return;
    known.crews.add(text);
    states++;
    const alone = crew.findIndex((place) => isAlone(place, known));
    const choices =
      alone === -1
        ? { next: 0, end: crew.length + known.incidents.length }
        : { next: alone, end: alone + 1 };
    path.push({ known, crew, ...choices, label: "", isEnd: true });
  }

  function goOn(from: Visit<World>, label: string, known: Known<World>, crew: Crew<World>): void {
    from.label = label;
    from.isEnd = false;
    transitions++;
    visit(known, crew);
  }

  visit(
    await knownOf(model.start),
    starts.map((place, at) => (at < model.actors.length ? place : over)),
  );
  try {
    // It waits only for what is not known yet: most of the way is.
    for (let from = path.at(-1); from !== undefined; from = path.at(-1)) {
      const { known, crew } = from;
      if (from.next === from.end) {
        if (from.isEnd) ends++;
        path.pop();
        continue;
      }
      const choice = from.next++;
      const place = crew[choice];
      const incident = known.incidents[choice - crew.length];
      if (place !== undefined) {
        const { step } = place;
        if (step === undefined) continue;
        let move = known.steps.get(place.id);
        if (move === undefined) {
          from.label = step.label;
          move = await take(step, place, known);
          known.steps.set(place.id, move);
        }
        if (move !== null) goOn(from, step.label, move.to, crew.with(choice, move.place));
      } else if (incident !== undefined) {
        from.label = incident.label;
        const to = known.after[choice - crew.length] ?? (await happen(incident, known));
        known.after[choice - crew.length] = to;
        goOn(from, incident.label, to, crewAfter(incident, crew));
      }
    }
  } catch (cause) {
    const labels = path.map(({ label }) => label);
    throw new Error(`Violated after:\n  ${labels.join("\n  ")}`, { cause });
  }
  return { states, transitions, ends, worlds: worlds.size };
}
