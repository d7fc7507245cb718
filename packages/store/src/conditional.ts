/** One conditional write: the item after it, or the item that stood against it. */
import { type AttributeValue, ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";

export type Written =
  | { readonly won: true; readonly item: Record<string, unknown> | undefined }
  /** `item` is `undefined` where there was none. */
  | { readonly won: false; readonly item: Record<string, unknown> | undefined };

/**
 * Awaits a write with `ReturnValuesOnConditionCheckFailure: "ALL_OLD"`, and tells which way it went.
 *
 * @throws whatever the write throws, but for a condition that failed
 */
export async function settle(
  write: Promise<{ Attributes?: Record<string, unknown> | undefined }>,
): Promise<Written> {
  try {
    return { won: true, item: (await write).Attributes };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { won: false, item: plain(error.Item) };
  }
}

// The document client leaves the item of an error marshalled:
// https://github.com/aws/aws-sdk-js-v3/issues/6723
function plain(item: Record<string, AttributeValue> | undefined) {
  return item === undefined ? undefined : unmarshall(item);
}
