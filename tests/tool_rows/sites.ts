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
      minimal: [LISTING, ["POST /app/manage/cron_setting", { ...APP_FULL, status: "disable" }], LOOK],
      full: [LISTING, ["POST /app/manage/cron_setting", { ...APP_FULL, status: "enable" }], LOOK],
    },
    wrong: [...wrongApp, wrongWait, ...wrongWith({}, [{}, "enabled"], [{ enabled: "maybe" }, "enabled"])],
  },
];
