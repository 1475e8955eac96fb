/** The alerts of the account. */
import { z } from "zod";
import { isoTime } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { type AlertRecord, alertsReply } from "../define/alert_list.ts";
import { fitting } from "../define/fitting.ts";
import { records } from "../define/outputs.ts";
import { defineTool, type Tool } from "../define/tool.ts";

/** Groups alerts of one kind about the same thing, newest first. The text is that of the newest alert. */
function groupedAlerts(page: readonly AlertRecord[]) {
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

const getAlerts = defineTool({
  name: "get_alerts",
  title: "Alerts",
  toolset: "basic",
  effect: "read",
  description:
    "Lists the alerts of the account, newest first. The same one of the same server or application stands once, " +
    "with how often (count), first and last time. For older ones call again with before_id as next_before_id says.",
  input: z.strictObject({
    before_id: z.int().min(1).optional().describe("Only alerts older than this alert id."),
  }),
  output: z.looseObject({ alerts: records, next_before_id: z.number().nullable() }),
  handler: async (input, { account }) => {
    const found = input.before_id === undefined
      ? await account.read({ operation: "cloudways_bot_alerts_list", path: path`/alerts/`, reply: alertsReply })
      : await account.read({
        operation: "cloudways_bot_alerts_page_list",
        path: path`/alerts/${input.before_id}`,
        reply: alertsReply,
      });
    const page = fitting(found.sort((a, b) => b.id - a.id));
    return { alerts: groupedAlerts(page), next_before_id: page.at(-1)?.id ?? null };
  },
});

/** The tools of this file. */
export const alertsTools: readonly Tool[] = [getAlerts];
