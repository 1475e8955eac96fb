import type { ToolRow } from "./row.ts";

const APP = { app_id: 200001 };
const APP_FULL = { ...APP, server_id: 100001 };
const WAIT = { wait_seconds: 30 };

const wrongApp = [
  { args: {}, names: "app_id" },
  { args: { app_id: 0 }, names: "app_id" },
  { args: { app_id: "shop" }, names: "app_id" },
  { args: { ...APP, server_id: "x" }, names: "server_id" },
];
const wrongWait = [
  { args: { ...APP, wait_seconds: -1 }, names: "wait_seconds" },
  { args: { ...APP, wait_seconds: 301 }, names: "wait_seconds" },
];

type Arguments = Record<string, unknown>;

/** A tool that starts work: the further arguments it needs, all it takes, and what it refuses of them. */
const starting = (
  tool: string,
  operation: string,
  needs: Arguments = {},
  takes: Arguments = {},
  wrong: ToolRow["wrong"] = [],
): ToolRow => ({
  tool,
  minimal: { ...APP, ...needs },
  full: { ...APP_FULL, ...needs, ...takes, ...WAIT },
  wrong: [
    ...wrongApp,
    ...wrongWait,
    ...Object.keys(needs).map((name) => ({ args: { ...APP, ...needs, [name]: undefined }, names: name })),
    ...wrong.map(({ args, names }) => ({ args: { ...APP, ...needs, ...args }, names })),
  ],
  asks: ["server_list", operation, "operation_status"],
});

const analytics = (tool: string, operation: string, resource: string, more: Record<string, unknown> = {}): ToolRow =>
  starting(tool, operation, { duration: "1h", resource }, more, [
    { args: { duration: "2h" }, names: "duration" },
    { args: { resource: "top_bandwidth" }, names: "resource" },
  ]);

const notDomains = [
  "https://shop.example.com",
  "shop.example.com/path",
  "shop.example.com:8080",
  "shop",
  "192.0.2.1",
  "*.example.com",
  "-shop.example.com",
  "shop..example.com",
  "shop.example.com.",
  "münchen.example.com",
  `${"a".repeat(64)}.example.com`,
  "a.".repeat(126) + "com",
  "",
];

/** The tools for applications. */
export const appsRows: readonly ToolRow[] = [
  starting("clone_app", "app_clone", { app_label: "Shop copy" }, { project_name: "Shops" }, [
    { args: { app_label: " " }, names: "app_label" },
    { args: { project_name: "" }, names: "project_name" },
  ]),
  starting("backup_app", "app_backup"),
  starting("get_app_restore_points", "app_backup_status_get"),
  {
    ...starting("restore_app", "app_restore", { time: "2026-08-05T23:19:06" }, { type: "complete" }, [
      { args: { time: " " }, names: "time" },
      { args: { type: "" }, names: "type" },
      { args: { backup_id: 7 }, names: "backup_id" },
    ]),
    asks: ["server_list", "app_restore", "app_backup_status_get", "operation_status"],
  },
  {
    ...starting("rollback_app_restore", "app_restore_rollback"),
    setUp(sandbox) {
      for (const { apps } of sandbox.account().servers) for (const app of apps) app.localBackup = true;
    },
  },
  starting("clear_app_cache", "app_purge_cache"),
  {
    tool: "get_app_varnish_settings",
    minimal: APP,
    full: APP_FULL,
    wrong: wrongApp,
    asks: ["server_list", "app_varnish_settings_get"],
  },
  {
    tool: "manage_app_varnish",
    minimal: { ...APP, action: "enable" },
    full: { ...APP_FULL, action: "purge" },
    wrong: [
      ...wrongApp,
      { args: APP, names: "action" },
      { args: { ...APP, action: "restart" }, names: "action" },
      { args: { ...APP, state: "enable" }, names: "state" },
    ],
    asks: ["server_list", "varnish_app_manage"],
  },
  starting("reset_app_file_permissions", "app_reset_permissions", { ownership: "sys_user" }, {}, [
    { args: { ownership: "root" }, names: "ownership" },
  ]),
  starting("enforce_app_https", "app_enforce_https_update", { enabled: true }, {}, [
    { args: { enabled: "on" }, names: "enabled" },
    { args: { enabled: undefined, status: "on" }, names: "status" },
    { args: { status: "disable" }, names: "status" },
  ]),
  starting(
    "update_app_cname",
    "app_cname_update",
    { cname: "new.example.com" },
    {},
    notDomains.map((cname) => ({ args: { cname }, names: "cname" })),
  ),
  starting("delete_app_cname", "app_cname_delete", {}, {}, [{ args: { cname: "shop.example.com" }, names: "cname" }]),
  analytics("get_app_analytics_traffic", "analytics_app_traffic", "top_ips"),
  analytics("get_app_analytics_php", "analytics_app_php", "slow_pages"),
  analytics("get_app_analytics_mysql", "analytics_app_mysql", "slow_queries", { literals: true }),
];
