/** Reads the alerts of the account: `GET /alerts/`. */
import { z } from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { flagOrNull, idNumber, listReply, looseText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";

const alertRecord = z.object({
  id: idNumber,
  server_id: idNumber.nullish().catch(null),
  app_id: idNumber.nullish().catch(null),
  details: z.looseObject({ subject: looseText, desc: looseText, template_slug: looseText }).optional().catch(undefined),
  created_at: looseText,
  is_read: flagOrNull,
});

/** One alert, as Cloudways sent it. */
export type AlertRecord = z.output<typeof alertRecord>;

const reply = listReply("alerts", alertRecord);

/** The Cloudways operation that reads the newest page of alerts. */
export const NEWEST_ALERTS = "cloudways_bot_alerts_list";
/** The Cloudways operation that reads a page of older alerts. */
export const OLDER_ALERTS = "cloudways_bot_alerts_page_list";

/** A page of alerts. */
export interface AlertPage {
  /** Those that there are for the caller, newest first. */
  alerts: AlertRecord[];
  /** How many Cloudways sent, those of other servers too. */
  sentCount: number;
  /** The oldest that Cloudways sent, to go on from; it may be of another server, so no answer shows it. */
  lastId: number | undefined;
}

/** Reads the newest page of the account's alerts, or the page of those that are older than an alert. */
export async function readAlertPage(account: CloudwaysAccount, beforeId?: number): Promise<AlertPage> {
  const asked = beforeId === undefined
    ? { operation: NEWEST_ALERTS, path: path`/alerts/` }
    : { operation: OLDER_ALERTS, path: path`/alerts/${beforeId}` };
  const sent = (await account.read({ ...asked, reply, wholeAccount: true })).sort((a, b) => b.id - a.id);
  return { alerts: await account.ownRows(sent), sentCount: sent.length, lastId: sent.at(-1)?.id };
}
