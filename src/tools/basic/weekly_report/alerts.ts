/** The alerts of a period, as Cloudways reported them. */
import type { CloudwaysAccount } from "../../../cloudways/account.ts";
import { isoTime } from "../../../cloudways/models.ts";
import { type AlertRecord, NEWEST_ALERTS, OLDER_ALERTS, readAlertPage } from "../../define/alert_list.ts";
import type { NotReadReason, WideReading } from "../../define/wide_reading.ts";
import type { Names } from "./names.ts";

/** Equal alerts about one thing. */
export type AlertGroup = { subject: string; about: string; times_count: number; last_at: string | null };

/** What was read of a period. */
export interface PeriodAlerts {
  /** Newest first. */
  list: AlertGroup[];
  count: number;
  /** Alerts without a time. They may be of any time, and are not in the list. */
  withoutTime: number;
  /** Set where older alerts of the period were not read: why, and the alert before which to go on. */
  notRead: { reason: NotReadReason | "pages"; beforeId: number | undefined } | undefined;
}

/** Most pages; a page has few alerts. */
const MAX_PAGES = 5;

/** Milliseconds since the Unix epoch; undefined for an alert without a time. */
function momentOf({ created_at }: AlertRecord): number | undefined {
  const moment = Date.parse(isoTime(created_at) ?? "");
  return Number.isNaN(moment) ? undefined : moment;
}

/** Reads pages until one has an alert of before the period. */
export async function readAlerts(
  account: CloudwaysAccount,
  reading: WideReading,
  names: Names,
  since: number,
): Promise<PeriodAlerts> {
  const found: AlertRecord[] = [];
  let notRead: PeriodAlerts["notRead"];
  let before: number | undefined;
  for (let pages = 0;; pages++) {
    if (pages === MAX_PAGES) {
      notRead = { reason: "pages", beforeId: before };
      break;
    }
    const page = await readPage(account, reading, before);
    if (!page.read) {
      notRead = { reason: page.reason, beforeId: before };
      break;
    }
    found.push(...page.value);
    const oldest = page.value.at(-1);
    if (oldest === undefined || isLast(page.value, since)) break;
    before = oldest.id;
  }
  const wanted = found.filter((alert) => (momentOf(alert) ?? -1) >= since);
  return {
    list: groupsOf(wanted, names),
    count: wanted.length,
    withoutTime: found.filter((alert) => momentOf(alert) === undefined).length,
    notRead,
  };
}

/** Whether older pages add nothing: they are of before the period, or nothing says of when they are. */
function isLast(page: readonly AlertRecord[], since: number): boolean {
  const moments = page.map(momentOf).filter((moment) => moment !== undefined);
  return moments.length === 0 || moments.some((moment) => moment < since);
}

function readPage(account: CloudwaysAccount, reading: WideReading, before: number | undefined) {
  const operation = before === undefined ? NEWEST_ALERTS : OLDER_ALERTS;
  return reading.read({ operations: [operation] }, () => readAlertPage(account, before));
}

function groupsOf(alerts: readonly AlertRecord[], names: Names): AlertGroup[] {
  const named = alerts.map((alert) => ({
    subject: names.shown(alert.details?.subject ?? "") || "an alert without a subject",
    about: targetOf(alert, names),
    last_at: isoTime(alert.created_at),
  }));
  const groups = Map.groupBy(named, ({ subject, about }) => JSON.stringify([subject, about]));
  return [...groups.values()].flatMap((group) => {
    const [newest] = group;
    return newest === undefined ? [] : [{ ...newest, times_count: group.length }];
  });
}

function targetOf({ app_id, server_id }: AlertRecord, names: Names): string {
  if (app_id) return names.app(app_id);
  return server_id ? names.server(server_id) : "the account";
}
