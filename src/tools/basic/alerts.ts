/** The alerts of the account. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { isoTime } from "../../cloudways/models.ts";
import { declare } from "../../confirm/declared_input.ts";
import { type AlertRecord, readAlertPage } from "../define/alert_list.ts";
import { fitting } from "../define/fitting.ts";
import { records } from "../define/outputs.ts";
import { millisecondsOf, since } from "../define/moments.ts";
import { defineTool, type Tool } from "../define/tool.ts";

/** Groups alerts of one kind about the same thing, newest first. The text is that of the newest alert. */
export function groupedAlerts(page: readonly AlertRecord[]) {
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

/** Most pages for one answer. A page has few alerts, and those that are asked for may be far apart. */
const MAX_PAGES = 5;
/** The same in every answer, so that it tells nothing of other servers. */
const BOUND_NOTE =
  "Only alerts of the servers that this connection is bound to. Old ones may be missing: the Cloudways console shows " +
  "all.";

/** What is asked for. */
interface Wanted {
  before_id?: number | undefined;
  since?: string | undefined;
  server_id?: number | undefined;
}

/**
 * The wanted alerts, newest first, and the `before_id` of those that were not looked at; null if there are none. Without
 * a restriction it is one page. An alert without a time may be of any time.
 */
async function readAlerts(account: CloudwaysAccount, { before_id, since, server_id }: Wanted) {
  const from = since === undefined ? -Infinity : millisecondsOf(since);
  const isOlder = ({ created_at }: AlertRecord) => Date.parse(isoTime(created_at) ?? "") < from;
  const isWanted = (alert: AlertRecord) =>
    !isOlder(alert) && (server_id === undefined || alert.server_id === server_id);
  const pages = since === undefined && server_id === undefined ? 1 : MAX_PAGES;
  const found: AlertRecord[] = [];
  let next = before_id;
  for (let read = 0; read < pages; read++) {
    const page = await readAlertPage(account, next);
    found.push(...page.filter(isWanted));
    next = page.some(isOlder) ? undefined : page.at(-1)?.id;
    if (next === undefined) break;
  }
  return { found, next: next ?? null };
}

const getAlerts = defineTool({
  name: "get_alerts",
  title: "Alerts",
  toolset: "basic",
  effect: "read",
  accountWide: false,
  description:
    "Lists the alerts of the account, newest first. The same one of the same server or application stands once, " +
    "with how often (count), first and last time. For older ones call again with before_id.",
  input: () =>
    z.strictObject({
      before_id: z.int().min(1).optional().describe("The next_before_id of the last answer."),
      since,
      server_id: z.int().min(1).meta(declare({ role: "target" })).optional().describe("Only this server."),
    }),
  output: () => z.looseObject({ alerts: records, next_before_id: z.number().nullable(), note: z.string().optional() }),
  handler: async (input, { account, caller }) => {
    const { found, next } = await readAlerts(account, input);
    const shown = fitting(found);
    return {
      alerts: groupedAlerts(shown),
      next_before_id: shown.length < found.length ? shown.at(-1)?.id ?? null : next,
      ...(caller.servers !== undefined && { note: BOUND_NOTE }),
    };
  },
});

/** The tools of this file. */
export const alertsTools: readonly Tool[] = [getAlerts];
