import { always, LISTING, LOOK, type Sent, type ToolRow } from "./row.ts";

const APP = { app_id: 200001 };
const FULL = { ...APP, server_id: 100001 };
const WAIT = { wait_seconds: 30 };
/** The domain that the application has at Cloudflare. */
const DOMAIN = { domain: "www.example.com" };
const DOMAINS = { domains: ["www.example.com"] };
const MOVE = { ...DOMAINS, destination_app_id: 200002 };

const ATTACHED: Sent = ["GET /app/cloudflareCdn", FULL];
const SETTINGS: Sent = ["GET /app/cloudflareCdn/appSetting", FULL];
const DEPLOYED: Sent = ["GET /app/cloudflareCdn/checkFPCStatus", FULL];

/** What is sent where nothing changes. */
const AS_THEY_ARE = {
  caching: true,
  edgecaching: true,
  early_hints: "off",
  image_optimization: "off",
  minification: false,
  mobile_optimization: false,
  scrapeshield: false,
};
const ALL_SETTINGS = {
  caching: false,
  edge_caching: false,
  early_hints: true,
  image_optimization: "lossless",
  minification: true,
  mobile_optimization: true,
  scrape_shield: true,
};
const ALL_SENT = {
  caching: false,
  edgecaching: false,
  early_hints: "on",
  image_optimization: "lossless",
  minification: true,
  mobile_optimization: true,
  scrapeshield: true,
};

const wrongApp = (more: Record<string, unknown> = {}) => [
  { args: more, names: "app_id" },
  { args: { ...more, app_id: 0 }, names: "app_id" },
  { args: { ...more, app_id: "shop" }, names: "app_id" },
];
const wrongWait = (more: Record<string, unknown> = {}) => [
  { args: { ...APP, ...more, wait_seconds: 301 }, names: "wait_seconds" },
];
const wrongDomain = [
  { args: APP, names: "domain" },
  ...["", "example", "https://www.example.com", "*.example.com", "www.example.com/path"].map((domain) => (
    { args: { ...APP, domain }, names: "domain" }
  )),
];
const wrongDomains = (more: Record<string, unknown> = {}) => [
  { args: { ...APP, ...more }, names: "domains" },
  { args: { ...APP, ...more, domains: [] }, names: "domains" },
  { args: { ...APP, ...more, domains: ["example"] }, names: "domains" },
  { args: { ...APP, ...more, domains: Array(51).fill("www.example.com") }, names: "domains" },
];

/** The tools for Cloudflare Enterprise. */
export const cloudflareRows: readonly ToolRow[] = [
  {
    tool: "get_app_cloudflare",
    minimal: APP,
    full: FULL,
    sends: always(LISTING, ATTACHED, SETTINGS, DEPLOYED),
    wrong: wrongApp(),
  },
  {
    tool: "add_cloudflare_domain",
    minimal: { ...APP, domain: "shop.example.com" },
    full: { ...FULL, domain: "shop.example.com", ...WAIT },
    sends: always(LISTING, ATTACHED, ["POST /app/cloudflareCdn", { ...FULL, domain: "shop.example.com" }], LOOK),
    wrong: [...wrongApp(DOMAIN), ...wrongDomain, ...wrongWait(DOMAIN)],
  },
  {
    tool: "remove_cloudflare_domains",
    minimal: { ...APP, ...DOMAINS },
    full: { ...FULL, ...DOMAINS, ...WAIT },
    sends: always(LISTING, ATTACHED, ["POST /app/cloudflareCdn/delete", { ...FULL, ...DOMAINS }], LOOK, ATTACHED),
    wrong: [...wrongApp(DOMAINS), ...wrongDomains(), ...wrongWait(DOMAINS)],
  },
  {
    tool: "move_cloudflare_domains",
    minimal: { ...APP, ...MOVE },
    full: { ...FULL, ...MOVE, ...WAIT },
    // Both sides are read for the question, past every cache. The other one is read afterwards too.
    sends: always(
      LISTING,
      ATTACHED,
      LISTING,
      [
        "POST /app/cloudflareCdn/transferDomain",
        { ...FULL, ...DOMAINS, dest_server_id: 100001, dest_app_id: 200002 },
      ],
      LOOK,
      ["GET /app/cloudflareCdn", { ...FULL, app_id: 200002 }],
    ),
    wrong: [
      ...wrongApp(MOVE),
      ...wrongDomains({ destination_app_id: 200002 }),
      ...wrongWait(MOVE),
      { args: { ...APP, ...DOMAINS }, names: "destination_app_id" },
      { args: { ...APP, ...DOMAINS, destination_app_id: 0 }, names: "destination_app_id" },
    ],
  },
  {
    tool: "check_cloudflare_domain",
    minimal: { ...APP, ...DOMAIN },
    full: { ...FULL, ...DOMAIN },
    sends: always(
      LISTING,
      ATTACHED,
      ["GET /app/cloudflareCdn/fetchTXT", { ...FULL, ...DOMAIN }],
      ["GET /app/cloudflareCdn/getDnsQuery", { ...FULL, ...DOMAIN }],
    ),
    wrong: [...wrongApp(DOMAIN), ...wrongDomain],
  },
  {
    tool: "verify_cloudflare_domain",
    minimal: { ...APP, ...DOMAIN },
    full: { ...FULL, ...DOMAIN },
    sends: always(LISTING, ATTACHED, ["POST /app/cloudflareCdn/verifyTxtRecords", { ...FULL, ...DOMAIN }]),
    wrong: [...wrongApp(DOMAIN), ...wrongDomain],
  },
  {
    tool: "purge_cloudflare_cache",
    minimal: APP,
    full: { ...FULL, ...WAIT },
    sends: always(LISTING, ATTACHED, ["POST /app/cloudflareCdn/purgeDomain", FULL], LOOK),
    wrong: [...wrongApp(), ...wrongWait()],
  },
  {
    tool: "deploy_smart_cache_purge",
    minimal: APP,
    full: { ...FULL, ...WAIT },
    sends: always(LISTING, ATTACHED, ["POST /app/cloudflareCdn/deployFPC", FULL], LOOK, DEPLOYED),
    wrong: [...wrongApp(), ...wrongWait()],
  },
  {
    tool: "update_cloudflare_settings",
    minimal: { ...APP, scrape_shield: true },
    full: { ...FULL, ...ALL_SETTINGS, ...WAIT },
    // Read for the plan, just before the write, and after it.
    sends: {
      minimal: [
        LISTING,
        ATTACHED,
        SETTINGS,
        SETTINGS,
        ["POST /app/cloudflareCdn/appSetting", { ...FULL, ...AS_THEY_ARE, scrapeshield: true }],
        LOOK,
        SETTINGS,
      ],
      full: [
        LISTING,
        ATTACHED,
        SETTINGS,
        SETTINGS,
        ["POST /app/cloudflareCdn/appSetting", { ...FULL, ...ALL_SENT }],
        LOOK,
        SETTINGS,
      ],
    },
    wrong: [
      ...wrongApp({ caching: true }),
      ...wrongWait({ caching: true }),
      { args: APP, names: "caching" },
      { args: { ...APP, caching: "always" }, names: "caching" },
      { args: { ...APP, edge_caching: "always" }, names: "edge_caching" },
      { args: { ...APP, early_hints: "sometimes" }, names: "early_hints" },
      { args: { ...APP, image_optimization: "webp" }, names: "image_optimization" },
      { args: { ...APP, minification: "css" }, names: "minification" },
      { args: { ...APP, mobile_optimization: "fast" }, names: "mobile_optimization" },
      { args: { ...APP, scrape_shield: "high" }, names: "scrape_shield" },
      { args: { ...APP, waf: true }, names: "waf" },
    ],
  },
  {
    tool: "get_cloudflare_analytics",
    minimal: { ...APP, kind: "cache" },
    full: { ...FULL, kind: "security", last_minutes: 60 },
    sends: {
      minimal: [LISTING, ["GET /app/cloudflare/200001/analytics", { ...FULL, mins: 1440 }]],
      full: [LISTING, ["GET /app/cloudflare/200001/security", { ...FULL, mins: 60 }]],
    },
    wrong: [
      ...wrongApp({ kind: "cache" }),
      { args: APP, names: "kind" },
      { args: { ...APP, kind: "visitors" }, names: "kind" },
      { args: { ...APP, kind: "cache", last_minutes: 0 }, names: "last_minutes" },
      { args: { ...APP, kind: "cache", last_minutes: 10_081 }, names: "last_minutes" },
      { args: { ...APP, kind: "requests", last_minutes: 60 }, names: "last_minutes" },
      { args: { ...APP, kind: "security_events", last_minutes: 60 }, names: "last_minutes" },
    ],
  },
];
