/** What the visitors, the code and the database of an application cost. */
import { z } from "zod";
import { type ApiPath, path } from "../../cloudways/path.ts";
import { readReport } from "../../cloudways/report_tables.ts";
import { appInput, lookBack, waitInput, waitOptions } from "../define/inputs.ts";
import { record, reportedOutput } from "../define/outputs.ts";
import { reportAnswer } from "../define/report_answer.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";

/** One of the three kinds of analytics, which differ in what there is to ask for. */
interface Analytics {
  name: string;
  title: string;
  description: string;
  operation: string;
  path: ApiPath;
  resources: readonly string[];
  /** The report holds queries, whose string literals are hidden unless they are asked for. */
  queries?: true;
}

const literals = z.boolean().default(false).describe("true shows the texts inside queries.");

function analyticsTool({ name, title, description, operation, path, resources, queries }: Analytics): Tool {
  return defineTool({
    name,
    title,
    toolset: "apps",
    effect: "read",
    description,
    input: z.strictObject({
      ...appInput,
      duration: z.enum(["15m", "30m", "1h", "1d"]).meta(lookBack).describe("How far to look back."),
      resource: z.enum(resources).describe("Which report."),
      ...(queries && { literals }),
      ...waitInput,
    }),
    output: z.looseObject({
      ...appOutput,
      ...reportedOutput,
      duration: z.string(),
      resource: z.string(),
      report: record.optional(),
    }),
    showsLiterals: (input) => input.literals === true,
    handler: async ({ duration, resource, ...input }, { account, progress }) => {
      const options = { showLiterals: input.literals === true };
      const found = await account.app(input.app_id, input.server_id);
      const report = await account.report({
        operation,
        path,
        query: { ...idsOf(found), duration, resource },
        inline: z.record(z.string(), z.unknown()).refine((reply) => resource in reply)
          .transform((reply) => ({ report: readReport(reply, options) })),
        finished: (result) => ({ report: readReport(result, options) }),
      }, waitOptions(input.wait_seconds, progress));
      return { ...reportAnswer(namesOf(found), report), duration, resource };
    },
  });
}

const getAppAnalyticsTraffic = analyticsTool({
  name: "get_app_analytics_traffic",
  title: "Traffic report",
  description: "Reports the visitors of an application: top IP addresses, bots, URLs or HTTP statuses, with counts. " +
    "Starts work on the server; Cloudways allows some 20 of these in 90 seconds.",
  operation: "analytics_app_traffic",
  path: path`/app/analytics/traffic`,
  resources: ["top_ips", "top_bots", "top_urls", "top_statuses"],
});

const getAppAnalyticsPhp = analyticsTool({
  name: "get_app_analytics_php",
  title: "PHP report",
  description: "Reports what PHP does in an application: time by URL, its processes, or its slow pages. Use it to " +
    "find out why a site is slow. Starts work on the server.",
  operation: "analytics_app_php",
  path: path`/app/analytics/php`,
  resources: ["url_durations", "processes", "slow_pages"],
});

const getAppAnalyticsMysql = analyticsTool({
  name: "get_app_analytics_mysql",
  title: "MySQL report",
  description: "Reports the running or the slow database queries of an application, with the texts inside them " +
    "hidden. Use it when the database is the bottleneck. Starts work on the server.",
  operation: "analytics_app_mysql",
  path: path`/app/analytics/mysql`,
  resources: ["running_queries", "slow_queries"],
  queries: true,
});

/** The tools of this file. */
export const analyticsTools: readonly Tool[] = [getAppAnalyticsTraffic, getAppAnalyticsPhp, getAppAnalyticsMysql];
