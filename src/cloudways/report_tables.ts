/** Reads tables in Cloudways' reports, which come as a header and rows of unnamed cells. */
import * as z from "zod";
import { maskSql } from "../text/redaction/sql.ts";
import { cleanText } from "../text/clean.ts";
import { givenList } from "./models.ts";
import { withIsoTimes } from "./times.ts";

const record = z.record(z.string(), z.unknown());
const table = z.looseObject({
  header: z.array(z.unknown()),
  body: givenList(z.unknown()),
});

/** Names of columns that contain a query, or a part of one. */
const QUERY_COLUMN = /^(?:query|queries|sql|sql text|sql_text|statement|info)$/i;

/** How {@linkcode readReport} reads. */
export interface ReportOptions {
  /** Keep string literals in query columns. Hidden by default: the shape of a query is enough to work with. */
  showLiterals?: boolean;
}

/**
 * Reads a report: each table's rows become objects with the header's names, and times get their zone. What is not a
 * table passes through; null or undefined gives an empty report.
 */
export function readReport(result: unknown, options: ReportOptions = {}): Record<string, unknown> {
  if (result === null || result === undefined) return {};
  const members = record.safeParse(result).data;
  if (members === undefined) return { result };
  if (table.safeParse(members).success) return withIsoTimes(readMember(members, options));
  return withIsoTimes(Object.fromEntries(
    Object.entries(members).map(([name, value]) => {
      const inner = record.safeParse(value).data;
      return [name, inner === undefined ? value : readMember(inner, options)];
    }),
  ));
}

function readMember(member: Record<string, unknown>, options: ReportOptions): Record<string, unknown> {
  const parsed = table.safeParse(member).data;
  if (parsed === undefined) return member;
  const { header, body, ...rest } = parsed;
  const columns = columnNames(header);
  return { rows: body.map((cells) => toRow(columns, cells, options)), ...rest };
}

/** The column names of a table, from its header. Each is unique, so that no cell overwrites another. */
export function columnNames(header: readonly unknown[]): string[] {
  const names = new Set<string>();
  for (const cell of header) {
    // Cleaning can make two names equal, so names are cleaned before equal ones are numbered.
    const given = typeof cell === "string" || typeof cell === "number" ? cleanText(String(cell)) : "";
    const wanted = given || `column_${names.size + 1}`;
    let name = wanted;
    for (let count = 2; names.has(name); count++) name = `${wanted} (${count})`;
    names.add(name);
  }
  return [...names];
}

/** Names a row's cells. Cells beyond the header are numbered; a row that is not a list stays as it is. */
function toRow(columns: readonly string[], cells: unknown, { showLiterals = false }: ReportOptions): unknown {
  if (!Array.isArray(cells)) return cells;
  return Object.fromEntries(cells.map((cell: unknown, index) => {
    const name = columns[index] ?? `column_${index + 1}`;
    const isMasked = !showLiterals && typeof cell === "string" && QUERY_COLUMN.test(name);
    return [name, isMasked ? maskSql(cell) : cell];
  }));
}
