/** What the visitors, the code and the database of an application cost. */
import * as z from "zod";
import { ANALYTICS, LOOK_BACKS, readAnalytics, type WantedAnalytics } from "../define/analytics_report.ts";
import { appInput, lookBack, waitInput, waitOptions } from "../define/inputs.ts";
import { records } from "../define/outputs.ts";
import { reportsAnswer } from "../define/several_reports.ts";
import { appOutput, namesOf } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";

/** One of the three kinds of analytics, which differ in what there is to ask for. */
interface Analytics {
  kind: WantedAnalytics["kind"];
  title: string;
  description: string;
  /** The report holds queries, whose string literals are hidden unless they are asked for. */
  queries?: true;
}

const literals = z.boolean().default(false).describe("true shows the texts inside queries.");

function analyticsTool({ kind, title, description, queries }: Analytics): Tool {
  return defineTool({
    name: `get_app_analytics_${kind}`,
    title,
    toolset: "apps",
    effect: "read",
    description,
    input: () =>
      z.strictObject({
        ...appInput,
        resources: z.array(z.enum(ANALYTICS[kind].resources)).min(1).describe("Which reports."),
        duration: z.enum(LOOK_BACKS).default("1h").meta(lookBack).describe("How far to look back."),
        ...(queries && { literals }),
        ...waitInput,
      }),
    formerly: { resource: { name: "resources" } },
    output: () =>
      z.looseObject({
        ...appOutput,
        status: z.string(),
        operation_id: z.string().nullable(),
        next_step: z.string().optional(),
        duration: z.string(),
        reports: records,
      }),
    showsLiterals: (input) => input.literals === true,
    handler: async ({ duration, resources, ...input }, { account, progress }) => {
      const found = await account.app(input.app_id, input.server_id);
      const options = { showLiterals: input.literals === true, wait: waitOptions(input.wait_seconds, progress) };
      const reports = await reportsAnswer(
        resources,
        (resource) => readAnalytics(account, found, { kind, resource, duration }, options),
      );
      return { ...namesOf(found), duration, ...reports };
    },
  });
}

const getAppAnalyticsTraffic = analyticsTool({
  kind: "traffic",
  title: "Traffic report",
  description: "Reports the visitors of an application: top IP addresses, bots, URLs or HTTP statuses, with counts. " +
    "Starts work on the server; Cloudways allows some 20 of these in 90 seconds.",
});

const getAppAnalyticsPhp = analyticsTool({
  kind: "php",
  title: "PHP report",
  description: "Reports what PHP does in an application: time by URL, its processes, or its slow pages. Use it to " +
    "find out why a site is slow. Starts work on the server.",
});

const getAppAnalyticsMysql = analyticsTool({
  kind: "mysql",
  title: "MySQL report",
  description: "Reports the running or the slow database queries of an application, with the texts inside them " +
    "hidden. Use it when the database is the bottleneck. Starts work on the server.",
  queries: true,
});

/** The tools of this file. */
export const analyticsTools: readonly Tool[] = [getAppAnalyticsTraffic, getAppAnalyticsPhp, getAppAnalyticsMysql];
