/** Reports about a site that nobody is known to use: what Cloudways answers is shown as it came. */
import * as z from "zod";
import { path } from "../../cloudways/path.ts";
import { describeGraph, readGraph } from "../../cloudways/server_graph.ts";
import { declare } from "../../confirm/declared_input.ts";
import { anyTable, cronRequest } from "../define/analytics_report.ts";
import { appInput, lookBack, timezone, waitInput, waitOptions } from "../define/inputs.ts";
import { millisecondsOf, moment } from "../define/moments.ts";
import { record, records, reportedOutput } from "../define/outputs.ts";
import { reportAnswer } from "../define/report_answer.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";

const NOT_DOCUMENTED = "Cloudways' answer is not documented; it is shown as it came.";

const getAppCronReport = defineTool({
  name: "get_app_cron_report",
  title: "Cron report",
  toolset: "sites",
  effect: "read",
  description: "Reports which cron jobs of an application ran, and how long they took. Starts work on the server. " +
    NOT_DOCUMENTED,
  input: () => z.strictObject({ ...appInput, ...waitInput }),
  output: () => z.looseObject({ ...appOutput, ...reportedOutput, report: record.optional() }),
  handler: async (input, { account, progress }) => {
    const found = await account.app(input.app_id, input.server_id);
    const report = await account.report(cronRequest(found), waitOptions(input.wait_seconds, progress));
    return reportAnswer(namesOf(found), report);
  },
});

/** As Cloudways takes it: `01/08/2026 14:00`. Its zone is not documented; UTC is assumed. */
function dayFirst(text: string): string {
  const [date = "", time = ""] = new Date(millisecondsOf(text)).toISOString().split("T");
  return `${date.split("-").reverse().join("/")} ${time.slice(0, 5)}`;
}

const shorterSpan = declare({ shorter: "Ask for less time between from and until, or for single rows." });

const getAppTrafficDetails = defineTool({
  name: "get_app_traffic_details",
  title: "Traffic in detail",
  toolset: "sites",
  effect: "read",
  description: "Reports requests to an application between two times: top IP addresses, bots, URLs or statuses, or " +
    `chosen rows of them. Starts work on the server. ${NOT_DOCUMENTED}`,
  input: () =>
    z.strictObject({
      ...appInput,
      from: moment.meta(shorterSpan).describe("From when: 2026-08-01T14:00:00Z"),
      until: moment.describe("Until when; without a zone it is UTC."),
      resource: z.enum(["top_ips", "top_bots", "top_urls", "top_statuses"]).describe("Which report."),
      rows: z.array(z.string().min(1).max(500)).min(1).max(100).optional()
        .describe("Only these rows of get_app_analytics_traffic: 198.51.100.7"),
      ...waitInput,
    }).refine(({ from, until }) => millisecondsOf(from) < millisecondsOf(until), {
      path: ["until"],
      message: "must be later than from",
    }),
  output: () =>
    z.looseObject({
      ...appOutput,
      ...reportedOutput,
      from: z.string(),
      until: z.string(),
      resource: z.string(),
      report: record.optional(),
    }),
  handler: async ({ from, until, resource, rows, ...input }, { account, progress }) => {
    const found = await account.app(input.app_id, input.server_id);
    const span = { from: dayFirst(from), until: dayFirst(until) };
    const report = await account.report({
      operation: "analytics_app_traffic_details",
      path: path`/app/analytics/trafficDetails`,
      form: { ...idsOf(found), ...span, resource, resource_list: rows },
      ...anyTable,
    }, waitOptions(input.wait_seconds, progress));
    const utc = (text: string) => new Date(millisecondsOf(text)).toISOString();
    return { ...reportAnswer(namesOf(found), report), from: utc(from), until: utc(until), resource };
  },
});

const getAppMonitoringDetail = defineTool({
  name: "get_app_monitoring_detail",
  title: "Graph of an application",
  toolset: "sites",
  effect: "read",
  description:
    "Shows one figure of an application over time. Its figures are unreliable; prefer the analytics reports. " +
    NOT_DOCUMENTED,
  input: () =>
    z.strictObject({
      ...appInput,
      target: z.string().min(1).max(60).describe("Cloudways' name of the figure: Idle CPU"),
      duration: z.enum(["1 Hour", "12 Hours", "1 Day", "7 Days", "1 Month"]).meta(lookBack).describe(
        "How far to look back.",
      ),
      timezone,
    }),
  output: () =>
    z.looseObject({
      ...appOutput,
      target: z.string(),
      duration: z.string(),
      timezone: z.string(),
      series: records.nullable(),
    }),
  handler: async ({ target, duration, timezone, ...input }, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    const reply = await account.read({
      operation: "monitoring_app_graph",
      path: path`/app/monitor/detail`,
      reply: z.looseObject({}),
      // This one old call names the application by its Unix user.
      query: { server_id: found.server.id, app_id: found.app.sys_user, target, duration, timezone },
    });
    const graph = readGraph(reply);
    const asked = { ...namesOf(found), target, duration, timezone };
    return graph === undefined ? { ...asked, series: null, reply } : { ...asked, series: describeGraph(graph) };
  },
});

/** The tools of this file. */
export const reportsTools: readonly Tool[] = [getAppCronReport, getAppTrafficDetails, getAppMonitoringDetail];
