import type { ToolRow } from "./row.ts";

const SERVER = { server_id: 100001 };
const GRAPH = { ...SERVER, target: "Idle CPU", duration: "1 Hour" };

const wrongServer = [
  { args: {}, names: "server_id" },
  { args: { server_id: "abc" }, names: "server_id" },
  { args: { server_id: 0 }, names: "server_id" },
];
const wrongWait = [
  { args: { ...SERVER, wait_seconds: -1 }, names: "wait_seconds" },
  { args: { ...SERVER, wait_seconds: 301 }, names: "wait_seconds" },
];
const reading = (tool: string, ask: string): ToolRow => (
  { tool, minimal: SERVER, full: SERVER, wrong: wrongServer, asks: ["server_list", ask] }
);
const waiting = (tool: string, ask: string): ToolRow => ({
  tool,
  minimal: SERVER,
  full: { ...SERVER, wait_seconds: 60 },
  wrong: [...wrongServer, ...wrongWait],
  asks: ["server_list", ask, "operation_status"],
});

/** The tools for servers. */
export const serversRows: readonly ToolRow[] = [
  waiting("start_server", "server_start"),
  waiting("stop_server", "server_stop"),
  waiting("restart_server", "server_restart"),
  waiting("backup_server", "server_backup"),
  reading("get_server_settings", "server_settings_get"),
  waiting("get_server_disk_usage", "server_disk_usage_fetch"),
  {
    tool: "optimize_server_disk",
    minimal: { ...SERVER, rotate_app_log: true },
    full: {
      ...SERVER,
      remove_app_tmp: true,
      remove_app_private_html: false,
      rotate_system_log: true,
      rotate_app_log: true,
      remove_app_local_backup: true,
      wait_seconds: 60,
    },
    wrong: [
      { args: { rotate_app_log: true }, names: "server_id" },
      { args: SERVER, names: "remove_app_tmp" },
      { args: { ...SERVER, rotate_app_log: false }, names: "rotate_app_log" },
      { args: { ...SERVER, rotate_app_log: "yes" }, names: "rotate_app_log" },
    ],
    asks: ["server_list", "server_disk_cleanup_execute", "operation_status"],
  },
  reading("get_server_services_status", "service_status"),
  {
    tool: "change_service_state",
    minimal: { ...SERVER, service: "nginx", action: "restart" },
    full: { ...SERVER, service: "php8.2-fpm", action: "start" },
    wrong: [
      { args: { service: "nginx", action: "start" }, names: "server_id" },
      { args: { ...SERVER, action: "start" }, names: "service" },
      { args: { ...SERVER, service: "nginx; reboot", action: "start" }, names: "service" },
      { args: { ...SERVER, service: "nginx", action: "reload" }, names: "action" },
    ],
    asks: ["server_list", "service_status", "service_state_update"],
  },
  {
    tool: "manage_server_varnish",
    minimal: { ...SERVER, action: "purge" },
    full: { ...SERVER, action: "disable" },
    wrong: [
      { args: { action: "purge" }, names: "server_id" },
      { args: SERVER, names: "action" },
      { args: { ...SERVER, action: "stop" }, names: "action" },
    ],
    asks: ["server_list", "varnish_manage"],
  },
  {
    tool: "get_server_monitoring_detail",
    minimal: GRAPH,
    full: { ...GRAPH, duration: "1 Day", timezone: "Europe/Berlin", wait_seconds: 60 },
    wrong: [
      { args: { target: "Idle CPU", duration: "1 Hour" }, names: "server_id" },
      { args: { ...SERVER, duration: "1 Hour" }, names: "target" },
      { args: { ...GRAPH, target: " " }, names: "target" },
      { args: { ...GRAPH, duration: "6 Months" }, names: "duration" },
      { args: { ...GRAPH, timezone: "Mars/Olympus" }, names: "timezone" },
      { args: { ...GRAPH, timezone: "+02:00" }, names: "timezone" },
    ],
    asks: ["server_list", "monitoring_server_graph"],
  },
  waiting("get_server_analytics", "monitoring_server_usage"),
];
