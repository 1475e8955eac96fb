/** Parts of headlines: how old a backup is, and what may fail. */
import { isoTime } from "../../cloudways/models.ts";
import type { LastBackups } from "../../cloudways/restore_points.ts";
import { count, countApps, type ServerFacts } from "./questions.ts";

/** Restore points are opaque. The age is known only if one begins like this. */
const TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The age of a restore point: `that is 3 days old`. Most restore points are times; for other texts it is unknown. */
export function ageInWords(point: string, now: number): string {
  const ageMs = TIME.test(point) ? now - Date.parse(isoTime(point.replace(/^.{16}$/, "$&:00")) ?? "") : NaN;
  if (!(ageMs >= 0)) return "of unknown age";
  if (ageMs >= 2 * DAY_MS) return `that is ${count(Math.floor(ageMs / DAY_MS), "day")} old`;
  if (ageMs >= HOUR_MS) return `that is ${count(Math.floor(ageMs / HOUR_MS), "hour")} old`;
  return `that is ${count(Math.floor(ageMs / MINUTE_MS), "minute")} old`;
}

/** How old the newest known backup of an application is. Asking starts no operation, so only what was seen lately is known. */
export function newestBackupInWords(backups: LastBackups, appId: number, now: number): string {
  const newest = backups.get(appId);
  return newest === undefined
    ? "How old its newest backup is was not looked up in the last hour."
    : `Its newest known backup is one ${ageInWords(newest, now)}.`;
}

/** Services that an application needs to answer, or to reach its data. It works without all others. */
const NEEDED = /^(?:apache|httpd|nginx|php|mysql|mariadb|varnish|redis|memcached|elasticsearch)/;

/** A headline: what stopping or restarting a service does to the applications of its server. */
export function serviceHeadline(
  action: "stop" | "restart",
  service: string,
  facts: Pick<ServerFacts, "server">,
): string {
  const { id, apps } = facts.server;
  const what = `${action === "stop" ? "Stop" : "Restart"} one service of server ${id}`;
  if (apps?.length === 0) return `${what}, which has no application.`;
  if (!NEEDED.test(service)) return `${what} with ${countApps(facts)}.`;
  return `${what}: ${countApps(facts)} may fail${action === "stop" ? "" : " for some seconds"}.`;
}
