/** Planning new records: which are missing, what stands in their way, and what they take the place of. */
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { ToolError } from "../../errors.ts";
import { nothingToChange } from "../define/planned_change.ts";
import { findDomain, type HostedDomain, type HostedRecord, readRecords, recordView } from "./hosted.ts";
import { APEX, type RecordType, sentValue, valueKey } from "./record_types.ts";

/** The records that a call wants: one for each value. */
export interface WantedRecords {
  domain: string;
  type: RecordType;
  host: string;
  values: readonly string[];
  ttl_seconds: number;
  mx_level?: number | undefined;
}

/** A record as it is sent. */
export type NewRecord = {
  type: RecordType;
  name: string;
  value: string;
  ttl: number;
  mx_level?: number;
};

/** New records, and what is there already. */
export interface Addition {
  domain: HostedDomain;
  host: string;
  type: RecordType;
  added: NewRecord[];
  /** The records of the same host. */
  present: HostedRecord[];
  /** Those that share their work with the new ones from now on. */
  joined: HostedRecord[];
  /** Records with a star that no longer answer for this host. */
  hidden: HostedRecord[];
}

/** Types that answer the same question of a visitor. */
const ADDRESSES: ReadonlySet<string> = new Set(["A", "AAAA", "ANAME"]);
/** Texts of which a host may have one only. */
const SINGLE_TEXT = /^v=(spf1|dmarc1)\b/i;

/**
 * Plans the addition.
 *
 * @throws {ToolError} For a domain that is not hosted, for what DNS doesn't allow, and where nothing would be added.
 */
export async function planAddition(account: CloudwaysAccount, wanted: WantedRecords): Promise<Addition> {
  const { type, host } = wanted;
  const domain = await findDomain(account, wanted.domain);
  const all = await readRecords(account, domain);
  const present = all.filter((record) => record.host === host);
  const added = newRecords(wanted).filter((one) => !present.some((record) => isSame(one, record)));
  if (added.length === 0) throw nothingToChange("list of records", present.map(recordView));
  requireAllowed(type, present);
  const hidden = present.length > 0 ? [] : all.filter((record) => isStarOver(record.host, host));
  return { domain, host, type, added, present, joined: joinedBy(added, present), hidden };
}

function newRecords({ type, host, values, ttl_seconds, mx_level }: WantedRecords): NewRecord[] {
  const byKey = new Map(values.map((value) => [valueKey(type, value), sentValue(type, value)]));
  return [...byKey.values()].map((value) => ({
    type,
    name: host,
    value,
    ttl: ttl_seconds,
    ...(mx_level !== undefined && { mx_level }),
  }));
}

/** Whether a record that is there says what a new one would say. How long others may keep it doesn't count. */
export function isSame({ type, value, mx_level }: NewRecord, record: HostedRecord): boolean {
  return record.type === type && valueKey(type, record.value) === valueKey(type, value) &&
    (mx_level === undefined || record.mx_level === mx_level);
}

/** @throws {ToolError} Beside a CNAME a host can have no other record. */
function requireAllowed(type: RecordType, present: readonly HostedRecord[]): void {
  const inTheWay = present.filter((record) => type === "CNAME" || record.type === "CNAME");
  if (inTheWay.length === 0) return;
  throw new ToolError("validation_failed", "A host with a CNAME record can have no other record.", {
    hint: "Nothing was done, and nobody was asked. Change the record in details.present with update_dns_record, or " +
      "remove it with delete_dns_records first.",
    details: { present: inTheWay.map(recordView) },
    done: "nothing",
  });
}

/** Whether a record with a star answers for a host that has no record of its own. */
function isStarOver(star: string, host: string): boolean {
  return star.startsWith("*") && host !== APEX && host !== star && host.endsWith(star.slice(1));
}

/** Records beside which the new ones mean something else than alone. */
function joinedBy(added: readonly NewRecord[], present: readonly HostedRecord[]): HostedRecord[] {
  return present.filter((record) => added.some((one) => areOfOneKind(one, record)));
}

function areOfOneKind(one: NewRecord, { type, value }: HostedRecord): boolean {
  if (one.type !== "TXT") return one.type === type || (ADDRESSES.has(one.type) && ADDRESSES.has(type));
  const [, wanted] = SINGLE_TEXT.exec(one.value) ?? [];
  const [, there] = SINGLE_TEXT.exec(valueKey(type, value)) ?? [];
  return wanted !== undefined && wanted.toLowerCase() === there?.toLowerCase();
}
