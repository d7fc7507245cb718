/** Small pieces of Markdown. */

/** A table; a `|` inside a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

export const code = (text: string) => `\`${text}\``;

export const codes = (texts: readonly string[]) => texts.map(code).join(", ");

/**
 * A page with the text between two comments replaced: `<!-- name: written by npm run docs -->` and
 * `<!-- end of name -->`.
 *
 * @throws Error when the page lacks them
 */
export function replaceSection(page: string, name: string, body: string): string {
  const start = `<!-- ${name}: written by npm run docs -->`;
  const end = `<!-- end of ${name} -->`;
  const [before, rest, ...more] = page.split(start);
  const after = rest?.split(end);
  if (before === undefined || after?.length !== 2 || more.length > 0)
    throw new Error(`The page needs one section between ${start} and ${end}`);
  return `${before}${start}\n\n${body}\n\n${end}${after[1]}`;
}
