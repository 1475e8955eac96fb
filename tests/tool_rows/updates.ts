import type { Sandbox } from "../sandbox/mod.ts";
import { always, LISTING, LOOK, type Sent, type ToolRow } from "./row.ts";

const APP = { app_id: 200001 };
const APP_FULL = { ...APP, server_id: 100001 };
const WAIT = { wait_seconds: 30 };
const UPDATES = "/app/safeupdates/200001";
const SETTINGS: Sent = [`GET ${UPDATES}/settings`, APP_FULL];
const STATUS: Sent = [`GET ${UPDATES}/status`, APP_FULL];
const VULNERABILITIES: Sent = ["GET /app/vulnerabilities/200001", APP_FULL];

/** The settings of a new application, as they are written. */
const SENT_SETTINGS = {
  ...APP_FULL,
  status: 0,
  update_day: 0,
  update_slot: 3,
  core: "no",
  emails: "owner@example.com",
  pre_notification: 1,
  successful_updates: 1,
  failed_updates: 1,
};

const wrongApp = [
  { args: {}, names: "app_id" },
  { args: { app_id: 0 }, names: "app_id" },
  { args: { app_id: "shop" }, names: "app_id" },
];
const wrongWait = [{ args: { ...APP, wait_seconds: 301 }, names: "wait_seconds" }];
const wrongSlugs = ["plugins", "themes"].flatMap((names) => [
  { args: { ...APP, [names]: [] }, names },
  { args: { ...APP, [names]: [""] }, names },
]);

/** A theme waits for an update, besides the plugin and the core. */
function makeThemePending(sandbox: Sandbox): void {
  const [theme] = sandbox.account().servers[0]?.apps[0]?.updates.themes ?? [];
  if (theme !== undefined) theme.newest = "9.0.0";
}

/** The tools for updates. */
export const updatesRows: readonly ToolRow[] = [
  {
    tool: "list_app_updates",
    minimal: {},
    full: { server_id: 100001 },
    sends: always(LISTING, ["GET /app/safeupdates/list"]),
    wrong: [{ args: { server_id: 0 }, names: "server_id" }, { args: { server_id: "x" }, names: "server_id" }],
  },
  {
    tool: "check_app_updates",
    minimal: APP,
    full: { ...APP_FULL, ...WAIT },
    sends: always(LISTING, ["GET /app/safeupdates", APP_FULL], LOOK, SETTINGS),
    refusedWhileBusy: true,
    wrong: [...wrongApp, ...wrongWait],
  },
  {
    tool: "run_app_updates",
    minimal: { ...APP, plugins: ["breeze"] },
    full: { ...APP_FULL, core: true, plugins: ["breeze"], themes: ["storefront"], ...WAIT },
    sends: {
      minimal: [LISTING, SETTINGS, [`PUT ${UPDATES}`, { ...APP_FULL, core: "no", plugin: ["breeze"] }], LOOK],
      full: [
        LISTING,
        SETTINGS,
        [`PUT ${UPDATES}`, { ...APP_FULL, core: "6.8.3", plugin: ["breeze"], theme: ["storefront"] }],
        LOOK,
      ],
    },
    setUp: makeThemePending,
    wrong: [
      ...wrongApp,
      ...wrongSlugs,
      { args: APP, names: "core" },
      { args: { ...APP, core: false }, names: "core" },
      { args: { ...APP, core: true, wait_seconds: 301 }, names: "wait_seconds" },
    ],
  },
  {
    tool: "get_update_settings",
    minimal: APP,
    full: APP_FULL,
    sends: always(LISTING, STATUS, SETTINGS, [`GET ${UPDATES}/schedule`, APP_FULL]),
    wrong: wrongApp,
  },
  {
    tool: "set_app_updates",
    minimal: { ...APP, enabled: true },
    full: { ...APP_FULL, enabled: false },
    // What it was, and what it is then.
    sends: {
      minimal: [LISTING, STATUS, ["POST /app/safeupdates/status", { ...APP_FULL, enable: "1" }], STATUS],
      full: [LISTING, STATUS, ["POST /app/safeupdates/status", { ...APP_FULL, enable: "0" }], STATUS],
    },
    wrong: [...wrongApp, { args: APP, names: "enabled" }, { args: { ...APP, enabled: "on" }, names: "enabled" }],
  },
  {
    tool: "update_update_settings",
    minimal: { ...APP, day: "Monday" },
    full: {
      ...APP_FULL,
      day: "Saturday",
      window: "00:01 - 06:00",
      core: true,
      plugins: ["breeze", "redis-cache"],
      themes: ["storefront"],
      email: "updates@example.com",
      notify_before: false,
      notify_success: false,
      notify_failure: false,
    },
    sends: {
      minimal: [LISTING, SETTINGS, ["POST /app/safeupdates/settings", { ...SENT_SETTINGS, update_day: 1 }], SETTINGS],
      full: [LISTING, SETTINGS, ["POST /app/safeupdates/settings", {
        ...SENT_SETTINGS,
        update_day: 6,
        update_slot: 1,
        core: "yes",
        plugin: ["breeze", "redis-cache"],
        theme: ["storefront"],
        emails: "updates@example.com",
        pre_notification: 0,
        successful_updates: 0,
        failed_updates: 0,
      }], SETTINGS],
    },
    wrong: [
      ...wrongApp,
      ...wrongSlugs,
      { args: APP, names: "day" },
      { args: { ...APP, day: "Someday" }, names: "day" },
      { args: { ...APP, window: "00:00 - 06:00" }, names: "window" },
      { args: { ...APP, core: "maybe" }, names: "core" },
      { args: { ...APP, email: "nobody" }, names: "email" },
      { args: { ...APP, notify_before: "x" }, names: "notify_before" },
      { args: { ...APP, notify_success: "x" }, names: "notify_success" },
      { args: { ...APP, notify_failure: "x" }, names: "notify_failure" },
      { args: { ...APP, enabled: true }, names: "enabled" },
    ],
  },
  {
    tool: "get_update_history",
    minimal: APP,
    full: APP_FULL,
    sends: always(LISTING, [`GET ${UPDATES}/history`, APP_FULL]),
    wrong: wrongApp,
  },
  {
    tool: "list_app_vulnerabilities",
    minimal: APP,
    full: APP_FULL,
    sends: always(LISTING, VULNERABILITIES),
    wrong: wrongApp,
  },
  {
    tool: "scan_app_vulnerabilities",
    minimal: APP,
    full: { ...APP_FULL, ...WAIT },
    sends: always(LISTING, ["GET /app/vulnerabilities/200001/refresh", APP_FULL], LOOK, VULNERABILITIES),
    refusedWhileBusy: true,
    wrong: [...wrongApp, ...wrongWait],
  },
];
