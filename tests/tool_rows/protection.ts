import type { Sandbox } from "../sandbox/mod.ts";
import { always, LISTING, type Sent, type ToolRow } from "./row.ts";

const SERVER = { server_id: 100001 };
const APP = { app_id: 200001 };
const APP_FULL = { ...APP, ...SERVER };
/** Malware protection is ordered for the first application only. */
const UNPROTECTED = { app_id: 200002 };
const ON_APP = "/app/security/200001";
const ON_SERVER = "/server/security/100001";
const COUNTRIES: Sent = ["GET /countries"];
const RULES: Sent = [`GET ${ON_SERVER}/ips`, SERVER];
const FIREWALL: Sent = [`GET ${ON_SERVER}/firewall-settings`, SERVER];
const FILES: Sent = [`GET ${ON_APP}/files`, { ...APP_FULL, offset: 0, limit: 100 }];

const wrongServer = [{ args: {}, names: "server_id" }, { args: { server_id: 1.5 }, names: "server_id" }];
const wrongApp = [
  { args: {}, names: "app_id" },
  { args: { app_id: 0 }, names: "app_id" },
  { args: { ...APP, server_id: "x" }, names: "server_id" },
];
const wrongPart = (args: Record<string, unknown>) => [
  { args: { ...args, offset: -1 }, names: "offset" },
  { args: { ...args, limit: 0 }, names: "limit" },
  { args: { ...args, limit: 101 }, names: "limit" },
];

/** One of the countries that Cloudways lists is blocked. */
function blockBritain(sandbox: Sandbox): void {
  sandbox.account().servers[0]?.protection.countries.push("GB");
}

/** A read about the application that Cloudways gives in parts. */
const partOfApp = (tool: string, what: string): ToolRow => ({
  tool,
  minimal: APP,
  full: { ...APP_FULL, offset: 1, limit: 5 },
  sends: {
    minimal: [LISTING, [`GET ${ON_APP}/${what}`, { ...APP_FULL, offset: 0, limit: 20 }]],
    full: [LISTING, [`GET ${ON_APP}/${what}`, { ...APP_FULL, offset: 1, limit: 5 }]],
  },
  wrong: [...wrongApp, ...wrongPart(APP)],
});

/** A tool about the server that takes nothing else. */
const onServer = (tool: string, request: string): ToolRow => ({
  tool,
  minimal: SERVER,
  full: SERVER,
  sends: always(LISTING, [request, SERVER]),
  wrong: wrongServer,
});

const RULE = { ...APP, list: "block", action: "add", ip: "203.0.113.7", reason: "spam" };
const SPAN = { from: "2026-08-01", until: "2026-08-02T00:00:00Z" };
const SENT_SPAN = { start: 1785542400, end: 1785628800 };

/** The tools of the Security Suite. */
export const protectionRows: readonly ToolRow[] = [
  {
    tool: "get_app_protection",
    minimal: APP,
    full: APP_FULL,
    sends: always(
      LISTING,
      [`GET ${ON_APP}/status`, APP_FULL],
      [`GET ${ON_APP}/incidents`, APP_FULL],
      [`GET ${ON_APP}/events`, APP_FULL],
    ),
    wrong: wrongApp,
  },
  {
    tool: "set_app_protection",
    minimal: { ...UNPROTECTED, enabled: true },
    full: { ...APP_FULL, enabled: false },
    sends: {
      minimal: [
        LISTING,
        [`GET ${ON_SERVER}/apps`, { ...SERVER, page_limit: 100, app_name: "Blog" }],
        ["POST /app/security/200002/activate", { ...UNPROTECTED, ...SERVER }],
      ],
      full: [
        LISTING,
        [`GET ${ON_SERVER}/apps`, { ...SERVER, page_limit: 100, app_name: "Shop" }],
        [`PATCH ${ON_APP}/deactivate`, { ...APP_FULL, app_name: "Shop" }],
      ],
    },
    wrong: [...wrongApp, { args: APP, names: "enabled" }, { args: { ...APP, enabled: "maybe" }, names: "enabled" }],
  },
  partOfApp("list_app_scans", "scans"),
  {
    tool: "start_app_scan",
    minimal: APP,
    full: APP_FULL,
    sends: always(LISTING, [`POST ${ON_APP}/scans`, APP_FULL]),
    wrong: wrongApp,
  },
  {
    tool: "get_app_scan",
    minimal: APP,
    full: { ...APP_FULL, scan_id: "42" },
    sends: {
      minimal: [LISTING, [`GET ${ON_APP}/scans/status`, APP_FULL]],
      full: [LISTING, [`GET ${ON_APP}/scans/42`, { ...APP_FULL, scan_id: "42" }]],
    },
    wrong: [
      ...wrongApp,
      ...["status", "../7", "4 2", "x".repeat(65)].map((scan_id) => ({ args: { ...APP, scan_id }, names: "scan_id" })),
    ],
  },
  partOfApp("list_infected_files", "files"),
  {
    tool: "restore_quarantined_files",
    minimal: { ...APP, files: ["17"] },
    full: { ...APP_FULL, files: ["17", "public_html/wp-content/bad.php"] },
    sends: {
      minimal: [LISTING, FILES, [`POST ${ON_APP}/files/restore`, { ...APP_FULL, files: "17" }]],
      full: [LISTING, FILES, [
        `POST ${ON_APP}/files/restore`,
        { ...APP_FULL, files: "17,public_html/wp-content/bad.php" },
      ]],
    },
    wrong: [
      ...wrongApp,
      ...[[], [""], ["17,18"], ["x".repeat(501)]].map((files) => ({ args: { ...APP, files }, names: "files" })),
    ],
  },
  {
    tool: "update_app_ip_rules",
    minimal: RULE,
    full: { ...RULE, ...SERVER, action: "remove", ip: "198.51.100.9" },
    sends: {
      minimal: [LISTING, [`PUT ${ON_APP}/ips`, { ...APP_FULL, ips: "203.0.113.7", mode: "block", reason: "spam" }]],
      full: [LISTING, [`DELETE ${ON_APP}/ips`, { ...APP_FULL, ips: "198.51.100.9", mode: "block", reason: "spam" }]],
    },
    wrong: [
      ...wrongApp,
      { args: { ...RULE, list: "white" }, names: "list" },
      { args: { ...RULE, action: "replace" }, names: "action" },
      { args: { ...RULE, ip: "198.51.100.0/24" }, names: "ip" },
      { args: { ...RULE, ip: "office" }, names: "ip" },
      { args: { ...RULE, reason: "" }, names: "reason" },
      { args: { ...RULE, reason: "x".repeat(201) }, names: "reason" },
    ],
  },
  {
    tool: "list_protected_apps",
    minimal: SERVER,
    full: { ...SERVER, infected_only: true, label: "shop", page: 1, limit: 5 },
    sends: {
      minimal: [LISTING, [`GET ${ON_SERVER}/apps`, { ...SERVER, page: 1, page_limit: 20 }]],
      full: [LISTING, [
        `GET ${ON_SERVER}/apps`,
        { ...SERVER, page: 1, page_limit: 5, app_name: "shop", filter_by: "infected" },
      ]],
    },
    wrong: [
      ...wrongServer,
      { args: { ...SERVER, infected_only: "x" }, names: "infected_only" },
      { args: { ...SERVER, label: "x".repeat(101) }, names: "label" },
      { args: { ...SERVER, page: 0 }, names: "page" },
      { args: { ...SERVER, limit: 101 }, names: "limit" },
    ],
  },
  onServer("list_server_incidents", `GET ${ON_SERVER}/incidents`),
  {
    tool: "get_server_protection_stats",
    minimal: { ...SERVER, figures: ["threats"], ...SPAN },
    full: { ...SERVER, figures: ["threats", "waf_alerts"], ...SPAN, group_by: "hour" },
    sends: {
      minimal: [LISTING, [`GET ${ON_SERVER}/stats`, {
        ...SERVER,
        data_types: ["threats"],
        group_by: "day",
        ...SENT_SPAN,
      }]],
      full: [LISTING, [`GET ${ON_SERVER}/stats`, {
        ...SERVER,
        data_types: ["threats", "waf_alerts"],
        group_by: "hour",
        ...SENT_SPAN,
      }]],
    },
    wrong: [
      { args: { figures: ["threats"], ...SPAN }, names: "server_id" },
      { args: { ...SERVER, ...SPAN }, names: "figures" },
      { args: { ...SERVER, ...SPAN, figures: [] }, names: "figures" },
      { args: { ...SERVER, ...SPAN, figures: ["a b"] }, names: "figures" },
      { args: { ...SERVER, ...SPAN, figures: ["threats"], from: "yesterday" }, names: "from" },
      { args: { ...SERVER, ...SPAN, figures: ["threats"], until: "2026-07-01" }, names: "until" },
      { args: { ...SERVER, ...SPAN, figures: ["threats"], group_by: "1 day" }, names: "group_by" },
    ],
  },
  onServer("get_server_ip_rules", `GET ${ON_SERVER}/ips`),
  {
    tool: "update_server_ip_rules",
    minimal: { ...SERVER, list: "block", remove: ["198.51.100.9"] },
    full: { ...SERVER, list: "allow", add: ["203.0.113.7", "198.51.100.0/24"], minutes: 90 },
    // What is there is looked at before and after.
    sends: {
      minimal: [LISTING, RULES, [`DELETE ${ON_SERVER}/ips`, {
        ...SERVER,
        iplist: ["198.51.100.9"],
        mode: "black",
      }], RULES],
      full: [LISTING, RULES, [`PUT ${ON_SERVER}/ips`, {
        ...SERVER,
        iplist: ["203.0.113.7", "198.51.100.0/24"],
        mode: "white",
        ttl: 90,
        ttl_type: "minutes",
      }], RULES],
    },
    wrong: [
      { args: { list: "block", add: ["203.0.113.7"] }, names: "server_id" },
      { args: { ...SERVER, add: ["203.0.113.7"] }, names: "list" },
      { args: { ...SERVER, list: "black", add: ["203.0.113.7"] }, names: "list" },
      { args: { ...SERVER, list: "block" }, names: "add" },
      { args: { ...SERVER, list: "block", add: [] }, names: "add" },
      { args: { ...SERVER, list: "block", add: ["office"] }, names: "add" },
      { args: { ...SERVER, list: "block", add: ["203.0.113.7"], remove: ["203.0.113.8"] }, names: "add" },
      { args: { ...SERVER, list: "block", remove: ["office"] }, names: "remove" },
      { args: { ...SERVER, list: "block", remove: ["203.0.113.7"], minutes: 5 }, names: "minutes" },
      { args: { ...SERVER, list: "block", add: ["203.0.113.7"], minutes: 0 }, names: "minutes" },
    ],
  },
  {
    tool: "update_server_country_blocks",
    minimal: { ...SERVER, remove: ["GB"] },
    full: { ...SERVER, add: ["AF", "GB"], reason: "attacks" },
    setUp: blockBritain,
    sends: {
      minimal: [LISTING, COUNTRIES, [`DELETE ${ON_SERVER}/blacklist-countries`, { ...SERVER, countrylist: ["GB"] }]],
      full: [LISTING, COUNTRIES, [`PUT ${ON_SERVER}/blacklist-countries`, {
        ...SERVER,
        countrylist: ["AF", "GB"],
        reason: "attacks",
      }]],
    },
    wrong: [
      { args: { add: ["AF"] }, names: "server_id" },
      { args: SERVER, names: "add" },
      { args: { ...SERVER, add: [] }, names: "add" },
      { args: { ...SERVER, add: ["AFG"] }, names: "add" },
      { args: { ...SERVER, add: ["7A"] }, names: "add" },
      { args: { ...SERVER, add: ["AF"], remove: ["GB"] }, names: "add" },
      { args: { ...SERVER, remove: ["Britain"] }, names: "remove" },
      { args: { ...SERVER, remove: ["GB"], reason: "over" }, names: "reason" },
      { args: { ...SERVER, add: ["AF"], reason: "x".repeat(201) }, names: "reason" },
    ],
  },
  {
    tool: "list_infected_domains",
    minimal: SERVER,
    full: { ...SERVER, offset: 1, limit: 5 },
    sends: {
      minimal: [LISTING, [`GET ${ON_SERVER}/infected-domains`, { ...SERVER, offset: 0, limit: 20 }]],
      full: [LISTING, [`GET ${ON_SERVER}/infected-domains`, { ...SERVER, offset: 1, limit: 5 }]],
    },
    wrong: [...wrongServer, ...wrongPart(SERVER)],
  },
  onServer("refresh_infected_domains", `POST ${ON_SERVER}/infected-domains/sync`),
  onServer("get_firewall_settings", `GET ${ON_SERVER}/firewall-settings`),
  {
    tool: "update_firewall_settings",
    minimal: { ...SERVER, request_limit: 60 },
    full: { ...SERVER, request_limit: 60, weak_password_protection: false },
    // What is there is looked at before the question, before the change and after it.
    sends: {
      minimal: [
        LISTING,
        FIREWALL,
        FIREWALL,
        [`PUT ${ON_SERVER}/firewall-settings`, { ...SERVER, request_limit: 60 }],
        FIREWALL,
      ],
      full: [
        LISTING,
        FIREWALL,
        FIREWALL,
        [`PUT ${ON_SERVER}/firewall-settings`, { ...SERVER, request_limit: 60, weak_password: 0 }],
        FIREWALL,
      ],
    },
    wrong: [
      { args: { request_limit: 60 }, names: "server_id" },
      { args: SERVER, names: "request_limit" },
      { args: { ...SERVER, request_limit: 0 }, names: "request_limit" },
      { args: { ...SERVER, weak_password_protection: "x" }, names: "weak_password_protection" },
    ],
  },
];
