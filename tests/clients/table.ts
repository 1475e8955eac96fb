/** Renders a table of Markdown as `deno fmt` would. */
export function renderTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map(oneLine));
  const widths = headings.map((heading, index) =>
    Math.max(3, heading.length, ...shown.map((row) => [...row[index] ?? ""].length))
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, index) => cell + " ".repeat((widths[index] ?? 0) - [...cell].length)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(headings), rule, ...shown.map(line)].join("\n");
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll("|", "/").trim();
}
