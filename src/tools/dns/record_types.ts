/** The types of DNS records that can be made here: what their values look like, and when two say the same. */
import { formatRange, parseRange } from "../../cloudways/address_ranges.ts";

/** The host of the domain itself, as it is sent. Cloudways refuses an empty host, and keeps one. */
export const APEX = "@";

/** The types whose fields are known. */
export const RECORD_TYPES = ["A", "AAAA", "ANAME", "CNAME", "MX", "NS", "TXT"] as const;

/** One of {@linkcode RECORD_TYPES}. */
export type RecordType = typeof RECORD_TYPES[number];

/** Whether a record of this type can be sent. */
export function isKnownType(type: string): type is RecordType {
  return RECORD_TYPES.some((known) => known === type);
}

/** Labels of a host: letters, digits, dashes, and underscores as in `_dmarc`. */
const LABELS = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;
const FULL_NAME = /\.[a-z][a-z0-9-]*$/i;
/** As text goes into DNS: printable, without line breaks. */
const PRINTABLE = /^[\x20-\x7e]+$/;

/** Most characters of a text. */
export const MAX_TEXT = 4_000;

/** Whether a text is a host below a domain: `@`, `www`, `*.shop`, `_dmarc`. */
export function isHost(text: string): boolean {
  return text === APEX || text === "*" || LABELS.test(text.replace(/^\*\./, ""));
}

/** What is wrong with a value of a type, or undefined. */
export function valueProblem(type: RecordType, value: string): string | undefined {
  switch (type) {
    case "A":
      return addressOf(value, "ipv4") === undefined ? "must be an IPv4 address, such as 203.0.113.7" : undefined;
    case "AAAA":
      return addressOf(value, "ipv6") === undefined ? "must be an IPv6 address, such as 2001:db8::7" : undefined;
    case "TXT":
      return textProblem(value);
    default:
      return isFullName(value) ? undefined : "must be a full host name, such as mail.example.com";
  }
}

function textProblem(value: string): string | undefined {
  if (!PRINTABLE.test(value)) return "must be plain text in one line";
  return /^".*"$/.test(value) ? "must be without the quotation marks around it" : undefined;
}

function isFullName(value: string): boolean {
  const name = value.replace(/\.$/, "");
  return LABELS.test(name) && FULL_NAME.test(name) && parseRange(name) === undefined;
}

function addressOf(value: string, kind: "ipv4" | "ipv6"): string | undefined {
  const range = value.includes("/") ? undefined : parseRange(value);
  const address = range?.first.kind() === kind ? formatRange(range) : undefined;
  return address === "0.0.0.0" || address === "::" ? undefined : address;
}

/** A value as it is sent. Without the dot at its end a name would be one below the domain. */
export function sentValue(type: RecordType, value: string): string {
  switch (type) {
    case "A":
      return value;
    case "AAAA":
      return addressOf(value, "ipv6") ?? value;
    case "TXT":
      return value;
    default:
      return `${value.toLowerCase().replace(/\.$/, "")}.`;
  }
}

/** Equal for two values of a type that say the same, however Cloudways writes them. */
export function valueKey(type: string, value: string): string {
  if (type === "AAAA") return addressOf(value, "ipv6") ?? value;
  if (type === "TXT" || type === "SPF") return value.replace(/^"(.*)"$/, "$1").replaceAll(/"\s*"/g, "");
  return value.toLowerCase().replace(/\.$/, "");
}
