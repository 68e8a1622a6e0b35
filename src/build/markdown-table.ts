/** A Markdown table with columns of even width, as the formatter writes it. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const cells = [head, ...rows].map((row) =>
    row.map((cell) => cell.replaceAll("|", "\\|")),
  );
  const widths = head.map((_, column) =>
    Math.max(3, ...cells.map((row) => widthOf(row[column] ?? ""))),
  );
  const line = (row: readonly string[]): string =>
    `| ${row
      .map(
        (cell, column) =>
          cell + " ".repeat((widths[column] ?? 0) - widthOf(cell)),
      )
      .join(" | ")} |`;
  const [first = [], ...rest] = cells;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(first), rule, ...rest.map(line)].join("\n");
}

function widthOf(text: string): number {
  return [...text].length;
}
