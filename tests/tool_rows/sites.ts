import type { Sandbox } from "../sandbox/mod.ts";
import { always, LISTING, LOOK, type Sent, type ToolRow } from "./row.ts";

const APP = { app_id: 200001 };
const APP_FULL = { ...APP, server_id: 100001 };
const WAIT = { wait_seconds: 30 };

type Arguments = Record<string, unknown>;

const wrongApp = [
  { args: {}, names: "app_id" },
  { args: { app_id: 0 }, names: "app_id" },
  { args: { ...APP, server_id: "x" }, names: "server_id" },
];
const wrongWait = { args: { ...APP, wait_seconds: 301 }, names: "wait_seconds" };

/** Wrong arguments beside the right application. */
const wrongWith = (needs: Arguments, ...wrong: [args: Arguments, names: string][]): ToolRow["wrong"] =>
  wrong.map(([args, names]) => ({ args: { ...APP, ...needs, ...args }, names }));

/** A tool that reads. */
const reading = (tool: string, ...requests: string[]): ToolRow => ({
  tool,
  minimal: APP,
  full: APP_FULL,
  sends: always(LISTING, ...requests.map((request): Sent => [request, APP_FULL])),
  wrong: wrongApp,
});

/** The same read of an application, some times. */
const read = (request: string, times: number): Sent[] => Array.from({ length: times }, () => [request, APP_FULL]);

const CRON = "*/5 * * * * php /home/example/cron.php";
const OTHER_CRON = "0 1 * * * php /home/example/night.php";
const JOB = { cmd_type: "PHP", minutes: "*/5", hours: "*", days: "*", months: "*", weekdays: "*" };

const everyApp =
  (change: (app: ReturnType<Sandbox["account"]>["servers"][number]["apps"][number]) => void) => (sandbox: Sandbox) => {
    for (const { apps } of sandbox.account().servers) apps.forEach(change);
  };

const withCrons = everyApp((app) => {
  app.crons = {
    basic: [{ ...JOB, command: "/home/example/cron.php" }],
    script: `@hourly keep.sh\n${CRON}\n\n${OTHER_CRON}`,
  };
});

/** The list is read to show it, read again before it is written, and read back afterwards. */
const sentCrons = (...lines: string[]): Sent[] => [
  LISTING,
  ...read("GET /app/manage/cronList", 3),
  ["POST /app/manage/cronList", { ...APP_FULL, crons: JSON.stringify(lines), is_script: true }],
];

const NIGHTLY = "30 2 * * 1-5  php  /home/example/report.php";

const PHP = "; pool\nphp_admin_value[memory_limit] = 256M\nphp_value[upload_max_filesize] = 64M\n";
const withPhp = everyApp((app) => void (app.fpm_setting = PHP));

const sentPhp = (...lines: string[]): Sent[] => [
  LISTING,
  ...read("GET /app/manage/fpm_setting", 3),
  ["POST /app/manage/fpm_setting", { ...APP_FULL, fpm_setting: btoa(lines.join("\n")) }],
];

const RULE = { method: "exclude", type: "url", value: "/checkout" };
const sentRules = (...rules: unknown[]): Sent[] => [
  LISTING,
  ...read("GET /app/manage/varnish_setting", 3),
  ["POST /app/manage/varnish_setting", { ...APP_FULL, vcl_list: JSON.stringify(rules) }],
];

const SETTINGS = read("GET /app/get_settings_value", 2);
const switched = (name: string): Sent => [`POST /app/manage/${name}`, { ...APP_FULL, status: "enable" }];
const ALL_SWITCHED = [
  ...["geo_ip_header", "device/detection", "ignore/query_string", "webP", "xmlrpc", "php_direct_execution"].map(
    switched,
  ),
];

const notFolders = (name: string, ...more: string[]): ToolRow["wrong"] =>
  ["/etc", "../x", "public_html/../x", "a//b", "a b", ".ssh", "x".repeat(251), ...more].flatMap((folder) =>
    wrongWith({}, [{ [name]: folder }, name])
  );

const SPAN = { from: "2026-08-01T14:00:00Z", until: "2026-08-01T14:10" };
const SENT_SPAN = { from: "01/08/2026 14:00", until: "01/08/2026 14:10" };

const graph = (timezone: string): Sent => [
  "GET /app/monitor/detail",
  { server_id: 100001, app_id: "user200001", target: "Idle CPU", duration: "1 Hour", timezone },
];

/** The tools for what runs a site. */
export const sitesRows: readonly ToolRow[] = [
  { ...reading("list_app_cron_jobs", "GET /app/manage/cronList", "GET /app/get_settings_value"), setUp: withCrons },
  { ...reading("get_app_php_settings", "GET /app/manage/fpm_setting"), setUp: withPhp },
  {
    tool: "update_app_php_settings",
    setUp: withPhp,
    minimal: { ...APP, add: ["php_value[memory_limit]  = 512M"] },
    full: { ...APP_FULL, add: ["php_admin_value[max_input_vars] = 5000"], remove: ["upload_max_filesize"] },
    sends: {
      minimal: sentPhp("; pool", "php_value[memory_limit]  = 512M", "php_value[upload_max_filesize] = 64M"),
      full: sentPhp("; pool", "php_admin_value[memory_limit] = 256M", "php_admin_value[max_input_vars] = 5000"),
    },
    wrong: [
      ...wrongApp,
      ...wrongWith({}, [{}, "add"], [{ add: [] }, "add"], [{ remove: [] }, "remove"], [{ remove: [""] }, "remove"]),
      ...wrongWith({ add: ["a = 1"] }, [{ replace: "" }, "replace"], [{ remove: ["a"] }, "remove"]),
      ...["; a = 1", "memory_limit", "[www]", ""].flatMap((line) => wrongWith({}, [{ add: [line] }, "add"])),
      ...wrongWith({}, [{ replace: "x".repeat(20_001) }, "replace"], [{ add: ["a = 1\nb = 2"] }, "add"]),
    ],
  },
  {
    tool: "update_app_varnish_rules",
    minimal: { ...APP, add: ["cookie:session"] },
    full: { ...APP_FULL, add: ["url:/cart"], remove: ["url:/checkout"], ...WAIT },
    sends: {
      minimal: [...sentRules(RULE, { method: "exclude", type: "cookie", value: "session" }), LOOK],
      full: [...sentRules({ ...RULE, value: "/cart" }), LOOK],
    },
    sendsAfterDocumented: {
      minimal: sentRules(RULE, { method: "exclude", type: "cookie", value: "session" }),
      full: sentRules({ ...RULE, value: "/cart" }),
    },
    wrong: [
      ...wrongApp,
      ...wrongWith({ add: ["url:/x"] }, [{ wait_seconds: 301 }, "wait_seconds"], [{ replace: [] }, "replace"]),
      ...wrongWith({}, [{}, "add"], [{ add: [] }, "add"], [{ remove: [] }, "remove"]),
      ...["/cart", "url:", "url: /x", "header:x", ""].flatMap((rule) =>
        wrongWith({}, [{ add: [rule] }, "add"], [{ remove: [rule] }, "remove"], [{ replace: [rule] }, "replace"])
      ),
    ],
  },
  {
    tool: "update_app_cron_jobs",
    setUp: withCrons,
    minimal: { ...APP, add: [NIGHTLY] },
    full: { ...APP_FULL, add: ["@daily php x.php"], remove: ["0 1  * * *   php /home/example/night.php"] },
    sends: {
      minimal: sentCrons("@hourly keep.sh", CRON, OTHER_CRON, NIGHTLY),
      full: sentCrons("@hourly keep.sh", CRON, "@daily php x.php"),
    },
    wrong: [
      ...wrongApp,
      ...wrongWith({}, [{}, "add"], [{ add: [] }, "add"], [{ remove: [] }, "remove"]),
      ...wrongWith({}, [{ add: [NIGHTLY], replace: [] }, "replace"], [{ add: [NIGHTLY], remove: [NIGHTLY] }, "remove"]),
      ...["* * * * php x.php", "@often php x.php", "php x.php", "# comment", "MAILTO=x", "0 2 * * *", ""].flatMap((
        line,
      ) => wrongWith({}, [{ add: [line] }, "add"], [{ replace: [line] }, "replace"])),
    ],
  },
  {
    tool: "set_app_cron_optimizer",
    minimal: { ...APP, enabled: false },
    full: { ...APP_FULL, enabled: true, ...WAIT },
    sends: {
      minimal: [LISTING, ...read("GET /app/get_settings_value", 1), ["POST /app/manage/cron_setting", {
        ...APP_FULL,
        status: "disable",
      }], LOOK],
      full: [LISTING, ...read("GET /app/get_settings_value", 1), ["POST /app/manage/cron_setting", {
        ...APP_FULL,
        status: "enable",
      }], LOOK],
    },
    wrong: [...wrongApp, wrongWait, ...wrongWith({}, [{}, "enabled"], [{ enabled: "maybe" }, "enabled"])],
  },
  {
    tool: "update_app_settings",
    minimal: { ...APP, webp: true },
    full: {
      ...APP_FULL,
      geo_ip_header: true,
      xmlrpc: true,
      device_detection: true,
      ignore_query_string: true,
      php_direct_execution: true,
      webp: true,
      ...WAIT,
    },
    sends: {
      minimal: [LISTING, ...SETTINGS, switched("webP"), LOOK],
      full: [LISTING, ...SETTINGS, ...ALL_SWITCHED, LOOK, LOOK, LOOK],
    },
    sendsAfterDocumented: { full: [LISTING, ...SETTINGS, ...ALL_SWITCHED, LOOK, LOOK] },
    wrong: [
      ...wrongApp,
      ...wrongWith({ webp: true }, [{ wait_seconds: 301 }, "wait_seconds"], [{ webp: "maybe" }, "webp"]),
      ...wrongWith({}, [{}, "webp"], [{ xmlrpc: "x" }, "xmlrpc"], [{ geo_ip_header: 2 }, "geo_ip_header"]),
      ...wrongWith({}, [{ device_detection: "x" }, "device_detection"], [{ xml_rpc: true }, "xml_rpc"]),
      ...wrongWith({}, [{ ignore_query_string: "x" }, "ignore_query_string"]),
      ...wrongWith({}, [{ php_direct_execution: "x" }, "php_direct_execution"]),
    ],
  },
  reading("get_app_access", "GET /app/getAppSshPerms", "GET /app/getApplicationAccess"),
  {
    tool: "set_app_ssh_access",
    minimal: { ...APP, enabled: false },
    full: { ...APP_FULL, enabled: false },
    sends: always(
      LISTING,
      ...read("GET /app/getAppSshPerms", 3),
      ["POST /app/updateAppSshPerms", { ...APP_FULL, update_perms_action: "disable" }],
    ),
    wrong: [...wrongApp, ...wrongWith({}, [{}, "enabled"], [{ enabled: "maybe" }, "enabled"])],
  },
  {
    tool: "set_app_state",
    minimal: { ...APP, enabled: false },
    full: { ...APP_FULL, enabled: false },
    sends: always(
      LISTING,
      ...read("GET /app/getApplicationAccess", 3),
      ["POST /app/state", { ...APP_FULL, state: "Disable" }],
    ),
    wrong: [...wrongApp, ...wrongWith({}, [{}, "enabled"], [{ enabled: "maybe" }, "enabled"])],
  },
  {
    tool: "set_app_webroot",
    minimal: { ...APP, webroot: "public_html/public" },
    full: { ...APP_FULL, webroot: "public_html/public" },
    sends: always(LISTING, ["POST /app/manage/webroot", { ...APP_FULL, webroot: "public_html/public" }]),
    wrong: [...wrongApp, ...wrongWith({}, [{}, "webroot"]), ...notFolders("webroot"), ...notFolders("webroot", "")],
  },
  {
    tool: "set_app_symlink",
    minimal: { ...APP, symlink: "current" },
    full: { ...APP_FULL, symlink: "current" },
    sends: always(LISTING, ["POST /app/manage/symlink", { ...APP_FULL, symlink: "current" }]),
    wrong: [...wrongApp, ...wrongWith({}, [{}, "symlink"]), ...notFolders("symlink")],
  },
  {
    tool: "set_app_cors_headers",
    minimal: { ...APP, cors_header: "https://www.example.com" },
    full: { ...APP_FULL, cors_header: "https://www.example.com", ...WAIT },
    sends: always(
      LISTING,
      ...read("GET /app/get_settings_value", 1),
      ["POST /app/cors_header", { ...APP_FULL, corsHeader: "https://www.example.com" }],
      LOOK,
    ),
    wrong: [
      ...wrongApp,
      ...wrongWith({ cors_header: "enable" }, [{ wait_seconds: 301 }, "wait_seconds"], [
        { cors_header: "" },
        "cors_header",
      ]),
      ...wrongWith({}, [{}, "cors_header"], [{ cors_header: "a\nb" }, "cors_header"]),
    ],
  },
  {
    tool: "get_app_cron_report",
    minimal: APP,
    full: { ...APP_FULL, ...WAIT },
    sends: always(LISTING, ["GET /app/analytics/cron", APP_FULL], LOOK),
    wrong: [...wrongApp, wrongWait],
  },
  {
    tool: "get_app_traffic_details",
    minimal: { ...APP, ...SPAN, resource: "top_ips" },
    full: {
      ...APP_FULL,
      from: "2026-08-01 16:00:59+02:00",
      until: "2026-08-01T14:10Z",
      resource: "top_urls",
      rows: ["/checkout"],
      ...WAIT,
    },
    sends: {
      minimal: [
        LISTING,
        ["POST /app/analytics/trafficDetails", { ...APP_FULL, ...SENT_SPAN, resource: "top_ips" }],
        LOOK,
      ],
      full: [LISTING, [
        "POST /app/analytics/trafficDetails",
        { ...APP_FULL, ...SENT_SPAN, resource: "top_urls", resource_list: ["/checkout"] },
      ], LOOK],
    },
    wrong: [
      ...wrongApp,
      ...wrongWith({ ...SPAN, resource: "top_ips" }, [{ wait_seconds: 301 }, "wait_seconds"], [{ rows: [] }, "rows"]),
      ...wrongWith({ ...SPAN, resource: "top_ips" }, [{ resource: "bandwidth" }, "resource"], [{ rows: [""] }, "rows"]),
      ...wrongWith({ ...SPAN, resource: "top_ips" }, [{ until: SPAN.from }, "until"], [{ until: undefined }, "until"]),
      ...["01/08/2026 14:00", "2026-08", "2026-13-01T00:00", "yesterday"].flatMap((time) =>
        wrongWith({ ...SPAN, resource: "top_ips" }, [{ from: time }, "from"], [{ until: time }, "until"])
      ),
      ...wrongWith({ ...SPAN }, [{}, "resource"]),
      ...wrongWith({ resource: "top_ips" }, [{ until: SPAN.until }, "from"]),
    ],
  },
  {
    tool: "get_app_monitoring_detail",
    setUp: everyApp((app) => void (app.sys_user = `user${app.id}`)),
    minimal: { ...APP, target: "Idle CPU", duration: "1 Hour" },
    full: { ...APP_FULL, target: "Idle CPU", duration: "1 Hour", timezone: "Europe/Berlin" },
    sends: { minimal: [LISTING, graph("UTC")], full: [LISTING, graph("Europe/Berlin")] },
    wrong: [
      ...wrongApp,
      ...wrongWith({ duration: "1 Hour" }, [{}, "target"], [{ target: "" }, "target"]),
      ...wrongWith({ target: "x" }, [{}, "duration"], [{ duration: "2 Hours" }, "duration"]),
      ...wrongWith({ target: "x", duration: "1 Hour" }, [{ timezone: "+02:00" }, "timezone"]),
    ],
  },
];
