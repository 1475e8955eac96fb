/** Several reports in one answer: made side by side, and one that fails does not lose the others. */
import type { Report } from "../../cloudways/account.ts";
import { sayingOf } from "../../cloudways/replies.ts";
import { ToolError } from "../../errors.ts";
import { reportAnswer } from "./report_answer.ts";

/** One of the reports, or why it is missing. */
interface ShownReport {
  [member: string]: unknown;
  resource: string;
  status: "completed" | "running" | "failed";
  operation_id: string | null;
}

/** The reports as an answer shows them, in the order in which they were asked for. */
export interface ReportsAnswer {
  /** `running` if one of them still runs; else `completed`, or `partial` if one of them failed. */
  status: "completed" | "running" | "partial";
  /** Of the only report; null for several, which have their own. */
  operation_id: string | null;
  /** How to get those that run. */
  next_step?: string;
  reports: ShownReport[];
}

/**
 * Has Cloudways make several reports at the same time. Each is asked for once.
 *
 * @throws {ToolError} The first failure, if every report fails.
 */
export async function reportsAnswer(
  resources: readonly string[],
  make: (resource: string) => Promise<Report<Record<string, unknown>>>,
): Promise<ReportsAnswer> {
  const wanted = [...new Set(resources)];
  const ends = await Promise.allSettled(wanted.map(make));
  const failures = ends.flatMap((end): unknown[] => end.status === "rejected" ? [end.reason] : []);
  const unexpected = failures.find((failure) => !(failure instanceof ToolError));
  if (unexpected !== undefined || failures.length === ends.length) throw unexpected ?? failures[0];
  const reports = wanted.map((resource, index) => shownReport(resource, ends[index]));
  const running = reports.filter(({ status }) => status === "running");
  const isPartial = reports.some(({ status }) => status === "failed");
  const [only, ...others] = reports;
  return {
    status: running.length > 0 ? "running" : isPartial ? "partial" : "completed",
    operation_id: others.length === 0 ? only?.operation_id ?? null : null,
    ...(running.length > 0 && { next_step: nextStepOf(running) }),
    reports,
  };
}

function nextStepOf(running: readonly ShownReport[]): string {
  const ids = running.map(({ operation_id }) => operation_id).join(", ");
  const each = running.length === 1 ? "" : "each ";
  return `Still running. Look again with get_operation_status, ${each}operation_id ${ids}. Don't start it once more.`;
}

function shownReport(resource: string, end?: PromiseSettledResult<Report<Record<string, unknown>>>): ShownReport {
  if (end?.status === "fulfilled") return reportAnswer({ resource }, end.value);
  const failure: unknown = end?.reason;
  if (!(failure instanceof ToolError)) throw failure;
  const { code, message, hint, retryAfter } = failure;
  return {
    resource,
    status: "failed",
    operation_id: null,
    code,
    message,
    ...(hint !== undefined && { hint }),
    ...(retryAfter !== undefined && { retry_after: retryAfter }),
    ...sayingOf(failure),
  };
}
