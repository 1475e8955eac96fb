/** The domains and records that the DNS add-on hosts, as Cloudways keeps them. They belong to the whole account. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { isoTime, listReply, looseNumber, looseText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { ToolError } from "../../errors.ts";
import { APEX } from "./record_types.ts";

const domainRecord = z.looseObject({
  uid: z.string().min(1),
  name: looseText,
  status: looseText,
  query_usage: looseText,
  nameservers: z.array(z.string()).nullish().catch(null),
}).transform(({ uid, name, status, query_usage, nameservers }) => ({
  id: uid,
  name,
  status,
  query_usage,
  nameservers: nameservers ?? [],
}));

/** A domain that is hosted. */
export type HostedDomain = z.output<typeof domainRecord>;

/** Reads all domains of the account. */
export function readDomains(account: CloudwaysAccount): Promise<HostedDomain[]> {
  return account.read({
    operation: "dns_made_easy_list_domains",
    path: path`/dme/domains`,
    reply: listReply("domains", domainRecord),
  });
}

/** @throws {ToolError} `not_found`. */
export async function findDomain(account: CloudwaysAccount, name: string): Promise<HostedDomain> {
  const found = (await readDomains(account)).find((domain) => domain.name.toLowerCase() === name);
  if (found !== undefined) return found;
  throw new ToolError("not_found", "The DNS add-on does not host this domain.", {
    hint: "Nothing was done. list_dns_domains shows what it hosts: give the domain itself, without a host such as www.",
    done: "nothing",
  });
}

/** Members of every record that say nothing while they have these values. */
const USUAL: Readonly<Record<string, unknown>> = {
  source: 1,
  monitor: false,
  failover: false,
  failed: false,
  hardLink: false,
  dynamicDns: false,
  gtdLocation: "DEFAULT",
};

const recordReply = z.looseObject({
  uid: z.string().min(1),
  type: looseText,
  attributes: z.looseObject({ name: looseText, value: looseText, ttl: looseNumber, mxLevel: looseNumber }),
  updated_at: looseText,
}).transform(({ uid, type, attributes: { name, value, ttl: ttl_seconds, mxLevel, ...further }, updated_at }) => ({
  id: uid,
  type,
  host: name === "" ? APEX : name.toLowerCase(),
  /** As Cloudways keeps it. */
  value,
  /** How long others may keep it; null if it is not told. */
  ttl_seconds,
  /** Null if there is none. */
  mx_level: mxLevel,
  /** What else is set, by Cloudways' names. */
  further: Object.fromEntries(Object.entries(further).filter(([member, own]) => own !== USUAL[member])),
  updated_at: isoTime(updated_at),
}));

/** A DNS record that is hosted. */
export type HostedRecord = z.output<typeof recordReply>;

/**
 * Reads all records of a domain. DNS shows them to everybody, and they are written back, so nothing in them is hidden
 * here. A host that is called `token` is no secret's name.
 */
export function readRecords(account: CloudwaysAccount, { id }: HostedDomain): Promise<HostedRecord[]> {
  return account.read({
    operation: "dns_made_easy_list_records",
    path: path`/dme/domains/${id}/records`,
    reply: listReply("records", recordReply),
    reveal: true,
  });
}

/** A record in an answer. */
export function recordView({ id, mx_level, further, ...record }: HostedRecord) {
  return { record_id: id, ...record, ...(mx_level !== null && { mx_level }), ...further };
}

/** A record in one line, for a person: `MX @ 10 mail.example.com., TTL 3600`. */
export function recordLine({ type, host, value, ttl_seconds, mx_level }: HostedRecord): string {
  const level = mx_level === null ? "" : `${mx_level} `;
  return `${type} ${host} ${level}${value}${ttl_seconds === null ? "" : `, TTL ${ttl_seconds}`}`;
}

/** What identifies a record and what it says, for a yes. */
export function boundRecord({ id, type, host, value, ttl_seconds, mx_level }: HostedRecord) {
  return { id, type, host, value, ttl_seconds, mx_level };
}

/** Records in an order that does not depend on Cloudways. */
export function inOrder(records: readonly HostedRecord[]): HostedRecord[] {
  return records.toSorted((a, b) => a.id < b.id ? -1 : 1);
}
