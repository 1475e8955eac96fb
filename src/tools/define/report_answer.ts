import type { Report } from "../../cloudways/account.ts";

/** A report as an answer: its own members, those that every report has, and the names of its server or application. */
export function reportAnswer<Names extends object>(names: Names, report: Report<Record<string, unknown>>) {
  if (report.status === "running") return { ...names, ...report };
  const { data, ...rest } = report;
  return { ...data, ...names, ...rest };
}
