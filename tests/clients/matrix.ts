/** The matrix of clients as a table of Markdown. */
import type { Judged } from "./judge.ts";
import { COLUMNS, type ListedClient } from "./list.ts";
import { renderTable } from "./table.ts";

/** A client's row: its judgement, or why it was not run. */
export interface Row {
  client: ListedClient;
  version: string;
  judged?: Judged;
  /** Why it could not be installed. */
  notRun?: string;
}

/** Renders the rows. */
export function renderMatrix(rows: readonly Row[]): string {
  return renderTable(["client", "version", "era", ...COLUMNS], rows.map(cellsOf));
}

function cellsOf({ client, version, judged, notRun }: Row): string[] {
  const head = [client.title, version];
  if (judged === undefined) return [...head, `not run: ${notRun}`, ...COLUMNS.map(() => "")];
  return [
    ...head,
    judged.era,
    ...COLUMNS.map((column) => {
      const { state, text } = judged.cells[column];
      return state === "no" ? `no: ${text}` : text;
    }),
  ];
}
