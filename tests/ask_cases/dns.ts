import { always, APP, type Change, never, type ToolCases } from "./case.ts";

const DOMAIN = { domain: "example.com" };
/** The one record of the demo account: an A record of the domain itself. */
const RECORD_ID = "9aaaae08-57ab-4a63-944f-1ccf15791aa2";

/** The domain has this record as well. */
const has = (type: string, name: string, value: string): Change => (_app, _server, sandbox) => {
  const [domain] = sandbox.account().dns;
  const at = "2026-01-01T00:00:00.000Z";
  domain?.records.push({ uid: `${type}-${name}`, type, name, value, ttl: 3600, created_at: at, updated_at: at });
};

const WILDCARD = { ...APP, ...DOMAIN, email: "owner@example.com" };

/** The tools for DNS. */
export const dnsCases: Record<string, ToolCases> = {
  add_dns_domains: {
    sends: "dns_made_easy_add_domains",
    args: { domains: ["new.example"] },
    cases: always("Cloudways may bill it"),
  },
  delete_dns_domains: { sends: "dns_made_easy_delete_domains", args: DOMAIN, cases: always("gone for good") },
  add_dns_records: {
    sends: "dns_made_easy_add_records",
    args: { ...DOMAIN, host: "@" },
    cases: [
      {
        args: { type: "MX", values: ["mail.example.com"], mx_level: 10 },
        present: "no mail server",
        asks: false,
        why: "takes nothing from anything",
      },
      {
        args: { type: "MX", values: ["mail.example.com"], mx_level: 10 },
        present: "another mail server",
        setUp: has("MX", "", "mx.example.net."),
        asks: true,
        why: "mail may go to the new one",
      },
      {
        args: { type: "MX", values: ["mail.example.com"], mx_level: 10 },
        present: "a mail server of another host",
        setUp: has("MX", "shop", "mx.example.net."),
        asks: false,
        why: "it is another host's",
      },
      { args: { type: "A", values: ["203.0.113.9"] }, present: "another address", asks: true, why: "splits visitors" },
      { args: { type: "AAAA", values: ["2001:db8::9"] }, present: "an address", asks: true, why: "splits visitors" },
      { args: { type: "ANAME", values: ["a.example.org"] }, present: "an address", asks: true, why: "splits visitors" },
      { args: { host: "www", type: "A", values: ["203.0.113.9"] }, present: "none", asks: false, why: "adds a host" },
      {
        args: { host: "www", type: "CNAME", values: ["a.example.org"] },
        present: "none",
        asks: false,
        why: "adds a host",
      },
      {
        args: { host: "www", type: "A", values: ["203.0.113.9"] },
        present: "a record with a star",
        setUp: has("A", "*", "203.0.113.8"),
        asks: true,
        why: "the star no longer counts for it",
      },
      {
        args: { host: "a.shop", type: "TXT", values: ["x=1"] },
        present: "a record with a star over it",
        setUp: has("A", "*.shop", "203.0.113.8"),
        asks: true,
        why: "the star no longer counts for it",
      },
      {
        args: { host: "shop", type: "TXT", values: ["x=1"] },
        present: "a record with a star below it",
        setUp: has("A", "*.shop", "203.0.113.8"),
        asks: false,
        why: "the star never counted for it",
      },
      {
        args: { host: "sub", type: "NS", values: ["ns.example.org"] },
        present: "any",
        asks: true,
        why: "hands it over",
      },
      { args: { type: "TXT", values: ["v=spf1 -all"] }, present: "no such text", asks: false, why: "adds it" },
      {
        args: { type: "TXT", values: ["v=spf1 -all"] },
        present: "another text",
        setUp: has("TXT", "", '"google-site-verification=abc"'),
        asks: false,
        why: "a host may have many texts",
      },
      {
        args: { type: "TXT", values: ["v=spf1 -all"] },
        present: "one of these",
        setUp: has("TXT", "", '"v=spf1 include:mail.example.net -all"'),
        asks: true,
        why: "a host may have one of these only",
      },
    ],
  },
  update_dns_record: {
    sends: "dns_made_easy_update_record",
    args: { ...DOMAIN, record_id: RECORD_ID },
    cases: [
      { args: { value: "203.0.113.99" }, present: "another address", asks: true, why: "sends visitors elsewhere" },
      { args: { ttl_seconds: 300 }, present: "another TTL", asks: true, why: "changes how long others keep it" },
    ],
  },
  delete_dns_records: {
    sends: "dns_made_easy_delete_records",
    args: { ...DOMAIN, record_ids: [RECORD_ID] },
    cases: always("deletes them"),
  },
  prepare_wildcard_dns: { sends: "security_create_dns", args: WILDCARD, cases: never("prepares, and changes nothing") },
  check_wildcard_dns: { sends: "security_verify_dns", args: WILDCARD, cases: never("looks, and notes the result") },
};
