import { always, LISTING, type Sent, type ToolRow } from "./row.ts";

/** The domain of the demo account, and its one record. */
const DOMAIN = { domain: "example.com" };
const RECORD_ID = "9aaaae08-57ab-4a63-944f-1ccf15791aa2";
const UID = "9a9f3e63-ef76-4066-8a65-fcbb71e30bd8";
const IN_PATH = { domain_id: UID };

const DOMAINS: Sent = ["GET /dme/domains"];
const RECORDS: Sent = [`GET /dme/domains/${UID}/records`, IN_PATH];

const MX = { ...DOMAIN, type: "MX", host: "@", values: ["mail.example.com"], mx_level: 10 };
const WILDCARD = { app_id: 200001, domain: "example.com", email: "owner@example.com" };
const SENT_WILDCARD = {
  server_id: 100001,
  app_id: 200001,
  ssl_email: "owner@example.com",
  wild_card: true,
  ssl_domains: ["example.com"],
};

const wrongDomain = (more: Record<string, unknown> = {}) => [
  { args: more, names: "domain" },
  ...["", "example", "https://example.com", "example.com/zone", "9a9f3e63-ef76-4066-8a65-fcbb71e30bd8"].map((
    domain,
  ) => ({ args: { ...more, domain }, names: "domain" })),
];

/** What no value of a type is. */
const WRONG_VALUES: Readonly<Record<string, string[]>> = {
  A: ["", "mail.example.com", "2001:db8::1", "203.0.113.0/24", "203.0.113", "0.0.0.0", "203.0.113.007"],
  AAAA: ["203.0.113.7", "::", "2001:db8::/32", "mail.example.com"],
  ANAME: ["203.0.113.7", "mail", "mail example.com", "https://mail.example.com"],
  CNAME: ["203.0.113.7", "mail", "mail.example.com/", "-mail.example.com"],
  MX: ["203.0.113.7", "mail", "10 mail.example.com"],
  NS: ["203.0.113.7", "ns", "ns..example.com"],
  TXT: ["", '"v=spf1 -all"', "x".repeat(4001), "tüte"],
};
const level = (type: string) => type === "MX" ? { mx_level: 10 } : {};

const wrongWildcard = [
  { args: { ...WILDCARD, app_id: undefined }, names: "app_id" },
  { args: { ...WILDCARD, app_id: 0 }, names: "app_id" },
  { args: { ...WILDCARD, domain: undefined }, names: "domain" },
  { args: { ...WILDCARD, domain: "*.example.com" }, names: "domain" },
  { args: { ...WILDCARD, email: undefined }, names: "email" },
  { args: { ...WILDCARD, email: "owner" }, names: "email" },
];

/** The tools for DNS. */
export const dnsRows: readonly ToolRow[] = [
  {
    tool: "list_dns_domains",
    minimal: {},
    full: {},
    sends: always(DOMAINS),
    wrong: [{ args: { domain: "example.com" }, names: "domain" }],
  },
  {
    tool: "get_dns_domain",
    minimal: DOMAIN,
    full: { ...DOMAIN, type: "A", host: "@" },
    sends: always(
      DOMAINS,
      [`GET /dme/domains/${UID}/status`, IN_PATH],
      [`GET /dme/domains/${UID}/usage`, IN_PATH],
      RECORDS,
    ),
    wrong: [
      ...wrongDomain(),
      { args: { ...DOMAIN, type: "SRV" }, names: "type" },
      { args: { ...DOMAIN, host: "" }, names: "host" },
      { args: { ...DOMAIN, host: "a b" }, names: "host" },
    ],
  },
  {
    tool: "add_dns_domains",
    minimal: { domains: ["new.example"] },
    full: { domains: ["new.example", "other.example"] },
    sends: {
      minimal: [DOMAINS, ["POST /dme/domains", { names: ["new.example"] }], DOMAINS],
      full: [DOMAINS, ["POST /dme/domains", { names: ["new.example", "other.example"] }], DOMAINS],
    },
    wrong: [
      { args: {}, names: "domains" },
      { args: { domains: [] }, names: "domains" },
      { args: { domains: ["example"] }, names: "domains" },
      { args: { domains: ["*.example.com"] }, names: "domains" },
      { args: { domains: Array(51).fill("new.example") }, names: "domains" },
    ],
  },
  {
    tool: "delete_dns_domains",
    minimal: DOMAIN,
    full: DOMAIN,
    sends: always(DOMAINS, RECORDS, ["DELETE /dme/domains", { ids: [UID] }], DOMAINS),
    wrong: wrongDomain(),
  },
  {
    tool: "add_dns_records",
    minimal: MX,
    full: {
      ...DOMAIN,
      type: "MX",
      host: "shop",
      values: ["mx1.example.org", "MX2.example.org."],
      ttl_seconds: 600,
      mx_level: 0,
    },
    // Read for the plan, just before the write, and after it.
    sends: {
      minimal: [DOMAINS, RECORDS, RECORDS, RECORDS, [`POST /dme/domains/${UID}/records`, {
        ...IN_PATH,
        records: [{ type: "MX", name: "@", value: "mail.example.com.", ttl: 3600, mx_level: 10 }],
      }]],
      full: [DOMAINS, RECORDS, RECORDS, RECORDS, [`POST /dme/domains/${UID}/records`, {
        ...IN_PATH,
        records: [
          { type: "MX", name: "shop", value: "mx1.example.org.", ttl: 600, mx_level: 0 },
          { type: "MX", name: "shop", value: "mx2.example.org.", ttl: 600, mx_level: 0 },
        ],
      }]],
    },
    wrong: [
      ...wrongDomain({ type: "A", host: "www", values: ["203.0.113.7"] }),
      { args: { ...MX, type: undefined }, names: "type" },
      { args: { ...MX, type: "SRV" }, names: "type" },
      { args: { ...MX, host: undefined }, names: "host" },
      ...["", "a b", "-a", "a..b", "*a", "a.*.b", "@.www", "example.com", "www.example.com"].map((host) => (
        { args: { ...MX, host }, names: "host" }
      )),
      { args: { ...MX, values: undefined }, names: "values" },
      { args: { ...MX, values: [] }, names: "values" },
      { args: { ...MX, values: Array(21).fill("mail.example.com") }, names: "values" },
      ...Object.entries(WRONG_VALUES).flatMap(([type, values]) =>
        values.map((value) => (
          { args: { ...DOMAIN, type, host: "www", values: [value], ...level(type) }, names: "values" }
        ))
      ),
      { args: { ...DOMAIN, type: "CNAME", host: "@", values: ["a.example.org"] }, names: "type" },
      { args: { ...DOMAIN, type: "CNAME", host: "www", values: ["a.example.org", "b.example.org"] }, names: "values" },
      ...[59, 604_801, 60.5].map((ttl_seconds) => ({ args: { ...MX, ttl_seconds }, names: "ttl_seconds" })),
      ...[undefined, -1, 65_536].map((mx_level) => ({ args: { ...MX, mx_level }, names: "mx_level" })),
      { args: { ...DOMAIN, type: "A", host: "www", values: ["203.0.113.7"], mx_level: 10 }, names: "mx_level" },
    ],
  },
  {
    tool: "update_dns_record",
    minimal: { ...DOMAIN, record_id: RECORD_ID, ttl_seconds: 300 },
    full: { ...DOMAIN, record_id: RECORD_ID, value: "203.0.113.99", ttl_seconds: 600 },
    sends: {
      minimal: [DOMAINS, RECORDS, RECORDS, RECORDS, [`PUT /dme/domains/${UID}/records/${RECORD_ID}`, {
        ...IN_PATH,
        record_id: RECORD_ID,
        record: { type: "A", name: "@", value: "203.0.113.14", ttl: 300 },
      }]],
      full: [DOMAINS, RECORDS, RECORDS, RECORDS, [`PUT /dme/domains/${UID}/records/${RECORD_ID}`, {
        ...IN_PATH,
        record_id: RECORD_ID,
        record: { type: "A", name: "@", value: "203.0.113.99", ttl: 600 },
      }]],
    },
    wrong: [
      ...wrongDomain({ record_id: RECORD_ID, ttl_seconds: 300 }),
      { args: { ...DOMAIN, ttl_seconds: 300 }, names: "record_id" },
      { args: { ...DOMAIN, record_id: "", ttl_seconds: 300 }, names: "record_id" },
      { args: { ...DOMAIN, record_id: "x".repeat(65), ttl_seconds: 300 }, names: "record_id" },
      { args: { ...DOMAIN, record_id: RECORD_ID }, names: "value" },
      { args: { ...DOMAIN, record_id: RECORD_ID, value: "" }, names: "value" },
      { args: { ...DOMAIN, record_id: RECORD_ID, value: "x".repeat(4001) }, names: "value" },
      { args: { ...DOMAIN, record_id: RECORD_ID, ttl_seconds: 59 }, names: "ttl_seconds" },
      { args: { ...DOMAIN, record_id: RECORD_ID, mx_level: 65_536 }, names: "mx_level" },
      { args: { ...DOMAIN, record_id: RECORD_ID, ttl_seconds: 300, type: "AAAA" }, names: "type" },
    ],
  },
  {
    tool: "delete_dns_records",
    minimal: { ...DOMAIN, record_ids: [RECORD_ID] },
    full: { ...DOMAIN, record_ids: [RECORD_ID] },
    sends: always(
      DOMAINS,
      RECORDS,
      [`DELETE /dme/domains/${UID}/records`, { ...IN_PATH, records_id: [RECORD_ID] }],
      RECORDS,
    ),
    wrong: [
      ...wrongDomain({ record_ids: [RECORD_ID] }),
      { args: DOMAIN, names: "record_ids" },
      { args: { ...DOMAIN, record_ids: [] }, names: "record_ids" },
      { args: { ...DOMAIN, record_ids: [""] }, names: "record_ids" },
      { args: { ...DOMAIN, record_ids: Array(101).fill(RECORD_ID) }, names: "record_ids" },
    ],
  },
  {
    tool: "prepare_wildcard_dns",
    minimal: WILDCARD,
    full: { ...WILDCARD, server_id: 100001 },
    sends: always(LISTING, ["POST /security/createDNS", SENT_WILDCARD]),
    wrong: wrongWildcard,
  },
  {
    tool: "check_wildcard_dns",
    minimal: WILDCARD,
    full: { ...WILDCARD, server_id: 100001 },
    sends: always(LISTING, ["POST /security/verifyDNS", SENT_WILDCARD]),
    wrong: wrongWildcard,
  },
];
