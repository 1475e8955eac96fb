import * as z from "zod";
import type { Report } from "../../cloudways/account.ts";

/** A report that says when it was made. */
const dated = z.looseObject({ report: z.looseObject({ created_at: z.string() }) });

/**
 * A report as an answer: its own members, those that every report has, and the names of its server or application. When
 * the report was made is `as_of`, where Cloudways says so.
 */
export function reportAnswer<Names extends object>(names: Names, report: Report<Record<string, unknown>>) {
  if (report.status === "running") return { ...names, ...report };
  const { data, ...rest } = report;
  const { created_at, ...undated } = dated.safeParse(data).data?.report ?? {};
  if (created_at === undefined) return { ...data, ...names, ...rest };
  return { ...data, report: undated, ...names, ...rest, as_of: created_at };
}
