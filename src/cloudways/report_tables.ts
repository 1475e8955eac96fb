/** Tables in Cloudways' reports, which come as a header and rows without names. */
import { z } from "zod";
import { cleanText } from "../text.ts";
import { givenList } from "./models.ts";
import { withIsoTimes } from "./times.ts";

const record = z.record(z.string(), z.unknown());
const table = z.looseObject({
  header: z.array(z.unknown()),
  body: givenList(z.unknown()),
});

/**
 * A report with each table's rows as objects named by its header, and times with their zone. What is no table passes
 * through; a report without anything is empty.
 */
export function readReport(result: unknown): Record<string, unknown> {
  if (result === null || result === undefined) return {};
  const members = record.safeParse(result).data;
  if (members === undefined) return { result };
  if (table.safeParse(members).success) return withIsoTimes(readMember(members));
  return withIsoTimes(Object.fromEntries(
    Object.entries(members).map(([name, value]) => {
      const inner = record.safeParse(value).data;
      return [name, inner === undefined ? value : readMember(inner)];
    }),
  ));
}

function readMember(member: Record<string, unknown>): Record<string, unknown> {
  const parsed = table.safeParse(member).data;
  if (parsed === undefined) return member;
  const { header, body, ...rest } = parsed;
  const columns = columnNames(header);
  return { rows: body.map((cells) => toRow(columns, cells)), ...rest };
}

/** The names in a table's header. Every column gets one of its own, so that no cell hides another. */
export function columnNames(header: readonly unknown[]): string[] {
  const names = new Set<string>();
  for (const cell of header) {
    // Names are cleaned when they are shown; two that only cleaning makes equal must be told apart here.
    const given = typeof cell === "string" || typeof cell === "number" ? cleanText(String(cell)) : "";
    const wanted = given || `column_${names.size + 1}`;
    let name = wanted;
    for (let count = 2; names.has(name); count++) name = `${wanted} (${count})`;
    names.add(name);
  }
  return [...names];
}

/** Cells beyond the header are numbered; a row that is no list stays as it is. */
function toRow(columns: readonly string[], cells: unknown): unknown {
  if (!Array.isArray(cells)) return cells;
  return Object.fromEntries(cells.map((cell: unknown, index) => [columns[index] ?? `column_${index + 1}`, cell]));
}
