import { always, LISTING, LOOK, type ToolRow } from "./row.ts";

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
const reading = (tool: string, request: string): ToolRow => (
  { tool, minimal: SERVER, full: SERVER, sends: always(LISTING, [request, SERVER]), wrong: wrongServer }
);
const waiting = (tool: string, request: string): ToolRow => ({
  tool,
  minimal: SERVER,
  full: { ...SERVER, wait_seconds: 60 },
  sends: always(LISTING, [request, SERVER], LOOK),
  wrong: [...wrongServer, ...wrongWait],
});

/** What a clean-up sends beside what it is asked to do. */
const CLEANUP = {
  ...SERVER,
  remove_app_tmp: "no",
  remove_app_private_html: "no",
  rotate_system_log: "no",
  rotate_app_log: "no",
  remove_app_local_backup: "no",
};
const FULL_CLEANUP = {
  ...CLEANUP,
  remove_app_tmp: "yes",
  rotate_system_log: "yes",
  rotate_app_log: "yes",
  remove_app_local_backup: "yes",
};
const SENT_GRAPH = { ...GRAPH, timezone: "UTC", output_format: "json" };
const SENT_FULL_GRAPH = { ...SENT_GRAPH, duration: "1 Day", timezone: "Europe/Berlin" };

/** The tools for servers. */
export const serversRows: readonly ToolRow[] = [
  waiting("start_server", "POST /server/start"),
  waiting("stop_server", "POST /server/stop"),
  waiting("restart_server", "POST /server/restart"),
  waiting("backup_server", "POST /server/manage/backup"),
  reading("get_server_settings", "GET /server/manage/settings"),
  waiting("get_server_disk_usage", "GET /server/100001/diskUsage"),
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
    sends: {
      minimal: [LISTING, ["POST /server/disk/cleanup", { ...CLEANUP, rotate_app_log: "yes" }], LOOK],
      full: [LISTING, ["POST /server/disk/cleanup", FULL_CLEANUP], LOOK],
    },
  },
  reading("get_server_services_status", "GET /service"),
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
    sends: {
      minimal: [
        LISTING,
        ["GET /service", SERVER],
        ["POST /service/state", { ...SERVER, service: "nginx", state: "restart" }],
      ],
      full: [
        LISTING,
        ["GET /service", SERVER],
        ["POST /service/state", { ...SERVER, service: "php8.2-fpm", state: "start" }],
      ],
    },
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
    sends: {
      minimal: [LISTING, ["POST /service/varnish", { ...SERVER, action: "purge" }]],
      full: [LISTING, ["GET /service", SERVER], ["POST /service/varnish", { ...SERVER, action: "disable" }]],
    },
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
    sends: {
      minimal: [LISTING, ["GET /server/monitor/detail", SENT_GRAPH]],
      full: [LISTING, ["GET /server/monitor/detail", SENT_FULL_GRAPH]],
    },
    sendsAfterDocumented: { full: [LISTING, ["GET /server/monitor/detail", SENT_FULL_GRAPH], LOOK] },
  },
  waiting("get_server_analytics", "GET /server/analytics/serverUsage"),
];
