import type { ToolRow } from "./row.ts";

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
const plain = (tool: string, ...asks: string[]): ToolRow => ({ tool, minimal: {}, full: {}, wrong: [], asks });
const onServer = (tool: string, ...asks: string[]): ToolRow => (
  { tool, minimal: SERVER, full: SERVER, wrong: wrongServer, asks: ["server_list", ...asks] }
);
const onApp = (tool: string, ...asks: string[]): ToolRow => (
  { tool, minimal: APP, full: APP_FULL, wrong: wrongApp, asks: ["server_list", ...asks] }
);
const byProvider = (tool: string, ask: string): ToolRow => (
  { tool, minimal: {}, full: { provider: "do" }, wrong: [{ args: { provider: "" }, names: "provider" }], asks: [ask] }
);

/** The basic tools. */
export const basicRows: readonly ToolRow[] = [
  plain("ping", "list_providers"),
  plain("customer_info", "list_providers"),
  plain("rate_limit_status"),
  {
    tool: "list_servers",
    minimal: {},
    full: { detail: "full" },
    wrong: [{ args: { detail: "everything" }, names: "detail" }],
    asks: ["server_list"],
  },
  {
    tool: "find_resources",
    minimal: { query: "shop" },
    full: { query: "shop" },
    wrong: [{ args: {}, names: "query" }, { args: { query: " " }, names: "query" }],
    asks: ["server_list"],
  },
  onServer("get_server_details", "monitoring_server_summary"),
  onApp("get_app_details"),
  {
    ...onApp("get_app_credentials", "app_credentials"),
    full: { ...APP_FULL, reveal: true },
    wrong: [...wrongApp, { args: { ...APP, reveal: "maybe" }, names: "reveal" }],
  },
  onApp("get_app_settings", "app_settings_get"),
  onApp("get_app_monitoring_summary", "monitoring_app_summary"),
  plain("list_projects", "project_list", "server_list"),
  plain("list_team_members", "team_member_list"),
  {
    tool: "get_alerts",
    minimal: {},
    full: { before_id: 88880 },
    wrong: [{ args: { before_id: 0 }, names: "before_id" }],
    asks: ["cloudways_bot_alerts_list"],
  },
  onServer("get_ssh_keys", "app_credentials"),
  plain("get_available_providers", "list_providers"),
  byProvider("get_available_regions", "list_regions"),
  byProvider("get_available_server_sizes", "list_server_sizes"),
  plain("get_available_apps", "list_apps"),
  plain("get_available_packages", "list_packages", "server_list"),
  {
    tool: "get_operation_status",
    minimal: { operation_id: "92897180" },
    full: { operation_id: "92897180", wait_seconds: 1 },
    wrong: [
      { args: {}, names: "operation_id" },
      { args: { operation_id: "../server" }, names: "operation_id" },
      { args: { operation_id: "1", wait_seconds: 301 }, names: "wait_seconds" },
    ],
    asks: ["operation_status"],
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
    asks: ["list_providers"],
  },
];
