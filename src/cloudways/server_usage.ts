/** Reads how much of a server each application uses: `GET /server/analytics/serverUsage`. */
import * as z from "zod";
import { type AppRecord, looseList } from "./models.ts";
import { columnNames, readReport } from "./report_tables.ts";

const rows = z.looseObject({ body: looseList(z.unknown()), header: looseList(z.unknown()) });
const usage = z.looseObject({ applications: rows });

/** Names of a row's first cells; the report does not always name them. */
const COLUMNS = ["sys_user", "cpu", "ram"];

/** Whether a report is a usage report. */
export function isServerUsage(result: unknown): boolean {
  return usage.safeParse(result).success;
}

/**
 * Reads a finished report. Each row of `applications` becomes an object with the id and label of its application, which
 * is found by the Unix user in the first cell. Times get their zone. Unknown parts pass through.
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

/** A number that came as text, as a number; anything else, such as `12%`, unchanged. */
function numberWherePlain(cell: unknown): unknown {
  return typeof cell === "string" && /^-?\d{1,15}(\.\d+)?$/.test(cell) ? Number(cell) : cell;
}
