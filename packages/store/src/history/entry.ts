/** What the history of an execution keeps of a change. See docs/adr/0018-history.md. */
import { Id } from "@attune/domain/execution";
import { isFinal, Owner, Status } from "@attune/domain/lifecycle";
import { Natural } from "@attune/domain/numbers";
import * as z from "zod/mini";
import type { ExecutionRecord } from "../record.ts";

export const Entry = z.object({
  status: Status,
  owner: Owner,
  attempt: Natural,
  worker: z.optional(Id),
  /** When the change was written, ISO 8601, by the clock of its writer. */
  at: z.string(),
});
export type Entry = z.infer<typeof Entry>;

/** A change of an execution: what it became with a version. */
export interface Change {
  readonly id: number;
  readonly version: number;
  readonly entry: Entry;
}

/** What an execution became, from its item or the image of it. */
export const entryOf = ({
  status,
  owner,
  attempt,
  executor,
  updated,
}: Pick<ExecutionRecord, "status" | "owner" | "attempt" | "executor" | "updated">): Entry => ({
  ...{ status, owner, attempt, at: updated },
  ...(executor === undefined ? {} : { worker: executor }),
});

/** The first change is in the id, and the last in the item of the execution, which a final one keeps. */
export const isKept = ({ version, entry }: Change): boolean =>
  version > 1 && !isFinal(entry.status);

/** The attribute of a version, and back. */
export const nameOf = (version: number): string => `v${version}`;
export const versionOf = (name: string): number => Number(name.slice(1));
