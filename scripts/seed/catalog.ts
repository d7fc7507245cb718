/** What is run: fifty actions in ten packs, a few of them most of the time. */

/** How an action behaves. */
export interface Profile {
  /** Median seconds of a run. */
  readonly seconds: number;
  /** Of a hundred runs, how many fail. */
  readonly failures: number;
  /** Has children: other executions that it requests. */
  readonly isWorkflow?: true;
}

const quick = { seconds: 0.4, failures: 1 } as const;
const call = { seconds: 2, failures: 4 } as const;
const cloud = { seconds: 25, failures: 6 } as const;
const long = { seconds: 240, failures: 8 } as const;
const workflow = { seconds: 90, failures: 5, isWorkflow: true } as const;

/** Pack → action → profile; the order is that of their frequency, pack by pack and action by action. */
const packs: Readonly<Record<string, Readonly<Record<string, Profile>>>> = {
  core: { http: call, transform: quick, workflow, sleep: quick, echo: quick },
  slack: { post: quick, thread: quick, upload: call, invite: call, archive: call },
  aws: {
    "s3.copy": call,
    "ec2.start": cloud,
    "ec2.stop": cloud,
    "lambda.invoke": call,
    rollout: workflow,
  },
  sql: { query: call, insert: quick, export: long, vacuum: long, migrate: long },
  github: { dispatch: call, comment: quick, label: quick, merge: call, release: workflow },
  k8s: { scale: cloud, restart: cloud, apply: cloud, drain: long, logs: call },
  mail: { send: quick, digest: call, bounce: quick, verify: call, list: quick },
  pager: { alert: quick, resolve: quick, escalate: quick, note: quick, oncall: quick },
  backup: { snapshot: long, verify: long, prune: cloud, restore: long, report: call },
  ml: { score: cloud, embed: cloud, train: long, evaluate: long, publish: call },
};

export interface Action extends Profile {
  readonly ref: string;
  readonly pack: string;
  /** Its place in the catalog: also the id that the platform has for it. */
  readonly place: number;
}

export const actions: readonly Action[] = Object.entries(packs).flatMap(([pack, ofPack], row) =>
  Object.entries(ofPack).map(([name, profile], column) => ({
    ...profile,
    pack,
    ref: `${pack}.${name}`,
    place: row * 5 + column + 1,
  })),
);

/** Packs and actions are run by Zipf's law: the n-th as often as 1/n. */
const upTo = (() => {
  let sum = 0;
  return actions.map(({ place }) => {
    const row = Math.floor((place - 1) / 5);
    const column = (place - 1) % 5;
    sum += 1 / (row + 1) / (column + 1);
    return sum;
  });
})();

/** The action at a share (0 to 1) of all that is run. */
export function actionAt(share: number): Action {
  const place = upTo.findIndex((sum) => sum > share * (upTo.at(-1) ?? 0));
  const action = actions[place];
  if (action === undefined) throw new RangeError(`${share} is no share`);
  return action;
}
