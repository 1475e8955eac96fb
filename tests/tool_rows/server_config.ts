import { always, LISTING, LOOK, type Sent, type ToolRow } from "./row.ts";

const SERVER = { server_id: 100001 };
const SETTINGS: Sent = ["GET /server/manage/settings", SERVER];

const wrongServer = [
  { args: {}, names: "server_id" },
  { args: { server_id: "abc" }, names: "server_id" },
  { args: { server_id: 0 }, names: "server_id" },
];
const wrongWait = [
  { args: { ...SERVER, wait_seconds: -1 }, names: "wait_seconds" },
  { args: { ...SERVER, wait_seconds: 301 }, names: "wait_seconds" },
];
const WINDOW: Sent = ["GET /server/manage/getMaintenanceWinSettings", SERVER];
const CLEANUP: Sent = ["GET /server/disk", SERVER];
const SENT_CLEANUP = {
  ...SERVER,
  automate_cleanup: "enable",
  remove_app_tmp: "no",
  remove_app_private_html: "no",
  rotate_system_log: "no",
  rotate_app_log: "no",
  remove_app_local_backup: "no",
};

type Wrong = ToolRow["wrong"];

const wrong = (...args: [name: string, value: unknown][]): Wrong =>
  args.map(([name, value]) => ({ args: { ...SERVER, [name]: value }, names: name }));

const ALL_SETTINGS = {
  execution_limit: 90,
  memory_limit: 256,
  upload_size: 64,
  max_input_time: 90,
  max_input_vars: 5000,
  display_errors: true,
  error_reporting: "E_ALL & ~E_DEPRECATED & ~E_STRICT",
  opcache_memory_size: 128,
  timezone: "Pacific/Midway",
  mysql_timezone: "UTC",
  character_set: "utf8mb4",
  max_connections: 200,
  wait_timeout: 90,
  innodb_buffer_pool_size: 512,
  innodb_lock_wait_timeout: 90,
  tls_versions: ["1.3"],
  static_cache_expiry: 0,
  varnish_default_ttl: "1h",
  http2: false,
  xdebug: true,
  zendguard: false,
  default_app_id: 200001,
  sys_locale: "de_DE.UTF-8",
};
const SENT_SETTINGS = {
  ...SERVER,
  execution_limit: 90,
  memory_limit: 256,
  upload_size: 64,
  max_input_time: 90,
  max_input_vars: 5000,
  display_errors: "On",
  error_reporting: "E_ALL & ~E_DEPRECATED & ~E_STRICT",
  opcache_memory_size: 128,
  date_timezone: "Pacific/Midway",
  mysql_timezone: "UTC",
  character_set_server: "utf8mb4",
  max_connections: 200,
  wait_timeout: 90,
  innodb_buffer_pool_size: 512,
  innodb_lock_wait_timeout: 90,
  tls_version: "1.3",
  static_cache_expiry: 0,
  varnish_default_ttl: "1h",
  nginx_http2: "disabled",
  mod_xdebug: "enabled",
  mod_zendguard: "disabled",
  new_default_app: "shopuser",
  sys_locale: "de_DE.UTF-8",
};

const PACKAGE = { package: "php", version: "8.3" };
const SCHEDULE = { backup_frequency: "12h", backup_retention: 14, backup_time: "03:00", local_backups: true };

/** The tools that configure servers. */
export const serverConfigRows: readonly ToolRow[] = [
  {
    tool: "list_setting_values",
    minimal: { kind: "settings" },
    full: { kind: "packages", ...SERVER },
    sends: { minimal: [["GET /settings"]], full: [LISTING, ["GET /packages"], SETTINGS] },
    wrong: [
      { args: {}, names: "kind" },
      { args: { kind: "plugins" }, names: "kind" },
      { args: { kind: "packages" }, names: "server_id" },
      { args: { kind: "packages", server_id: 0 }, names: "server_id" },
    ],
  },
  {
    tool: "update_server_settings",
    minimal: { ...SERVER, upload_size: 64 },
    full: { ...SERVER, ...ALL_SETTINGS },
    setUp(sandbox) {
      const app = sandbox.account().servers[0]?.apps[0];
      if (app !== undefined) app.sys_user = "shopuser";
    },
    sends: {
      minimal: [
        LISTING,
        SETTINGS,
        SETTINGS,
        ["POST /server/manage/settings", { ...SERVER, upload_size: 64 }],
        SETTINGS,
      ],
      full: [
        LISTING,
        ["GET /settings"],
        SETTINGS,
        SETTINGS,
        ["POST /server/manage/settings", SENT_SETTINGS],
        SETTINGS,
      ],
    },
    wrong: [
      ...wrongServer.map(({ args, names }) => ({ args: { ...args, upload_size: 64 }, names })),
      { args: SERVER, names: "memory_limit" },
      ...wrong(
        ["upload_size", 0],
        ["memory_limit", "256M"],
        ["static_cache_expiry", -1],
        ["display_errors", "sometimes"],
        ["tls_versions", ["1.4"]],
        ["tls_versions", ["1.0", "1.1", "1.2", "1.3", "1.3"]],
        ["varnish_default_ttl", "4 hours"],
        ["default_app_id", 0],
        ["sys_locale", "de DE"],
      ),
    ],
  },
  {
    tool: "update_server_package",
    minimal: { ...SERVER, ...PACKAGE },
    full: { ...SERVER, package: "redis", version: "latest", wait_seconds: 30 },
    sends: {
      minimal: [
        LISTING,
        ["GET /packages"],
        SETTINGS,
        ["POST /server/manage/package", { ...SERVER, package_name: "php", package_version: "8.3" }],
        LOOK,
      ],
      full: [
        LISTING,
        ["GET /packages"],
        SETTINGS,
        ["POST /server/manage/package", { ...SERVER, package_name: "redis", package_version: "latest" }],
        LOOK,
      ],
    },
    wrong: [
      ...wrongServer.map(({ args, names }) => ({ args: { ...args, ...PACKAGE }, names })),
      ...wrongWait.map(({ args, names }) => ({ args: { ...args, ...PACKAGE }, names })),
      { args: { ...SERVER, version: "8.3" }, names: "package" },
      { args: { ...SERVER, package: "php" }, names: "version" },
      { args: { ...SERVER, ...PACKAGE, package: "php 8" }, names: "package" },
      { args: { ...SERVER, ...PACKAGE, version: "8.3; reboot" }, names: "version" },
    ],
  },
  {
    tool: "update_backup_schedule",
    minimal: { ...SERVER, backup_time: "03:00" },
    full: { ...SERVER, ...SCHEDULE },
    setUp(sandbox) {
      for (const server of sandbox.account().servers) server.backup_time = "23:07";
    },
    sends: {
      minimal: [
        LISTING,
        ["GET /backup-frequencies"],
        LISTING,
        [
          "POST /server/manage/backupSettings",
          {
            ...SERVER,
            backup_frequency: "1",
            backup_retention: "8",
            backup_time: "03:00",
            local_backups: false,
          },
        ],
        LISTING,
      ],
      full: [
        LISTING,
        ["GET /backup-frequencies"],
        LISTING,
        [
          "POST /server/manage/backupSettings",
          {
            ...SERVER,
            backup_frequency: "12h",
            backup_retention: "14",
            backup_time: "03:00",
            local_backups: true,
          },
        ],
        LISTING,
      ],
    },
    wrong: [
      ...wrongServer.map(({ args, names }) => ({ args: { ...args, ...SCHEDULE }, names })),
      { args: SERVER, names: "backup_frequency" },
      ...wrong(
        ["backup_frequency", "every hour"],
        ["backup_retention", 0],
        ["backup_retention", "two weeks"],
        ["backup_time", "3:00"],
        ["backup_time", "24:00"],
        ["local_backups", "sometimes"],
      ),
    ],
  },
  {
    tool: "get_maintenance_window",
    minimal: SERVER,
    full: SERVER,
    sends: always(LISTING, WINDOW),
    wrong: wrongServer,
  },
  {
    tool: "set_maintenance_window",
    minimal: { ...SERVER, day: "Sunday", hour: 3 },
    full: { ...SERVER, day: "Wednesday", hour: 0 },
    sends: {
      minimal: [
        LISTING,
        WINDOW,
        WINDOW,
        ["POST /server/manage/postMaintenanceWinSettings", { ...SERVER, day: "Sunday", hour: 3 }],
        WINDOW,
      ],
      full: [
        LISTING,
        WINDOW,
        WINDOW,
        ["POST /server/manage/postMaintenanceWinSettings", { ...SERVER, day: "Wednesday", hour: 0 }],
        WINDOW,
      ],
    },
    wrong: [
      ...wrongServer.map(({ args, names }) => ({ args: { ...args, day: "Sunday", hour: 3 }, names })),
      { args: { ...SERVER, hour: 3 }, names: "day" },
      { args: { ...SERVER, day: "Sunday" }, names: "hour" },
      { args: { ...SERVER, day: "Sunday", hour: 24 }, names: "hour" },
      { args: { ...SERVER, day: "Sunday", hour: -1 }, names: "hour" },
      { args: { ...SERVER, day: "weekend", hour: 3 }, names: "day" },
    ],
  },
  {
    tool: "set_snapshot_frequency",
    minimal: { ...SERVER, enabled: false },
    full: { ...SERVER, enabled: true, hours: 12 },
    setUp(sandbox) {
      for (const server of sandbox.account().servers) {
        server.cloud = "amazon";
        server.snapshot_frequency = "24";
      }
    },
    sends: {
      minimal: [
        LISTING,
        LISTING,
        ["POST /server/manage/snapshotFrequency", { ...SERVER, snapshot_frequency: "" }],
        LISTING,
      ],
      full: [
        LISTING,
        LISTING,
        ["POST /server/manage/snapshotFrequency", { ...SERVER, snapshot_frequency: "12" }],
        LISTING,
      ],
    },
    wrong: [
      ...wrongServer.map(({ args, names }) => ({ args: { ...args, enabled: false }, names })),
      { args: SERVER, names: "enabled" },
      { args: { ...SERVER, enabled: true }, names: "hours" },
      { args: { ...SERVER, enabled: false, hours: 24 }, names: "hours" },
      { args: { ...SERVER, enabled: true, hours: 0 }, names: "hours" },
    ],
  },
  {
    tool: "delete_server_local_backups",
    minimal: SERVER,
    full: { ...SERVER, wait_seconds: 30 },
    sends: always(LISTING, ["POST /server/manage/remove_local_backup", SERVER], LOOK),
    sendsAfterDocumented: always(LISTING, ["POST /server/manage/remove_local_backup", SERVER]),
    wrong: [...wrongServer, ...wrongWait],
  },
  {
    tool: "delete_app_local_backup",
    minimal: { app_id: 200001 },
    full: { app_id: 200001, ...SERVER, wait_seconds: 30 },
    sends: always(LISTING, ["DELETE /app/manage/backup", { app_id: 200001, ...SERVER }], LOOK),
    wrong: [
      { args: {}, names: "app_id" },
      { args: { app_id: "shop" }, names: "app_id" },
      { args: { app_id: 200001, server_id: "x" }, names: "server_id" },
      { args: { app_id: 200001, wait_seconds: 301 }, names: "wait_seconds" },
    ],
  },
  {
    tool: "get_disk_cleanup_settings",
    minimal: SERVER,
    full: SERVER,
    sends: always(LISTING, CLEANUP),
    wrong: wrongServer,
  },
  {
    tool: "update_disk_cleanup_settings",
    minimal: { ...SERVER, enabled: true },
    full: {
      ...SERVER,
      enabled: true,
      remove_app_tmp: true,
      remove_app_private_html: false,
      rotate_system_log: true,
      rotate_app_log: true,
      remove_app_local_backup: false,
    },
    sends: {
      minimal: [LISTING, CLEANUP, CLEANUP, ["PUT /server/disk/100001", SENT_CLEANUP], CLEANUP],
      full: [
        LISTING,
        CLEANUP,
        CLEANUP,
        [
          "PUT /server/disk/100001",
          { ...SENT_CLEANUP, remove_app_tmp: "yes", rotate_system_log: "yes", rotate_app_log: "yes" },
        ],
        CLEANUP,
      ],
    },
    wrong: [
      ...wrongServer.map(({ args, names }) => ({ args: { ...args, enabled: true }, names })),
      { args: SERVER, names: "enabled" },
      ...wrong(["enabled", "weekly"], ["remove_app_tmp", "some"]),
    ],
  },
];
