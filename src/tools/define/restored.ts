/** How restore points are shown, and what to do after a restore: the live site changes later. */
import type * as z from "zod";
import { type finishedRestorePoints, momentOf, type RestorableApp } from "../../cloudways/restore_points.ts";
import { newestAutomatic, onDemandBackups } from "./on_demand_backups.ts";
import type { ToolContext } from "./tool.ts";

/** The restore points of an application, and whether a restore can be undone. */
export type RestoreList = z.output<typeof finishedRestorePoints>;

/** A restore point with its age. */
export interface ShownRestorePoint {
  /** As Cloudways wrote it. It must be sent back unchanged. */
  time: string;
  /** The same in UTC; null if the text is not a time. */
  utc: string | null;
  /** Such as `3 hours`; null if the text is not a time. */
  age: string | null;
}

/** An application's restore points as answers show them. */
export type ShownRestoreList = Omit<RestoreList, "restore_points"> & {
  restore_points: ShownRestorePoint[];
  /** The newest that was not asked for through this service, however old; null if there is none or it is not known. */
  newest_automatic: ShownRestorePoint | null;
};

/**
 * The list with the age of each point, newest first; points without a time come last. Cloudways promises no order, and
 * doesn't say which backups were automatic.
 *
 * @param found The application; undefined if it is not known.
 */
export async function shownRestoreList(
  list: RestoreList,
  found: RestorableApp | undefined,
  { account, audit, clock }: Pick<ToolContext, "account" | "audit" | "clock">,
): Promise<ShownRestoreList> {
  const points = list.restore_points.toSorted((a, b) => (momentOf(b) ?? 0) - (momentOf(a) ?? 0));
  const automatic = found === undefined
    ? undefined
    : newestAutomatic(points, await onDemandBackups(audit, account.customer.id, found));
  const now = clock.now();
  return {
    ...list,
    newest_automatic: automatic === undefined ? null : shownRestorePoint(automatic, now),
    restore_points: points.map((point) => shownRestorePoint(point, now)),
  };
}

function shownRestorePoint(time: string, now: number): ShownRestorePoint {
  const moment = momentOf(time);
  if (moment === undefined) return { time, utc: null, age: null };
  return { time, utc: `${new Date(moment).toISOString().slice(0, 19)}Z`, age: ageOf(now - moment) };
}

const MINUTE = 60_000;
const UNITS: readonly [string, number][] = [["day", 24 * 60 * MINUTE], ["hour", 60 * MINUTE], ["minute", MINUTE]];

/** An age in its largest whole unit: `3 hours`. Ages under two days are in hours. */
export function ageOf(ms: number): string {
  const [unit, length] = UNITS.find(([name, size]) => ms >= size * (name === "day" ? 2 : 1)) ?? ["minute", MINUTE];
  const count = Math.max(0, Math.floor(ms / length));
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** Matches the operation types of restores and rollbacks, and not the listing of restore points. */
const RESTORES = /(?:restore|rollback)(?!.*points)/i;

/**
 * Sites were seen to change that late. Somebody who looks at once sees the old site, and may start the restore again.
 */
const LATER = "The live site may follow ten to fifteen minutes later. Look at it then, and start nothing meanwhile.";

/** What to do after a completed restore; nothing while it runs. */
export function afterRestore({ status }: { status: string }): { next_step?: string } {
  return status === "completed" ? { next_step: LATER } : {};
}

/** Like {@linkcode afterRestore}, for work of any kind. */
export function afterWork({ status, type }: { status: string; type: string }): { next_step?: string } {
  return RESTORES.test(type) ? afterRestore({ status }) : {};
}
