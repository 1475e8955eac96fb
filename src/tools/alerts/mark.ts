/** Marking alerts as read. */
import * as z from "zod";
import { path } from "../../cloudways/path.ts";
import { declare } from "../../confirm/declared_input.ts";
import { anyReply } from "../define/outputs.ts";
import { defineTool, type Tool } from "../define/tool.ts";

const markAlertsRead = defineTool({
  name: "mark_alerts_read",
  title: "Mark alerts as read",
  toolset: "alerts",
  effect: "write",
  undo: { none: "no way to mark them as unread is known" },
  idempotent: true,
  description:
    "Marks one alert as read by its id, or all alerts of the account, for everybody who uses it. They stay in " +
    "get_alerts. Only if the user asks for it; no way back is known.",
  input: () =>
    z.strictObject({
      alert_id: z.int().min(1).meta(declare({ role: "target" })).optional().describe("One id of get_alerts."),
      all: z.boolean().default(false).describe("true marks every alert, instead of alert_id."),
    }).refine(({ alert_id, all }) => all === (alert_id === undefined), {
      path: ["alert_id"],
      error: "or all: true must be given, not both",
    }),
  output: () => z.looseObject({ alert_id: z.number().nullable(), all: z.boolean(), message: z.string() }),
  handler: async ({ alert_id, all }, { account }) => {
    const what = alert_id === undefined
      ? { operation: "cloudways_bot_alerts_mark_all_read", path: path`/alert/markAllRead/` }
      : { operation: "cloudways_bot_alert_mark_read", path: path`/alert/markAsRead/${alert_id}` };
    await account.write({ ...what, method: "POST", reply: anyReply, mayBeEmpty: true });
    const message = all ? "Every alert is marked as read." : "Cloudways took it; get_alerts shows what is unread.";
    return { alert_id: alert_id ?? null, all, message };
  },
});

/** The tools of this file. */
export const markTools: readonly Tool[] = [markAlertsRead];
