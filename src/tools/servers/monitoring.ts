/** The load of a server: graphs, and its use by application. */
import * as z from "zod";
import { knownApps } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { describeGraph, GRAPH_TARGETS, graphReply, targetsOf } from "../../cloudways/server_graph.ts";
import { readServerUsage } from "../../cloudways/server_usage.ts";
import { ToolError } from "../../errors.ts";
import { lookBack, serverInput, timezone, waitInput, waitOptions } from "../define/inputs.ts";
import { requireKnown } from "../define/known_values.ts";
import { record } from "../define/outputs.ts";
import { reportAnswer } from "../define/report_answer.ts";
import { namesOfServer } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";
import { inlineReport, reportOutput } from "./reports.ts";

function finishedGraph(result: unknown) {
  const graph = graphReply.safeParse(result).data;
  if (graph !== undefined) return { series: describeGraph(graph) };
  throw new ToolError("upstream_error", "Cloudways' graph is finished, but its form is not the expected one.", {
    hint: "Try again in a moment. If it stays, report it to the operator of this server.",
  });
}

const getServerMonitoringDetail = defineTool({
  name: "get_server_monitoring_detail",
  title: "Graph of a server",
  toolset: "servers",
  effect: "read",
  description: "Shows one figure of a server over time: points with min, mean, max and last. Use it to see when CPU, " +
    "memory or disk changed. May start work on the server.",
  input: () =>
    z.strictObject({
      ...serverInput,
      target: z.enum(GRAPH_TARGETS).describe("Which figure. Free Disk has (Data) and (DB) on amazon and gce alone."),
      duration: z.enum(["1 Hour", "12 Hours", "1 Day", "7 Days", "1 Month"]).meta(lookBack).describe(
        "How far to look back.",
      ),
      timezone,
      ...waitInput,
    }),
  output: () =>
    z.looseObject({
      ...reportOutput,
      target: z.string(),
      duration: z.string(),
      timezone: z.string(),
      series: z.array(record).optional(),
    }),
  handler: async ({ server_id, target, duration, timezone, wait_seconds }, { account, progress }) => {
    const server = await account.server(server_id);
    requireKnown(target, { argument: "target", what: "figure of a server at this provider", known: targetsOf(server) });
    const report = await account.report({
      operation: "monitoring_server_graph",
      path: path`/server/monitor/detail`,
      query: { server_id: server.id, target, duration, timezone, output_format: "json" },
      inline: graphReply.transform((graph) => ({ series: describeGraph(graph) })),
      finished: finishedGraph,
    }, waitOptions(wait_seconds, progress));
    return { ...reportAnswer(namesOfServer(server), report), target, duration, timezone };
  },
});

const getServerAnalytics = defineTool({
  name: "get_server_analytics",
  title: "Load of a server by application",
  toolset: "servers",
  effect: "read",
  description:
    "Reports how much CPU and memory each application of a server uses now, and the server's own load. Use " +
    "it to find which application slows a server down. Starts work on the server.",
  input: () => z.strictObject({ ...serverInput, ...waitInput }),
  output: () => z.looseObject({ ...reportOutput, report: record.optional() }),
  handler: async (input, { account, progress }) => {
    const server = await account.server(input.server_id);
    const read = (result: unknown) => ({ report: readServerUsage(result, knownApps(server)) });
    const report = await account.report({
      operation: "monitoring_server_usage",
      path: path`/server/analytics/serverUsage`,
      query: { server_id: server.id },
      inline: inlineReport.transform(read),
      finished: read,
    }, waitOptions(input.wait_seconds, progress));
    return reportAnswer(namesOfServer(server), report);
  },
});

/** The tools of this file. */
export const monitoringTools: readonly Tool[] = [getServerMonitoringDetail, getServerAnalytics];
