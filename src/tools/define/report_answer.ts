import type { Report } from "../../cloudways/account.ts";

/** A report as an answer: its members beside those that every report has, and the names of what it is about. */
export function reportAnswer<Names extends object>(names: Names, report: Report<Record<string, unknown>>) {
  if (report.status === "running") return { ...names, ...report };
  const { data, ...rest } = report;
  return { ...data, ...names, ...rest };
}
