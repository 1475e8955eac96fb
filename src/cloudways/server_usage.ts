/** Which application uses how much of a server: `GET /server/analytics/serverUsage`. */
import { z } from "zod";
import { type AppRecord, looseList } from "./models.ts";
import { columnNames, readReport } from "./report_tables.ts";

const rows = z.looseObject({ body: looseList(z.unknown()), header: looseList(z.unknown()) });
const usage = z.looseObject({ applications: rows });

/** The first cells of a row; the report itself does not always name them. */
const COLUMNS = ["sys_user", "cpu", "ram"];

/** Whether a report says which application uses how much. */
export function isServerUsage(result: unknown): boolean {
  return usage.safeParse(result).success;
}

/**
 * The finished report with each row of `applications` as an object that says which application it is of, by the Unix
 * user in its first cell, and times with their zone. What is not known passes through.
 */
export function readServerUsage(result: unknown, apps: readonly AppRecord[]): Record<string, unknown> {
  const report = usage.safeParse(result).data;
  if (report === undefined) return readReport(result);
  const { applications: { header, body, ...more }, ...rest } = report;
  const columns = columnNames(header);
  return {
    ...readReport(rest),
    applications: { ...more, rows: body.map((cells) => toRow(cells, columns, apps)) },
  };
}

function toRow(cells: unknown, columns: readonly string[], apps: readonly AppRecord[]): unknown {
  if (!Array.isArray(cells)) return cells;
  const [sysUser] = cells;
  const app = apps.find(({ sys_user }) => sys_user !== "" && sys_user === sysUser);
  const named = cells.map((cell: unknown, index): [string, unknown] => [
    COLUMNS[index] ?? columns[index] ?? `column_${index + 1}`,
    index === 0 ? cell : numberWherePlain(cell),
  ]);
  return { ...Object.fromEntries(named), app_id: app?.id ?? null, app_label: app?.label ?? null };
}

/** Figures come as text at times; `12%` is none. */
function numberWherePlain(cell: unknown): unknown {
  return typeof cell === "string" && /^-?\d{1,15}(\.\d+)?$/.test(cell) ? Number(cell) : cell;
}
