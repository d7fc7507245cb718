/** Small pieces of HTML. */

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Text that is no markup, whatever it holds. */
export const escapeText = (text: string) =>
  text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);

export const code = (text: string) => `<code>${escapeText(text)}</code>`;

/** A sentence or some paragraphs, with `code` between backticks. */
export const prose = (text: string) =>
  text
    .split("\n\n")
    .map((paragraph) => `<p>${inline(paragraph)}</p>`)
    .join("");

export const inline = (text: string) =>
  escapeText(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>");

export const json = (value: unknown) => `<pre>${escapeText(JSON.stringify(value, null, 2))}</pre>`;

/** Rows of cells that are HTML already. */
export const table = (rows: readonly (readonly string[])[]) =>
  `<table>${rows
    .map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`)
    .join("")}</table>`;
