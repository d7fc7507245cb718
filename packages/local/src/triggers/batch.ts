import * as z from "zod";
import type { LocalFunction } from "../invoke.ts";
import { reason } from "../log.ts";

const answer = z
  .object({
    batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish(),
  })
  .nullish();

/** What became of a batch: the items of `failed` did not succeed, the others did. */
export interface Outcome {
  readonly failed: ReadonlySet<string>;
  /** Why the whole batch failed. */
  readonly error?: string;
}

/**
 * Invokes a function with a batch and reads its partial response as AWS does: nothing or an empty list is
 * success; an error, an answer of another shape or an unknown item is the failure of the whole batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export async function invokeBatch(
  target: LocalFunction,
  event: unknown,
  items: readonly string[],
): Promise<Outcome> {
  try {
    const failures = answer.parse(await target.invoke(event))?.batchItemFailures ?? [];
    const failed = new Set(failures.map((failure) => failure.itemIdentifier));
    const unknown = [...failed].filter((item) => !items.includes(item));
    if (unknown.length > 0) throw new Error(`unknown item ${unknown.join(", ")} in the answer`);
    return { failed };
  } catch (error) {
    return { failed: new Set(items), error: reason(error) };
  }
}
