/** The matrix as a table of Markdown. */
import type { Judged } from "./judge.ts";
import { COLUMNS, type ListedClient } from "./list.ts";

/** A client's row: judged, or why it was not run. */
export interface Row {
  client: ListedClient;
  version: string;
  judged?: Judged;
  /** Why there is nothing to judge. */
  notRun?: string;
}

const HEADINGS = ["client", "version", "era", ...COLUMNS];

/** Renders the rows, as `deno fmt` would. */
export function renderMatrix(rows: readonly Row[]): string {
  const cells = rows.map(cellsOf);
  const widths = HEADINGS.map((heading, index) =>
    Math.max(3, heading.length, ...cells.map((row) => [...row[index] ?? ""].length))
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(HEADINGS), rule, ...cells.map(line)].join("\n");
}

function cellsOf({ client, version, judged, notRun }: Row): string[] {
  const head = [client.title, version];
  if (judged === undefined) return [...head, `not run: ${oneLine(notRun ?? "")}`, ...COLUMNS.map(() => "")];
  return [
    ...head,
    judged.era,
    ...COLUMNS.map((column) => {
      const { state, text } = judged.cells[column];
      return oneLine(state === "no" ? `no: ${text}` : text);
    }),
  ];
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll("|", "/").slice(0, 100).trim();
}
