/** Markdown tables: the first column is text, the others are numbers. */

type Cell = string | number;

const numbers = new Intl.NumberFormat("en", { maximumFractionDigits: 2, useGrouping: true });
const textOf = (cell: Cell) => (typeof cell === "number" ? numbers.format(cell) : cell);

/** A table; cells that are missing at the end of a row stay empty. */
export function markdownTable(header: readonly string[], rows: readonly (readonly Cell[])[]) {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(header),
    line(header.map((_, column) => (column === 0 ? "---" : "---:"))),
    ...rows.map((row) => line(header.map((_, column) => textOf(row[column] ?? "")))),
  ].join("\n");
}
