/** Which statuses nothing leaves. */
import type { lifecycle, Status } from "@attune/domain/lifecycle";

/** The lifecycle's own answer, as a type: no code of it comes into a bundle, and another one does not compile. */
type Finality = {
  readonly [S in Status]: keyof (typeof lifecycle)[S] extends never ? true : false;
};

const finality: Finality = {
  requested: false,
  scheduling: false,
  scheduled: false,
  running: false,
  completed: true,
  failed: true,
  canceling: false,
  cancelled: true,
  timeout: true,
  abandoned: true,
};

export type FinalStatus = {
  [S in Status]: Finality[S] extends true ? S : never;
}[Status];

/** Whether an execution with this status is over. */
export const isFinal = (status: Status): status is FinalStatus => finality[status];
