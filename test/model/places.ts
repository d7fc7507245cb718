/**
 * Where an actor is. An actor is an async function that comes to a step before each of its effects, and
 * sees nothing of the world between two steps: the answers that it has had decide what it does next. So
 * a place is a list of answers, and what comes after one that is new is found by running the function again,
 * alone, with these answers.
 */
export interface When<World> {
  /** Whether the step can be taken; always, where it is left out. */
  readonly isEnabled?: (world: World) => boolean;
  /**
   * Whether it makes no difference when the step is taken: whatever the others do from here on, it comes to
   * the same, and so does what they do. It is taken at once then, and the other orders are left out.
   */
  readonly isAlone?: (world: World) => boolean;
}

export interface Hands<World> {
  /** Comes to a step: its effect may change the world that it is given, and answers what the actor sees. */
  readonly step: (
    label: string,
    take: (world: World) => unknown,
    when?: When<World>,
  ) => Promise<unknown>;
  /** What the actor has learned with its last step: it is written down with it. */
  readonly note: (write: (world: World) => void) => void;
  /** The time of the last step, in milliseconds. */
  readonly now: () => number;
}

export interface Actor<World> {
  readonly name: string;
  /** One job, from its first step to its last. */
  readonly job: (hands: Hands<World>) => Promise<void>;
  /** Whether it begins again after its job. */
  readonly isLoop: boolean;
}

/** What a step came to, and when. */
export type Answer = { readonly now: number } & (
  | { readonly value: unknown }
  | { readonly error: Error }
);

export interface Step<World> {
  readonly label: string;
  readonly take: (world: World) => unknown;
  readonly when: When<World>;
}

export interface Place<World> {
  /** Its own among the places of all actors. */
  readonly id: number;
  /** What the actor waits to do; nothing where it is over. */
  readonly step?: Step<World>;
  /** Where it comes to with one more answer, and what it notes on the way. */
  readonly after: (answer: Answer) => Promise<Arrival<World>>;
}

export interface Arrival<World> {
  readonly place: Place<World>;
  readonly notes: readonly ((world: World) => void)[];
}

/** Lets every promise that is settled go on. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** What an actor does with some answers: what it notes after the last, and the step that it comes to, if any. */
async function run<World>({ name, job }: Actor<World>, answers: readonly Answer[]) {
  const left = [...answers];
  let now = Number.NaN;
  let step: Step<World> | undefined;
  let failure: unknown;
  const notes: ((world: World) => void)[] = [];
  const hands: Hands<World> = {
    step(label, take, when = {}) {
      const answer = left.shift();
      if (answer === undefined) {
        step = { label: `${name}: ${label}`, take, when };
        return new Promise(() => undefined);
      }
      now = answer.now;
      return "error" in answer ? Promise.reject(answer.error) : Promise.resolve(answer.value);
    },
    note(write) {
      if (left.length === 0) notes.push(write);
    },
    now: () => now,
  };
  job(hands).catch((error: unknown) => {
    failure = error;
  });
  await settle();
  if (failure !== undefined) throw new Error(`${name} failed`, { cause: failure });
  return { step, notes };
}

const textOf = (answer: Answer) =>
  JSON.stringify("error" in answer ? { ...answer, name: answer.error.name } : answer);

/** A state has one character for each of its places. */
const MOST_PLACES = 65_536;

/** Finds the places of actors, each once. */
export function createPlaces<World>() {
  let places = 0;
  function newPlace(after: Place<World>["after"], step?: Step<World>): Place<World> {
    if (places === MOST_PLACES) throw new RangeError(`There are more than ${MOST_PLACES} places`);
    return { id: places++, after, ...(step && { step }) };
  }
  const over = newPlace(() => Promise.reject(new Error("Who is over gets no answer")));

  return {
    /** Where nobody goes on from. */
    over,
    /** Where an actor begins. */
    async startOf(actor: Actor<World>): Promise<Place<World>> {
      const placeOf = (answers: readonly Answer[], step: Step<World> | undefined) => {
        const known = new Map<string, Arrival<World>>();
        return newPlace(async (answer) => {
          const text = textOf(answer);
          const arrival = known.get(text) ?? (await arrive([...answers, answer]));
          known.set(text, arrival);
          return arrival;
        }, step);
      };
      async function arrive(answers: readonly Answer[]): Promise<Arrival<World>> {
        const { step, notes } = await run(actor, answers);
        if (step !== undefined) return { place: placeOf(answers, step), notes };
        return { place: actor.isLoop ? start : over, notes };
      }
      const start = placeOf([], (await run(actor, [])).step);
      return start;
    },
  };
}
