import { always, LISTING, type Sent, type ToolRow } from "./row.ts";

const ADDONS: Sent = ["GET /addon"];
const DOMAINS: Sent = ["GET /addon/elastic/domains"];
const SERVER = { server_id: 100001 };
const APP = { app_id: 200001 };
const IDS = { ...APP, ...SERVER };
/** An add-on with packages that the account doesn't have, one that it has, one of servers, and one of applications. */
const OFFERED = { addon_id: 5, package_id: 11 };
const PRESENT = { addon_id: 10 };
const SMTP = { ...SERVER, addon_id: 7 };
const UPGRADE = { ...APP, addon_id: 9 };
const MAIL = { provider: "other", host: "smtp.example.com", port: 587, smtp_user: "shop", password: "EXAMPLE" };

const wrongAddon = [
  { args: {}, names: "addon_id" },
  { args: { addon_id: 0, package_id: 11 }, names: "addon_id" },
  { args: { addon_id: "Elastic Email", package_id: 11 }, names: "addon_id" },
];
const wrongDomain = [
  { args: {}, names: "domain" },
  { args: { domain: "https://example.com" }, names: "domain" },
  { args: { domain: "example" }, names: "domain" },
];

/** The tools for add-ons and sending domains. */
export const addonsRows: readonly ToolRow[] = [
  { tool: "list_addons", minimal: {}, full: {}, sends: always(ADDONS), wrong: [] },
  {
    tool: "activate_addon",
    minimal: { addon_id: 7 },
    full: OFFERED,
    sends: {
      minimal: [ADDONS, ["POST /addon/activate", { addon_id: 7 }]],
      full: [ADDONS, ["POST /addon/activate", OFFERED]],
    },
    wrong: [...wrongAddon, { args: { addon_id: 5, package_id: "1 mailbox" }, names: "package_id" }],
  },
  {
    tool: "change_addon_package",
    minimal: { ...PRESENT, package_id: 22 },
    full: { ...PRESENT, package_id: 22 },
    sends: always(ADDONS, ["POST /addon/upgrade", { ...PRESENT, package_id: 22 }]),
    wrong: [...wrongAddon, { args: PRESENT, names: "package_id" }, {
      args: { ...PRESENT, package_id: 0 },
      names: "package_id",
    }],
  },
  {
    tool: "deactivate_addon",
    minimal: PRESENT,
    full: PRESENT,
    sends: always(ADDONS, ["POST /addon/deactivate", PRESENT]),
    wrong: wrongAddon,
  },
  {
    tool: "set_server_addon",
    minimal: { ...SMTP, enabled: false },
    full: { ...SMTP, enabled: true, mode: "enable", ...MAIL },
    sends: {
      minimal: [LISTING, ADDONS, ["POST /addon/deactivateOnServer", SMTP]],
      full: [LISTING, ADDONS, ["POST /addon/activateOnServer", {
        ...SMTP,
        mode: "enable",
        provider: "other",
        host: "smtp.example.com",
        port: "587",
        username: "shop",
        password: "EXAMPLE",
      }]],
    },
    wrong: [
      { args: { ...SMTP, server_id: undefined, enabled: true }, names: "server_id" },
      { args: { ...SMTP, server_id: 0, enabled: true }, names: "server_id" },
      { args: { ...SERVER, enabled: true }, names: "addon_id" },
      { args: SMTP, names: "enabled" },
      { args: { ...SMTP, enabled: "maybe" }, names: "enabled" },
      { args: { ...SMTP, enabled: true, ...MAIL }, names: "mode" },
      { args: { ...SMTP, enabled: true, mode: "replace", ...MAIL }, names: "mode" },
      { args: { ...SMTP, enabled: false, host: MAIL.host }, names: "host" },
      { args: { ...SMTP, enabled: true, mode: "enable", ...MAIL, host: "smtp.example.com:587" }, names: "host" },
      { args: { ...SMTP, enabled: true, mode: "enable", ...MAIL, port: 70000 }, names: "port" },
    ],
  },
  {
    tool: "request_app_addon",
    minimal: UPGRADE,
    full: { ...UPGRADE, ...SERVER, version: "6.9" },
    sends: {
      minimal: [LISTING, ADDONS, ["POST /addon/request", { ...IDS, addon_id: 9 }]],
      full: [LISTING, ADDONS, ["POST /addon/request", { ...IDS, addon_id: 9, version: "6.9" }]],
    },
    wrong: [
      { args: { addon_id: 9 }, names: "app_id" },
      { args: { app_id: 0, addon_id: 9 }, names: "app_id" },
      { args: APP, names: "addon_id" },
      { args: { ...UPGRADE, version: "x".repeat(41) }, names: "version" },
    ],
  },
  { tool: "list_email_domains", minimal: {}, full: {}, sends: always(DOMAINS), wrong: [] },
  {
    tool: "verify_email_domain",
    minimal: { domain: "example.com" },
    full: { domain: "example.com" },
    // The first looks whether Cloudways accepts the caller.
    sends: always(LISTING, ["POST /addon/elastic/verify_domain", { domain: "example.com" }]),
    wrong: wrongDomain,
  },
  {
    tool: "delete_email_domain",
    minimal: { domain: "example.com" },
    full: { domain: "example.com" },
    sends: always(DOMAINS, ["DELETE /addon/elastic/domain", { domain: "example.com" }], DOMAINS),
    wrong: wrongDomain,
  },
];
