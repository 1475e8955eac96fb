import { always, LISTING, LOOK, type Sends, type Sent, type ToolRow } from "./row.ts";

const SERVER = { server_id: 100001 };
const APP = { app_id: 200001 };
const APP_FULL = { ...APP, ...SERVER };

const wrongServer = [
  { args: {}, names: "server_id" },
  { args: { server_id: "abc" }, names: "server_id" },
  { args: { server_id: -1 }, names: "server_id" },
  { args: { server_id: 1.5 }, names: "server_id" },
];
const wrongApp = [
  { args: {}, names: "app_id" },
  { args: { app_id: 0 }, names: "app_id" },
  { args: { ...APP, server_id: "x" }, names: "server_id" },
];
const plain = (tool: string, ...sent: Sent[]): ToolRow => (
  { tool, minimal: {}, full: {}, sends: always(...sent), wrong: [] }
);
const onServer = (tool: string, ...sent: Sent[]): ToolRow => (
  { tool, minimal: SERVER, full: SERVER, sends: always(LISTING, ...sent), wrong: wrongServer }
);
const onApp = (tool: string, ...sent: Sent[]): ToolRow => (
  { tool, minimal: APP, full: APP_FULL, sends: always(LISTING, ...sent), wrong: wrongApp }
);
const byProvider = (tool: string, request: string): ToolRow => ({
  tool,
  minimal: {},
  full: { provider: "do" },
  sends: always([request]),
  wrong: [{ args: { provider: "" }, names: "provider" }],
});

/** What `get_app_credentials` reads; to reveal them, the listing once more. */
const CREDENTIALS: Sends = {
  minimal: [LISTING, ["GET /app/creds", APP_FULL]],
  full: [LISTING, LISTING, ["GET /app/creds", APP_FULL]],
};

/** What a report of a few days reads; a longer one needs more alerts. */
const WEEK: readonly Sent[] = [LISTING, ["GET /alerts/"], ["GET /app/safeupdates/list"]];
const looks = (count: number): Sent[] => Array.from({ length: count }, () => LOOK);

/** What `diagnose_app` reads of the application. */
const DIAGNOSIS: readonly Sent[] = [
  LISTING,
  ["GET /service", SERVER],
  ...["Idle CPU", "Free memory", "Free Disk", "Auto-healing Restarts"].map((target): Sent => [
    "GET /server/monitor/detail",
    { ...SERVER, target, duration: "12 Hours", timezone: "UTC", output_format: "json" },
  ]),
  ["GET /app/manage/varnish_setting", APP_FULL],
  ["GET /app/cloudflareCdn", APP_FULL],
  ["GET /git/history", APP_FULL],
  ["GET /alerts/"],
  ...["top_ips", "top_bots", "top_urls", "top_statuses"].map((resource): Sent => [
    "GET /app/analytics/traffic",
    { ...APP_FULL, duration: "1h", resource },
  ]),
  ["GET /app/analytics/php", { ...APP_FULL, duration: "1h", resource: "slow_pages" }],
  ...["slow_queries", "running_queries"].map((resource): Sent => [
    "GET /app/analytics/mysql",
    { ...APP_FULL, duration: "1h", resource },
  ]),
  ["GET /app/analytics/cron", APP_FULL],
  ["GET /app/manage/backup", APP_FULL],
  ...looks(9),
];
/** Graphs of which the documents say that they come in the background: as many looks as the limit on requests leaves. */
const GRAPH_LOOKS = looks(2);
const SINCE = new Date(Date.now() - 2 * 3600_000).toISOString();
/** The figures of a server that a health check looks at. */
const figuresOf = (server_id: number): Sent[] => [
  ["GET /service", { server_id }],
  ...["Free Disk", "Free memory", "Idle CPU"].map((target): Sent => [
    "GET /server/monitor/detail",
    { server_id, target, duration: "1 Hour", timezone: "UTC", output_format: "json" },
  ]),
];
/** What a thorough check of the first server looks at besides. */
const upkeep: Sent[] = [
  ["GET /app/safeupdates/list"],
  ["GET /server/security/100001/apps", { ...SERVER, page_limit: 100, filter_by: "infected" }],
  ...[200001, 200002, 200003].flatMap((app_id): Sent[] => [
    [`GET /app/vulnerabilities/${app_id}`, { ...SERVER, app_id }],
    ["GET /app/manage/backup", { ...SERVER, app_id }],
    LOOK,
  ]),
];

/** The basic tools. */
export const basicRows: readonly ToolRow[] = [
  plain("ping", ["GET /providers"]),
  plain("customer_info", ["GET /providers"]),
  plain("rate_limit_status"),
  {
    tool: "list_servers",
    minimal: {},
    full: { detail: "full", after_id: 100001 },
    wrong: [{ args: { detail: "everything" }, names: "detail" }, { args: { after_id: 0 }, names: "after_id" }],
    sends: always(LISTING),
  },
  {
    tool: "find_resources",
    minimal: { query: "shop" },
    full: { query: "shop" },
    wrong: [{ args: {}, names: "query" }, { args: { query: " " }, names: "query" }],
    sends: always(LISTING),
  },
  {
    tool: "get_account_health",
    minimal: {},
    full: { server_ids: [100001], thorough: true, wait_seconds: 20 },
    wrong: [
      { args: { server_ids: [] }, names: "server_ids" },
      { args: { server_ids: [0] }, names: "server_ids" },
      { args: { server_ids: ["../1"] }, names: "server_ids" },
      { args: { thorough: "very" }, names: "thorough" },
      { args: { thorough: true, wait_seconds: 301 }, names: "wait_seconds" },
    ],
    sends: {
      minimal: [LISTING, ["GET /alerts/"], ...figuresOf(100001), ...figuresOf(100002)],
      full: [LISTING, ["GET /alerts/"], ...figuresOf(100001), ...upkeep],
    },
  },
  onServer(
    "get_server_details",
    ...["bw", "db"].map((type): Sent => ["GET /server/monitor/summary", { ...SERVER, type }]),
  ),
  onApp("get_app_details"),
  {
    tool: "get_app_credentials",
    minimal: APP,
    full: { ...APP_FULL, reveal: ["sftp", "database"], show: "page" },
    sends: CREDENTIALS,
    wrong: [
      ...wrongApp,
      { args: { ...APP, reveal: "maybe" }, names: "reveal" },
      { args: { ...APP, reveal: ["ftp"] }, names: "reveal" },
      { args: { ...APP, reveal: ["all"], show: "log" }, names: "show" },
    ],
  },
  onApp("get_app_settings", ["GET /app/get_settings_value", APP_FULL]),
  onApp(
    "get_app_monitoring_summary",
    ...["bw", "db"].map((type): Sent => ["GET /app/monitor/summary", { ...APP_FULL, type }]),
  ),
  plain("list_projects", ["GET /project"], LISTING),
  plain("list_team_members", ["GET /member"]),
  {
    tool: "get_alerts",
    minimal: {},
    // Older than every alert, so that one page is all.
    full: { before_id: 88750, since: "2020-01-01", server_id: 100001 },
    wrong: [
      { args: { before_id: 0 }, names: "before_id" },
      { args: { since: "yesterday" }, names: "since" },
      { args: { server_id: 0 }, names: "server_id" },
    ],
    sends: { minimal: [["GET /alerts/"]], full: [["GET /alerts/88750", { last_id: 88750 }]] },
  },
  {
    tool: "diagnose_app",
    minimal: APP,
    full: { ...APP_FULL, since: SINCE, wait_seconds: 30 },
    wrong: [
      { args: {}, names: "app_id" },
      { args: { app_id: 0 }, names: "app_id" },
      { args: { ...APP, domain: "shop.example.com" }, names: "app_id" },
      { args: { ...APP, server_id: "x" }, names: "server_id" },
      { args: { ...APP, since: "yesterday" }, names: "since" },
      { args: { ...APP, since: "2020-01-01T00:00:00Z" }, names: "since" },
      { args: { ...APP, wait_seconds: 301 }, names: "wait_seconds" },
    ],
    sends: always(...DIAGNOSIS),
    sendsAfterDocumented: always(...DIAGNOSIS, ...GRAPH_LOOKS),
    readsWide: true,
  },
  onServer(
    "get_ssh_keys",
    ...[200001, 200002, 200003].map((app_id): Sent => ["GET /app/creds", { ...SERVER, app_id }]),
  ),
  plain("get_available_providers", ["GET /providers"]),
  byProvider("get_available_regions", "GET /regions"),
  byProvider("get_available_server_sizes", "GET /server_sizes"),
  plain("get_available_apps", ["GET /apps"]),
  plain("get_available_packages", ["GET /packages"], LISTING),
  {
    tool: "get_operation_status",
    minimal: { operation_id: "92897180" },
    full: { operation_id: "92897180", wait_seconds: 1 },
    wrong: [
      { args: {}, names: "operation_id" },
      { args: { operation_id: "../server" }, names: "operation_id" },
      { args: { operation_id: "1", wait_seconds: 301 }, names: "wait_seconds" },
    ],
    sends: always(LOOK),
  },
  {
    tool: "get_weekly_report",
    minimal: {},
    full: { days: 3 },
    wrong: [{ args: { days: 0 }, names: "days" }, { args: { days: 32 }, names: "days" }],
    sends: { minimal: [...WEEK, ["GET /alerts/88831", { last_id: 88831 }]], full: WEEK },
    // Without times, older pages say nothing about the period.
    sendsAfterDocumented: { minimal: WEEK },
  },
  {
    tool: "list_my_operations",
    minimal: {},
    full: { refresh: true },
    wrong: [{ args: { refresh: "maybe" }, names: "refresh" }],
    sends: always(["GET /providers"]),
  },
  {
    tool: "get_audit_log",
    minimal: {},
    full: { since: "2026-01-01T00:00:00Z", result: "done", tool: "restart_server", before: 1000, limit: 5 },
    wrong: [
      { args: { before: 0 }, names: "before" },
      { args: { limit: 0 }, names: "limit" },
      { args: { limit: 101 }, names: "limit" },
      { args: { since: "yesterday" }, names: "since" },
      { args: { since: "2026-13-40" }, names: "since" },
      { args: { result: "ok" }, names: "result" },
      { args: { tool: "Restart server" }, names: "tool" },
    ],
    sends: always(["GET /providers"]),
  },
  {
    tool: "undo_change",
    minimal: { receipt: "0".repeat(32) },
    full: { receipt: "0".repeat(32) },
    changeFirst: { tool: "manage_app_varnish", args: { app_id: 200001, action: "disable" } },
    sends: always(...["disable", "enable"].flatMap((action): Sent[] => [
      LISTING,
      ["GET /app/manage/varnish_setting", { app_id: 200001, server_id: 100001 }],
      ["POST /service/appVarnish", { app_id: 200001, server_id: 100001, action }],
    ])),
    wrong: [
      { args: {}, names: "receipt" },
      { args: { receipt: "" }, names: "receipt" },
      { args: { receipt: "0".repeat(31) }, names: "receipt" },
      { args: { receipt: 5 }, names: "receipt" },
    ],
  },
];
