import { always, answers, APP, type AskCase, never, SERVER, type ToolCases } from "./case.ts";

/** Each of the two lists, added to and removed from. */
const rules = (adding: string, removing: string, args: (isAdded: boolean) => AskCase["args"]): AskCase[] => [
  { args: { ...args(true), list: "block" }, sends: adding, present: "a block", asks: true, why: "locks out" },
  { args: { ...args(true), list: "allow" }, sends: adding, present: "a block", asks: true, why: "opens a door" },
  { args: { ...args(false), list: "block" }, sends: removing, present: "a block", asks: true, why: "lets in" },
];

/** The tools of the Security Suite. */
export const protectionCases: Record<string, ToolCases> = {
  set_app_protection: {
    sends: "security_suite_app_deactivate",
    args: APP,
    cases: [
      { args: { enabled: false }, present: "ordered", asks: true, why: "changes what is billed" },
      {
        args: { enabled: true },
        sends: "security_suite_app_activate",
        present: "not ordered",
        setUp: (app) => void (app.protection.active = false),
        asks: true,
        why: "is billed",
      },
      {
        args: { enabled: false },
        present: "no word of it",
        setUp: answers("security_suite_server_apps_list", { message: "No" }, 403),
        asks: true,
        why: "changes what is billed",
      },
    ],
  },
  start_app_scan: {
    sends: "security_suite_app_scan_start",
    args: APP,
    cases: never("only looks"),
  },
  restore_quarantined_files: {
    sends: "security_suite_app_files_restore",
    args: { ...APP, files: ["17"] },
    cases: [...always("may bring malware back"), {
      present: "no word of files",
      setUp: answers("security_suite_app_files_list", {}),
      asks: true,
      why: "may bring malware back",
    }],
  },
  update_app_ip_rules: {
    sends: "security_suite_app_ips_update",
    args: { ...APP, ip: "198.51.100.9", reason: "test" },
    cases: rules(
      "security_suite_app_ips_update",
      "security_suite_app_ips_delete",
      (isAdded) => ({ action: isAdded ? "add" : "remove" }),
    ),
  },
  update_server_ip_rules: {
    sends: "security_suite_server_ips_update",
    args: SERVER,
    cases: [
      ...rules(
        "security_suite_server_ips_update",
        "security_suite_server_ips_delete",
        (isAdded) => ({ [isAdded ? "add" : "remove"]: ["198.51.100.9"] }),
      ),
      {
        args: { list: "block", add: ["203.0.113.7"] },
        present: "no word of rules",
        setUp: answers("security_suite_server_ips_get", { message: "No" }, 403),
        asks: true,
        why: "locks out",
      },
    ],
  },
  update_server_country_blocks: {
    sends: "security_suite_server_countries_blacklist_update",
    args: SERVER,
    cases: [
      { args: { add: ["GB"] }, present: "another country", asks: true, why: "locks out" },
      {
        args: { remove: ["GB"] },
        sends: "security_suite_server_countries_blacklist_delete",
        present: "that country",
        setUp: (_app, { protection }) => void protection.countries.push("GB"),
        asks: true,
        why: "lets in",
      },
    ],
  },
  refresh_infected_domains: {
    sends: "security_suite_server_infected_domains_sync",
    args: SERVER,
    cases: never("only looks"),
  },
  update_firewall_settings: {
    sends: "security_suite_server_firewall_settings_update",
    args: SERVER,
    cases: [
      { args: { request_limit: 60 }, present: "100", asks: true, why: "keeps visitors out" },
      { args: { weak_password_protection: false }, present: "on", asks: true, why: "switches off" },
      {
        args: { weak_password_protection: true },
        present: "no word of it",
        setUp: answers("security_suite_server_firewall_settings_get", {}),
        asks: true,
        why: "nobody knows what it replaces",
      },
    ],
  },
};
