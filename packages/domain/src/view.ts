/** What the API shows of an execution. The schemas own the types. */
import * as z from "zod/mini";
import { ActionRef, Id } from "./execution.ts";
import { Status } from "./lifecycle.ts";

const Timestamp = z.iso.datetime();

/** The eleven fields of `GET /{id}` that the contract names, and one more. */
export const Execution = z.object({
  id: Id,
  action: z.nullable(Id),
  action_ref: ActionRef,
  config: z.unknown(),
  parent: z.nullable(Id),
  enforcement: z.nullable(Id),
  executor: z.nullable(Id),
  status: Status,
  result: z.unknown(),
  created: Timestamp,
  updated: Timestamp,
  /** The execution that this one is a new try of, the first of them all. */
  original_execution: z.nullable(Id),
});
export type Execution = z.infer<typeof Execution>;

/** The seven fields of a list's row. */
export const Summary = z.pick(Execution, {
  id: true,
  action_ref: true,
  status: true,
  parent: true,
  enforcement: true,
  created: true,
  updated: true,
});
export type Summary = z.infer<typeof Summary>;
