/** Secrets of a stage, which `sst secret set` gives it; the local stack makes them up. */
export const secrets = {
  /** What the cursors of lists are signed with. */
  CursorSecret: {},
} as const satisfies Record<string, object>;

export type SecretName = keyof typeof secrets;
