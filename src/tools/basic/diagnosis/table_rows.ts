/** Reads the rows of a report, whose columns have names that nobody promises. */
import * as z from "zod";
import { numberOrNull } from "../../../cloudways/models.ts";

const row = z.record(z.string(), z.unknown());
const table = z.looseObject({ rows: z.array(z.unknown()) });

/** A row: what it is about, and its figures by the names of their columns. */
export interface Row {
  label: string;
  /** By lower-case name. */
  figures: ReadonlyMap<string, number>;
}

/** Longest text of a label: longer ones are cut, after secrets in them were hidden. */
const MAX_LABEL = 140;
const CUT = "…";

/** The column of a report that holds what a row is about; otherwise it is the first column. */
const LABEL = /^(?:query|sql|url|command)$/i;

/** The rows of the first table in a report. Rows that are no rows are left out. */
export function rowsOf(report: Readonly<Record<string, unknown>>): Row[] {
  const found = Object.values(report).map((member) => table.safeParse(member).data).find((data) => data !== undefined);
  return (found?.rows ?? []).flatMap((cells) => {
    const named = row.safeParse(cells).data;
    return named === undefined ? [] : [toRow(named)];
  });
}

function toRow(cells: Record<string, unknown>): Row {
  const entries = Object.entries(cells);
  const [, label] = entries.find(([name]) => LABEL.test(name)) ?? entries[0] ?? ["", ""];
  const figures = entries.flatMap(([name, value]): [string, number][] => {
    const number = numberOrNull(value);
    return number === null ? [] : [[name.toLowerCase(), number]];
  });
  return { label: cut(typeof label === "string" ? label : String(label ?? "")), figures: new Map(figures) };
}

/** A figure of a row, by the pattern of its column's name; 0 if there is none. */
export function figureOf({ figures }: Row, column: RegExp): number {
  return [...figures].find(([name]) => column.test(name))?.[1] ?? 0;
}

/** Columns that count. */
export const COUNTS = /count|occurrences|runs|requests|hits/;
/** The mean time of a page. */
export const MEAN_TIME = /avg|average|mean/;
/** The longest time of a page. */
export const LONGEST_TIME = /max|longest/;
/** How long a query takes, or runs. */
export const TAKEN = /time|duration/;

/** The rows with the largest figures first. */
export function byFigure(rows: readonly Row[], column: RegExp): Row[] {
  return rows.toSorted((a, b) => figureOf(b, column) - figureOf(a, column));
}

/** The sum of the counts of rows. */
export function sumOf(rows: readonly Row[]): number {
  return rows.reduce((sum, row) => sum + figureOf(row, COUNTS), 0);
}

/** Text that fits into an answer. */
export function cut(text: string): string {
  return text.length <= MAX_LABEL ? text : `${text.slice(0, MAX_LABEL - 1)}${CUT}`;
}

/** Whether a label is no longer what Cloudways wrote. */
export function isCut(label: string): boolean {
  return label.length === MAX_LABEL && label.endsWith(CUT);
}
