/**
 * Explores every interleaving of some actors. An actor is an async function that comes to a step before
 * each of its effects; between two steps it does nothing that another one could see. The explorer
 * runs the world again and again from its beginning, each time along another sequence of choices, and
 * goes on from no state that it has been in before.
 */
import { createHash } from "node:crypto";

export interface Step {
  readonly actor: string;
  readonly label: string;
  /** Whether it can be taken now. */
  readonly isEnabled: () => boolean;
  readonly take: () => void;
}

/** The world of one run. */
export interface World {
  /** Everything that decides on the future, the actors' memories excepted. */
  snapshot(): string;
  /** Throws where an invariant does not hold. Called in every state. */
  check(): Promise<void>;
  /** Effects that nobody awaits: time passes, a message becomes visible again, a process dies. */
  events(): readonly { readonly label: string; readonly take: () => void }[];
}

export interface Scheduler {
  /** Comes to a step: resolves with what the effect returns, once the explorer takes it. */
  step<T>(actor: string, label: string, effect: () => T, isEnabled?: () => boolean): Promise<T>;
  /** An actor dies: the step that it waits for is never taken. */
  kill(actor: string): void;
  /** The actors that wait for a step. */
  waiting(): readonly string[];
}

export interface Explored {
  readonly states: number;
  readonly transitions: number;
  /** States in which nothing is left to do. */
  readonly ends: number;
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function createScheduler() {
  const steps = new Map<string, Step>();
  const memories = new Map<string, string[]>();
  const scheduler: Scheduler = {
    step(actor, label, effect, isEnabled = () => true) {
      return new Promise((resolve, reject) => {
        const take = () => {
          steps.delete(actor);
          const memory = memories.get(actor) ?? [];
          memories.set(actor, memory);
          try {
            const result = effect();
            memory.push(`${label}=${JSON.stringify(result)}`);
            resolve(result);
          } catch (error) {
            memory.push(`${label}!${error instanceof Error ? error.name : ""}`);
            reject(error);
          }
        };
        steps.set(actor, { actor, label, isEnabled, take });
      });
    },
    kill: (actor) => void steps.delete(actor),
    waiting: () => [...steps.keys()],
  };
  return {
    scheduler,
    choices: () => [...steps.values()].filter(({ isEnabled }) => isEnabled()),
    /** What each actor has seen decides on what it does next. */
    memory: () => JSON.stringify([[...memories].toSorted(), [...steps.keys()].toSorted()]),
  };
}

/**
 * @param start makes the world, and starts its actors on the scheduler
 * @throws the first violation, with the choices that lead to it
 */
export async function explore(start: (scheduler: Scheduler) => World): Promise<Explored> {
  const seen = new Set<string>();
  let transitions = 0;
  let ends = 0;

  const todo: (readonly number[])[] = [];

  /** Runs along a path, and on from there along first choices to a state that is known, or to an end. */
  async function run(path: readonly number[]): Promise<void> {
    const { scheduler, choices, memory } = createScheduler();
    const world = start(scheduler);
    const labels: string[] = [];
    const open = () => [
      ...choices().map(({ actor, label, take }) => ({ label: `${actor}: ${label}`, take })),
      ...world.events(),
    ];
    const choose = async (choice: number) => {
      const chosen = open()[choice];
      if (chosen === undefined) throw new Error("A run took another course than the one before it");
      labels.push(chosen.label);
      chosen.take();
      await settle();
    };

    await settle();
    for (const choice of path) await choose(choice);
    for (let taken = path; ; taken = [...taken, 0]) {
      const state = createHash("sha1").update(`${world.snapshot()} ${memory()}`).digest("base64");
      if (seen.has(state)) return;
      seen.add(state);
      try {
        await world.check();
      } catch (cause) {
        throw new Error(`Violated after:\n  ${labels.join("\n  ")}`, { cause });
      }
      const { length } = open();
      transitions += length;
      for (let choice = 1; choice < length; choice++) todo.push([...taken, choice]);
      if (length === 0) {
        ends++;
        return;
      }
      await choose(0);
    }
  }

  await run([]);
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) await run(path);
  return { states: seen.size, transitions, ends };
}
