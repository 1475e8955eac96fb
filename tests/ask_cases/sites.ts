import { always, answers, APP, type AskCase, never, type ToolCases } from "./case.ts";

/** A switch that is turned on. */
const opening = (name: string, sends: string, asks: boolean): AskCase[] => [
  { args: { [name]: true }, sends, present: "off", asks, why: asks ? "opens, or changes pages" : "opens nothing" },
];

/** A switch that is turned off: it is on, or nobody knows. */
const closing = (name: string, flag: string, sends: string): AskCase[] => {
  const args = { [name]: false };
  return [
    { args, sends, present: "on", setUp: (app) => void (app.flags[flag] = 1), asks: true, why: "switches off" },
    { args, sends, present: "no word", setUp: (app) => void delete app.flags[flag], asks: true, why: "may be on" },
  ];
};

/** The tools for what runs a site. */
export const sitesCases: Record<string, ToolCases> = {
  update_app_php_settings: {
    sends: "app_fpm_settings_update",
    args: { ...APP, add: ["php_admin_value[memory_limit] = 512M"] },
    cases: always("a wrong setting takes the site down"),
  },
  update_app_varnish_rules: {
    sends: "app_varnish_settings_update",
    args: APP,
    cases: [
      { args: { add: ["url:/cart"] }, present: "a rule", asks: true, why: "changes what visitors get" },
      { args: { remove: ["url:/checkout"] }, present: "a rule", asks: true, why: "caches what may be private" },
    ],
  },
  update_app_cron_jobs: {
    sends: "app_cron_list_update",
    args: { ...APP, add: ["0 2 * * * php x.php"] },
    cases: [...always("runs commands"), {
      present: "no cron job",
      setUp: (app) => void (app.crons = { basic: [], script: "" }),
      asks: true,
      why: "runs commands",
    }],
  },
  set_app_cron_optimizer: {
    sends: "app_cron_optimizer_update",
    args: { ...APP, enabled: false },
    cases: never("its tasks run all the same"),
  },
  update_app_settings: {
    sends: "app_webp_redirection_update",
    args: APP,
    cases: [
      { args: { webp: true }, present: "off", asks: false, why: "opens nothing, and takes nothing away" },
      ...opening("geo_ip_header", "app_geo_ip_header_update", false),
      ...opening("device_detection", "app_device_detection_update", false),
      ...opening("ignore_query_string", "app_ignore_query_string_update", true),
      ...opening("xmlrpc", "app_xmlrpc_update", true),
      ...opening("php_direct_execution", "app_php_direct_execution_update", true),
      ...closing("webp", "webp", "app_webp_redirection_update"),
      ...closing("geo_ip_header", "geo_ip_setting", "app_geo_ip_header_update"),
      ...closing("device_detection", "device_detection", "app_device_detection_update"),
      ...closing("ignore_query_string", "ignore_query_string", "app_ignore_query_string_update"),
      ...closing("xmlrpc", "xml_rpc_setting", "app_xmlrpc_update"),
      ...closing("php_direct_execution", "php_direct_execution", "app_php_direct_execution_update"),
    ],
  },
  set_app_ssh_access: {
    sends: "app_ssh_access_update",
    args: APP,
    cases: [
      { args: { enabled: false }, present: "on", asks: true, why: "switches off" },
      {
        args: { enabled: true },
        present: "off",
        setUp: (app) => void (app.ssh_access = false),
        asks: true,
        why: "opens a shell",
      },
      {
        args: { enabled: true },
        present: "no word of it",
        setUp: answers("app_ssh_access_get", { message: "Not found" }, 404),
        asks: true,
        why: "may open a shell",
      },
    ],
  },
  set_app_state: {
    sends: "app_access_state_update",
    args: APP,
    cases: [
      { args: { enabled: false }, present: "open", asks: true, why: "takes it offline" },
      {
        args: { enabled: true },
        present: "closed",
        setUp: (app) => void (app.access = false),
        asks: true,
        why: "makes it reachable",
      },
      {
        args: { enabled: true },
        present: "no word of it",
        setUp: answers("app_access_state_get", { status: true, response: { app_status: [] } }),
        asks: true,
        why: "may make it reachable",
      },
    ],
  },
  set_app_webroot: {
    sends: "app_webroot_update",
    args: { ...APP, webroot: "public_html/public" },
    cases: always("changes what visitors get"),
  },
  set_app_symlink: {
    sends: "app_symlink_update",
    args: APP,
    cases: [
      { args: { symlink: "current" }, present: "any", asks: true, why: "changes what visitors get" },
      { args: { symlink: "" }, present: "any", asks: true, why: "changes what visitors get" },
    ],
  },
  set_app_cors_headers: {
    sends: "app_cors_headers_update",
    args: APP,
    cases: [
      { args: { cors_header: "https://www.example.com" }, present: "off", asks: true, why: "opens" },
      { args: { cors_header: "disable" }, present: "off", asks: true, why: "what it means is not known" },
    ],
  },
};
