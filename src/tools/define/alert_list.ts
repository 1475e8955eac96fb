/** Reads the alerts of the account: `GET /alerts/`. */
import * as z from "zod";
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

/** Most pages that are read to fill one for a caller who is bound to some servers. */
const MAX_PAGES = 10;

/**
 * Reads the newest page of alerts, or the page of those that are older than an alert; newest first. For a caller who is
 * bound to some servers it is the page that there would be without the others, so it tells nothing of them; alerts beyond
 * many pages of others are missing.
 */
export async function readAlertPage(account: CloudwaysAccount, beforeId?: number): Promise<AlertRecord[]> {
  let page = await readSent(account, beforeId);
  const { length } = page;
  const own = await account.ownRows(page);
  for (let read = 1; own.length < length && page.length > 0 && read < MAX_PAGES; read++) {
    page = await readSent(account, page.at(-1)?.id);
    own.push(...await account.ownRows(page));
  }
  return own.slice(0, length);
}

async function readSent(account: CloudwaysAccount, beforeId: number | undefined): Promise<AlertRecord[]> {
  const asked = beforeId === undefined
    ? { operation: NEWEST_ALERTS, path: path`/alerts/` }
    : { operation: OLDER_ALERTS, path: path`/alerts/${beforeId}` };
  return (await account.read({ ...asked, reply, wholeAccount: true })).sort((a, b) => b.id - a.id);
}
