/** The alerts that nobody has read. They carry neither a severity nor an end, so they are only reported. */
import type { CloudwaysAccount } from "../../../cloudways/account.ts";
import { knownApps, type ServerRecord } from "../../../cloudways/models.ts";
import { readAlertPage } from "../../define/alert_list.ts";
import { groupedAlerts } from "../alerts.ts";

/** Alerts of one kind about one thing. */
export interface Reported {
  subject: string;
  server_id?: number;
  server_label?: string;
  app_id?: number;
  app_label?: string;
  /** How often. */
  count: number;
  first_at?: string;
  last_at?: string;
}

/** What the newest alerts report. */
export interface ReportedAlerts {
  /** Newest first. */
  groups: Reported[];
  /** Older alerts are before this one; undefined if all were read. */
  olderThan: number | undefined;
}

/** How many alerts Cloudways sends at once, as far as is known. */
const PAGE = 20;

/** Reads the newest page of alerts: those about the given servers, and those about no server if all are given. */
export async function readReported(
  account: CloudwaysAccount,
  servers: readonly ServerRecord[],
  { all }: { all: boolean },
): Promise<ReportedAlerts> {
  const page = await readAlertPage(account);
  // Of two servers with one id the first, as everywhere.
  const byId = new Map(servers.toReversed().map((server) => [server.id, server]));
  const groups = groupedAlerts(page.filter(({ is_read }) => is_read !== true)).flatMap((group): Reported[] => {
    const { subject, server_id, app_id, count, first_at, last_at } = group;
    const server = server_id === null ? undefined : byId.get(server_id);
    if (server === undefined && !(all && server_id === null)) return [];
    const app = server === undefined ? undefined : knownApps(server).find(({ id }) => id === app_id);
    return [{
      subject,
      ...(server && { server_id: server.id, server_label: server.label }),
      ...(app && { app_id: app.id, app_label: app.label }),
      count,
      ...(first_at !== null && { first_at }),
      ...(last_at !== null && { last_at }),
    }];
  });
  return { groups, olderThan: page.length < PAGE ? undefined : page.at(-1)?.id };
}
