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
    full: { detail: "full" },
    wrong: [{ args: { detail: "everything" }, names: "detail" }],
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
    full: { before_id: 88880 },
    wrong: [{ args: { before_id: 0 }, names: "before_id" }],
    sends: { minimal: [["GET /alerts/"]], full: [["GET /alerts/88880", { last_id: 88880 }]] },
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
];
