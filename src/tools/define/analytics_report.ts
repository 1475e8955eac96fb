/** Requests for the reports on what the visitors, the code and the database of an application cost. */
import * as z from "zod";
import type { CloudwaysAccount, Report, ReportRequest } from "../../cloudways/account.ts";
import type { WaitOptions } from "../../cloudways/operations.ts";
import { type ApiPath, path } from "../../cloudways/path.ts";
import { readReport, type ReportOptions } from "../../cloudways/report_tables.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { idsOf } from "./targets.ts";

interface Kind {
  operation: string;
  path: ApiPath;
  /** What there is to ask for. */
  resources: readonly string[];
}

/** The kinds of analytics reports. */
export const ANALYTICS = {
  traffic: {
    operation: "analytics_app_traffic",
    path: path`/app/analytics/traffic`,
    resources: ["top_ips", "top_bots", "top_urls", "top_statuses"],
  },
  php: {
    operation: "analytics_app_php",
    path: path`/app/analytics/php`,
    resources: ["url_durations", "processes", "slow_pages"],
  },
  mysql: {
    operation: "analytics_app_mysql",
    path: path`/app/analytics/mysql`,
    resources: ["running_queries", "slow_queries"],
  },
} as const satisfies Record<string, Kind>;

/** How far an analytics report can look back. */
export const LOOK_BACKS = ["15m", "30m", "1h", "1d"] as const;

/** One analytics report. */
export interface WantedAnalytics {
  kind: keyof typeof ANALYTICS;
  /** One of its kind's resources. */
  resource: string;
  duration: typeof LOOK_BACKS[number];
}

/** An analytics report as an answer shows it. */
export type AnalyticsData = { report: Record<string, unknown> };

/** The request for an analytics report. The string literals of queries are hidden unless `options` shows them. */
export function analyticsRequest(
  found: FoundApp,
  { kind, resource, duration }: WantedAnalytics,
  options: ReportOptions = {},
): ReportRequest<AnalyticsData> {
  const { operation, path } = ANALYTICS[kind];
  return {
    operation,
    path,
    query: { ...idsOf(found), duration, resource },
    inline: z.record(z.string(), z.unknown()).refine((reply) => resource in reply)
      .transform((reply) => ({ report: readReport(reply, options) })),
    finished: (result) => ({ report: readReport(result, options) }),
  };
}

/** How a report is read whose form is not documented: it holds a table, or whatever has members. */
export const anyTable = {
  inline: z.record(z.string(), z.unknown())
    .refine((reply) => Object.values(reply).some((value) => typeof value === "object" && value !== null))
    .transform((reply) => ({ report: readReport(reply) })),
  finished: (result: unknown) => ({ report: readReport(result) }),
};

/** The request for the cron report. */
export function cronRequest(found: FoundApp): ReportRequest<AnalyticsData> {
  return { operation: "analytics_app_cron", path: path`/app/analytics/cron`, query: idsOf(found), ...anyTable };
}

/**
 * Has Cloudways make one analytics report, and waits for it.
 *
 * @throws {ToolError} `operation_failed` if the report fails, and any failure to request it.
 */
export function readAnalytics(
  account: CloudwaysAccount,
  found: FoundApp,
  wanted: WantedAnalytics,
  { wait, ...options }: ReportOptions & { wait: WaitOptions },
): Promise<Report<AnalyticsData>> {
  return account.report(analyticsRequest(found, wanted, options), wait);
}
