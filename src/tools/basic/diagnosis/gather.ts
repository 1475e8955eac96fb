/** What a diagnosis looks at, in the order of its worth: if not everything can be read, the last parts are left out. */
import type { ReportRequest } from "../../../cloudways/account.ts";
import { momentOf } from "../../../cloudways/restore_points.ts";
import type { FoundApp } from "../../../cloudways/server_listing.ts";
import { targetsOf } from "../../../cloudways/server_graph.ts";
import { NEWEST_ALERTS, readAlertPage } from "../../define/alert_list.ts";
import {
  type AnalyticsData,
  analyticsRequest,
  cronRequest,
  type WantedAnalytics,
} from "../../define/analytics_report.ts";
import { readAppVarnish } from "../../define/app_varnish.ts";
import { readCloudflareDomains } from "../../define/cloudflare_domains.ts";
import { deploymentsOf } from "../../define/deployment_list.ts";
import { restoreListRequest } from "../../define/restore_list.ts";
import { readServices } from "../../define/server_services.ts";
import type { ToolContext } from "../../define/tool.ts";
import { WideReading } from "../../define/wide_reading.ts";
import { call } from "./causes.ts";
import { changesOn } from "./changes.ts";
import type { Facts } from "./facts.ts";
import { Gathering, type NotLookedAt, type ReportPart } from "./gathering.ts";
import { graphRequest, isFresh, type Line } from "./graph_lines.ts";
import { isoOf, type Span } from "./span.ts";
import { rowsOf } from "./table_rows.ts";

/** Most requests of one diagnosis, with the one for the listing. */
export const MAX_REQUESTS = 30;
/** Time for what Cloudways sends at once, in milliseconds. What it makes in the background gets `waitSeconds` more. */
const AT_ONCE_MS = 12_000;

/** What was read, what was not, and how many requests that took, without the listing. */
export interface Gathered {
  facts: Facts;
  notLookedAt: NotLookedAt[];
  requests: number;
}

/** Reads everything about an application that may say why it is slow or fails. */
export async function gather(
  context: ToolContext,
  found: FoundApp,
  span: Span,
  waitSeconds: number,
): Promise<Gathered> {
  const ms = AT_ONCE_MS + waitSeconds * 1000;
  const reading = await WideReading.begin(context, { requests: MAX_REQUESTS - 1, ms });
  const gathering = new Gathering(context, reading);
  const changes = call("get_audit_log", { since: isoOf(span.from) });
  await gathering.readOwn("changes", changes, () => changesOn(context, found));
  if (found.server.status === "running") await readAll(context, gathering, found, span, waitSeconds > 0);
  else {
    await readAlerts(context, gathering);
    gathering.notLookedAt.push({
      part: "everything that needs the server to run",
      reason: "server_not_running",
      next_step: call("start_server", { server_id: found.server.id }),
    });
  }
  const { readings, readAt, notLookedAt } = gathering;
  return { facts: { ...readings, found, span, readAt }, notLookedAt, requests: reading.requests };
}

async function readAll(
  context: ToolContext,
  gathering: Gathering,
  found: FoundApp,
  span: Span,
  waits: boolean,
): Promise<void> {
  const { account } = context;
  const { app, server } = found;
  const on = { app_id: app.id };
  const noted: string[][] = [];
  const reports = reportParts(gathering, found, span, (points) => noted.push(points));
  await Promise.all([
    gathering.read("services", {
      operation: "service_status",
      again: call("get_server_services_status", { server_id: server.id }),
    }, () => readServices(account, server.id)),
    gathering.report(graphParts(gathering, found, span)),
    gathering.read("varnish", {
      operation: "app_varnish_settings_get",
      again: call("get_app_varnish_settings", on),
    }, () => readAppVarnish(account, found)),
    gathering.read("cloudflare", {
      operation: "cloudflare_get_details",
      again: call("get_app_cloudflare", on),
    }, () => readCloudflareDomains(account, found)),
    gathering.read("deployments", {
      operation: "git_history_get",
      again: call("get_git_deployment_history", on),
    }, () => deploymentsOf(account, found)),
    readAlerts(context, gathering),
    waits ? gathering.report(reports) : leaveOutReports(gathering, reports),
  ]);
  for (const points of noted) await account.noteRestorePoints(found, points);
}

async function readAlerts({ account }: ToolContext, gathering: Gathering): Promise<void> {
  await gathering.read(
    "alerts",
    { operation: NEWEST_ALERTS, again: call("get_alerts", {}) },
    () => readAlertPage(account),
  );
}

function leaveOutReports(gathering: Gathering, reports: readonly ReportPart[]): void {
  for (const { name, again } of reports) gathering.leaveOut(name, "deadline", again);
}

type GraphPart = "cpu" | "memory" | "disk" | "database_disk" | "restarts";

/** Each graph with the names that Cloudways has for it. */
const GRAPHS: readonly [GraphPart, string[]][] = [
  ["cpu", ["Idle CPU"]],
  ["memory", ["Free memory"]],
  ["disk", ["Free Disk", "Free Disk (Data)"]],
  ["database_disk", ["Free Disk (DB)"]],
  ["restarts", ["Auto-healing Restarts"]],
];

/** The graphs that this server has. Where they come in the background, their looks are counted when they are made. */
function graphParts(gathering: Gathering, { server }: FoundApp, span: Span): ReportPart[] {
  const known = targetsOf(server);
  return GRAPHS.flatMap(([name, targets]): ReportPart[] => {
    const target = targets.find((one) => known.includes(one));
    if (target === undefined) return [];
    const again = call("get_server_monitoring_detail", { server_id: server.id, target, duration: span.graph });
    const keep = (line: Line | null) => {
      if (line === null) return gathering.leaveOut(name, "nothing_measured", again);
      gathering.keep(name, line);
      if (!isFresh(line, span)) gathering.notLookedAt.push({ part: name, reason: "values_too_old", next_step: again });
    };
    return [{ name, again, request: keeping(graphRequest(server, target, span), keep), looks: 0 }];
  });
}

type AnalyticsPart = readonly [
  name: "addresses" | "bots" | "paths" | "statuses" | "slow_pages" | "slow_queries" | "running_queries",
  kind: WantedAnalytics["kind"],
  resource: string,
];

const ANALYTICS_PARTS: readonly AnalyticsPart[] = [
  ["slow_pages", "php", "slow_pages"],
  ["slow_queries", "mysql", "slow_queries"],
  ["statuses", "traffic", "top_statuses"],
  ["addresses", "traffic", "top_ips"],
  ["bots", "traffic", "top_bots"],
  ["paths", "traffic", "top_urls"],
  ["running_queries", "mysql", "running_queries"],
];

function reportParts(
  gathering: Gathering,
  found: FoundApp,
  span: Span,
  note: (restorePoints: string[]) => void,
): ReportPart[] {
  const on = { app_id: found.app.id };
  const tables = ANALYTICS_PARTS.map(([name, kind, resource]): ReportPart => ({
    name,
    again: call(`get_app_analytics_${kind}`, { ...on, duration: span.report, resource }),
    request: keeping(analyticsRequest(found, { kind, resource, duration: span.report }), keepRows(gathering, name)),
    looks: 1,
  }));
  const cron: ReportPart = {
    name: "cron",
    again: call("get_app_cron_report", on),
    request: keeping(cronRequest(found), keepRows(gathering, "cron")),
    looks: 1,
  };
  const backups: ReportPart = {
    name: "backups",
    again: call("get_app_restore_points", on),
    request: keeping(restoreListRequest(found), ({ restore_points }) => {
      const made = restore_points.map(momentOf).filter((moment) => moment !== undefined);
      gathering.keep("backups", made.toSorted((a, b) => b - a));
      note(restore_points);
    }),
    looks: 1,
    busyServer: found.server.id,
  };
  return [...tables, cron, backups];
}

function keepRows(gathering: Gathering, name: AnalyticsPart[0] | "cron") {
  return ({ report }: AnalyticsData): void => gathering.keep(name, rowsOf(report));
}

/** The same request; its result is kept once it is known to be wanted. */
function keeping<T>(
  { inline, finished, ...request }: ReportRequest<T>,
  keep: (data: T) => void,
): ReportRequest<() => void> {
  return {
    ...request,
    inline: inline.transform((data) => () => keep(data)),
    finished: (result) => {
      const data = finished(result);
      return () => keep(data);
    },
  };
}
