/** The alerts of the account. */
import { z } from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { flagOrNull, idNumber, isoTime, listReply, looseText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { fitting } from "../define/fitting.ts";
import { records } from "../define/outputs.ts";
import { defineTool, type Tool } from "../define/tool.ts";

const alertRecord = z.object({
  id: idNumber,
  server_id: idNumber.nullish().catch(null),
  app_id: idNumber.nullish().catch(null),
  details: z.looseObject({ subject: looseText, desc: looseText, template_slug: looseText }).optional().catch(undefined),
  created_at: looseText,
  is_read: flagOrNull,
});

/** Groups alerts of one kind about the same thing, newest first. The text is that of the newest alert. */
function groupedAlerts(page: readonly Alert[]) {
  const groups = Map.groupBy(page, ({ details, server_id, app_id }) => {
    const kind = details?.template_slug || details?.subject || "";
    return JSON.stringify([kind, server_id ?? null, app_id ?? null]);
  });
  return [...groups.values()].flatMap((group) => {
    const [newest] = group;
    const oldest = group.at(-1);
    if (newest === undefined || oldest === undefined) return [];
    const read = group.map(({ is_read }) => is_read);
    return [{
      id: newest.id,
      server_id: newest.server_id ?? null,
      app_id: newest.app_id ?? null,
      subject: newest.details?.subject ?? "",
      description: newest.details?.desc ?? "",
      ids: group.map(({ id }) => id),
      count: group.length,
      unread_count: read.includes(null) ? null : read.filter((isRead) => isRead === false).length,
      first_at: isoTime(oldest.created_at),
      last_at: isoTime(newest.created_at),
    }];
  });
}

type Alert = z.output<typeof alertRecord>;

/** A page of the account's alerts, newest first. */
async function readAlerts(account: CloudwaysAccount, beforeId: number | undefined): Promise<Alert[]> {
  const reply = listReply("alerts", alertRecord);
  const found = beforeId === undefined
    ? await account.read({ operation: "cloudways_bot_alerts_list", path: path`/alerts/`, reply, wholeAccount: true })
    : await account.read({
      operation: "cloudways_bot_alerts_page_list",
      path: path`/alerts/${beforeId}`,
      reply,
      wholeAccount: true,
    });
  return found.sort((a, b) => b.id - a.id);
}

/** Most pages that are read to fill one, for a caller who is bound to some servers. */
const MAX_PAGES = 10;

/** The same in every answer, so that it tells nothing of other servers. */
const BOUND_NOTE =
  "Only alerts of the servers that this connection is bound to. Old ones may be missing: the Cloudways " +
  "console shows all.";

/** A page of those that there are for the caller. It ends no earlier because of alerts of other servers. */
async function ownAlerts(account: CloudwaysAccount, beforeId: number | undefined): Promise<Alert[]> {
  let page = await readAlerts(account, beforeId);
  const { length } = page;
  const own = await account.ownRows(page);
  for (let read = 1; own.length < length && page.length > 0 && read < MAX_PAGES; read++) {
    page = await readAlerts(account, page.at(-1)?.id);
    own.push(...await account.ownRows(page));
  }
  return own.slice(0, length);
}

const getAlerts = defineTool({
  name: "get_alerts",
  title: "Alerts",
  toolset: "basic",
  effect: "read",
  accountWide: false,
  description:
    "Lists the alerts of the account, newest first. The same one of the same server or application stands once, " +
    "with how often (count), first and last time. For older ones call again with before_id as next_before_id says.",
  input: z.strictObject({
    before_id: z.int().min(1).optional().describe("Only alerts older than this alert id."),
  }),
  output: z.looseObject({ alerts: records, next_before_id: z.number().nullable(), note: z.string().optional() }),
  handler: async (input, { account, caller }) => {
    const page = fitting(await ownAlerts(account, input.before_id));
    const next_before_id = page.at(-1)?.id ?? null;
    return { alerts: groupedAlerts(page), next_before_id, ...(caller.servers !== undefined && { note: BOUND_NOTE }) };
  },
});

/** The tools of this file. */
export const alertsTools: readonly Tool[] = [getAlerts];
