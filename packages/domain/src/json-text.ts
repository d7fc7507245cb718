/**
 * JSON as text. `config` and `result` come back exactly as they went in: numbers past 2^53, `1.10`, the
 * order of integer-like keys and `__proto__` do not survive `JSON.parse`, so they are never parsed into
 * what is stored or sent: they are cut out of the text that holds them, and pasted into the text that answers.
 */

/** The text of one JSON value. */
export type JsonText = string;

/** The index of the quote that closes the string opening at `open`. */
function closingQuote(text: string, open: number): number {
  let at = open;
  let escaped = true;
  while (escaped) {
    at = text.indexOf('"', at + 1);
    let backslashes = 0;
    while (text[at - 1 - backslashes] === "\\") backslashes++;
    escaped = backslashes % 2 === 1;
  }
  return at;
}

/**
 * The members of a JSON object, each value as its own text; the last of two equal keys wins, as in
 * `JSON.parse`. `text` must be valid JSON (parse it first): this only finds where values begin and end.
 */
export function memberTexts(text: JsonText): Map<string, JsonText> {
  const members = new Map<string, JsonText>();
  let depth = 0;
  let key: string | undefined;
  let valueStart = 0;
  const close = (end: number) => {
    if (key !== undefined) members.set(key, text.slice(valueStart, end).trim());
    key = undefined;
  };
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"': {
        const end = closingQuote(text, at);
        if (depth === 1 && key === undefined) {
          key = String(JSON.parse(text.slice(at, end + 1)));
          valueStart = text.indexOf(":", end) + 1;
        }
        at = end;
        break;
      }
      case "{":
      case "[":
        depth++;
        break;
      case ",":
        if (depth === 1) close(at);
        break;
      case "}":
      case "]":
        if (depth === 1) close(at);
        depth--;
        break;
    }
  }
  return members;
}

/** The text of an object from the texts of its members. */
export function objectText(members: Readonly<Record<string, JsonText>>): JsonText {
  const parts = Object.entries(members).map(([key, value]) => `${JSON.stringify(key)}:${value}`);
  return `{${parts.join(",")}}`;
}

/** The texts of an object's plain members, to be joined with others by {@link objectText}. */
export function textsOf(members: Readonly<Record<string, unknown>>): Record<string, JsonText> {
  return Object.fromEntries(
    Object.entries(members).map(([key, value]) => [key, JSON.stringify(value ?? null)]),
  );
}
