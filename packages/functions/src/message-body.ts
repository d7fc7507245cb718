import type { JsonText } from "@attune/domain/json-text";

// SQS refuses U+FFFE and U+FFFF, and servers that stand in for it all that is past the first plane. As an
// escape each is the same JSON:
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
const REFUSED = /[\uD800-\uDFFF\uFFFE\uFFFF]/g;
const escapeCharacter = (character: string) => `\\u${character.charCodeAt(0).toString(16)}`;

/** The same JSON in characters that SQS takes. */
export function messageBody(text: JsonText): JsonText {
  return text.replaceAll(REFUSED, escapeCharacter);
}
