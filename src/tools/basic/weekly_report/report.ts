/** The report as data, cut so that it stays short. */
import type { AlertGroup } from "./alerts.ts";
import type { Change } from "./changes.ts";
import type { CertificateProblem, KnownBackup, PendingUpdates } from "./sites.ts";

/** Something that was done to one thing, once or more often. */
export type Done = { about: string; times_count: number; last_at: string };

/** Something that could not be read. */
export type NotIncluded = { what: string; reason: string; in_words: string; next_step: string };

/** Everything that was found, uncut. What could not be read is null, and named in `notIncluded`. */
export interface Findings {
  period: { days_count: number; from: string; until: string };
  changes: { list: readonly Change[]; problems: readonly string[] } | null;
  alerts: { list: readonly AlertGroup[]; count: number; withoutTime: number } | null;
  backups: { started: readonly Done[]; known: readonly KnownBackup[] };
  certificates: { fine: number; notTold: number; problems: readonly CertificateProblem[] } | null;
  updates: { carriedOut: readonly Done[]; waiting: readonly PendingUpdates[] | null };
  notIncluded: readonly NotIncluded[];
}

/** The report as the answer holds it. */
export type Report = ReturnType<typeof reportOf>;

/** The report, with at most `most` entries in each list. What is left out is counted. */
export function reportOf(findings: Findings, most: number) {
  const { period, changes, alerts, backups, certificates, updates, notIncluded } = findings;
  const started = backups.started.slice(0, most);
  const known = backups.known.slice(0, most - started.length);
  const carriedOut = updates.carriedOut.slice(0, most);
  const waiting = updates.waiting?.slice(0, most - carriedOut.length) ?? [];
  return {
    period,
    changes: changes && {
      done_count: sumOf(changes.list.filter(({ ending }) => ending === "done")),
      not_done_count: sumOf(changes.list.filter(({ ending }) => ending !== "done")),
      list: changes.list.slice(0, most),
      left_out_count: leftOf(changes.list, most),
      ...(changes.problems.length > 0 && { problems: changes.problems }),
    },
    alerts: alerts && {
      count: alerts.count,
      list: alerts.list.slice(0, most),
      left_out_count: leftOf(alerts.list, most),
      without_time_count: alerts.withoutTime,
    },
    backups: {
      started,
      known,
      left_out_count: backups.started.length + backups.known.length - started.length - known.length,
    },
    certificates: certificates && {
      fine_count: certificates.fine,
      attention_count: certificates.problems.length,
      not_told_count: certificates.notTold,
      attention: certificates.problems.slice(0, most),
      left_out_count: leftOf(certificates.problems, most),
    },
    updates: {
      waiting_count: updates.waiting?.length ?? null,
      carried_out: carriedOut,
      waiting,
      left_out_count: updates.carriedOut.length + (updates.waiting?.length ?? 0) - carriedOut.length - waiting.length,
    },
    not_included: [...notIncluded],
  };
}

function sumOf(changes: readonly Change[]): number {
  return changes.reduce((sum, { times_count }) => sum + times_count, 0);
}

function leftOf(list: readonly unknown[], most: number): number {
  return Math.max(0, list.length - most);
}
