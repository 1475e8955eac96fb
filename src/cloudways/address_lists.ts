/** The lists of addresses that may reach a server by SSH or MySQL: reading, comparing and changing them. */
import { z } from "zod";
import { ToolError } from "../errors.ts";
import type { CloudwaysAccount } from "./account.ts";
import { covers, formatRange, parseRange, wideSize } from "./address_ranges.ts";
import { givenList, looseText } from "./models.ts";
import { path } from "./path.ts";
import { sayingOf } from "./replies.ts";

/** Which list. */
export type ListName = "ssh" | "mysql";

/** A list as Cloudways holds it. */
export interface AddressList {
  ips: string[];
  /** What happens to addresses that are not listed; null where the answer doesn't say. */
  policy: string | null;
  /** Whether the answer contains the list; if not, `ips` is empty by guess only. */
  stated: boolean;
}

/** What to change; `replace` excludes `add` and `remove`. */
export interface ListChange {
  add?: readonly string[] | undefined;
  remove?: readonly string[] | undefined;
  replace?: readonly string[] | undefined;
  policy?: string | undefined;
}

/** A list before and after a change. */
export interface MergedList {
  after: string[];
  added: string[];
  removed: string[];
  /** Entries to remove that were not on the list. */
  missing: string[];
}

/** A planned change, computed from the list as it was read. */
export interface ListPlan {
  list: ListName;
  change: ListChange;
  before: AddressList;
  merged: MergedList;
  /** The policy to write; null leaves it as it is. */
  policy: string | null;
}

/** A range of many addresses. */
export interface WideRange {
  ip: string;
  /** How many, in words. */
  size: string;
  /** Whether it contains every address of its IP version. */
  all: boolean;
}

/** The key of an entry: equal for two spellings of the same range. Entries that are not ranges are their own keys. */
function keyOf(text: string): string {
  const range = parseRange(text.trim());
  return range === undefined ? text.trim() : formatRange(range);
}

/** Entries by key; of duplicates, the first spelling. */
function byKey(ips: readonly string[]): Map<string, string> {
  const entries = new Map<string, string>();
  for (const ip of ips) if (!entries.has(keyOf(ip))) entries.set(keyOf(ip), ip);
  return entries;
}

/** Whether two lists mean the same: order, repetition and spelling don't count. */
export function sameList(a: readonly string[], b: readonly string[]): boolean {
  const [left, right] = [byKey(a), byKey(b)];
  return left.size === right.size && [...left.keys()].every((key) => right.has(key));
}

/** A list's entries in their one spelling, each once, sorted: equal for lists that mean the same. */
export function canonicalList(ips: readonly string[]): string[] {
  return [...byKey(ips).keys()].sort();
}

/** Whether two lists have an entry in common. */
export function overlaps(a: readonly string[], b: readonly string[]): boolean {
  const keys = byKey(b);
  return [...byKey(a).keys()].some((key) => keys.has(key));
}

/** Makes the new list. Entries that stay keep their spelling and order. Without `replace`, only named entries go. */
export function mergeList(before: readonly string[], { add = [], remove = [], replace }: ListChange): MergedList {
  const present = byKey(before);
  const wanted = new Set(byKey(replace ?? add).keys());
  const unwanted = byKey(remove);
  const stays = (key: string) => replace === undefined ? !unwanted.has(key) : wanted.has(key);
  const kept = [...present].filter(([key]) => stays(key)).map(([, ip]) => ip);
  const added = [...wanted].filter((key) => !present.has(key));
  return {
    after: [...kept, ...added],
    added,
    removed: [...present].filter(([key]) => !stays(key)).map(([, ip]) => ip),
    missing: [...unwanted].filter(([key]) => !present.has(key)).map(([, ip]) => ip),
  };
}

/** The entries of a list that are wide ranges. */
export function wideRanges(ips: readonly string[]): WideRange[] {
  return ips.flatMap((ip) => {
    const range = parseRange(ip.trim());
    const size = range && wideSize(range);
    return range === undefined || size === undefined ? [] : [{ ip: ip.trim(), size, all: range.prefix === 0 }];
  });
}

/** What a person should know about a list before it takes effect. */
export function listWarnings({ after, missing }: MergedList, policy: string | null): string[] {
  const wide = wideRanges(after).map(({ ip, size }) => `${ip} is a wide range: ${size}.`);
  const absent = missing.map((ip) => {
    const wider = after.find((other) => covers(other, ip));
    return `${ip} was not on the list${wider === undefined ? "" : `, but ${wider} on it covers it`}.`;
  });
  return [...wide, ...absent, ...policyWarnings(after, policy)];
}

/** What a person should know about a list's policy. Contains no text from Cloudways. */
export function policyWarnings(after: readonly string[], policy: string | null): string[] {
  if (policy === null) return ["Cloudways does not say what happens to addresses that are not listed (the policy)."];
  if (policy === "allow_all") return ["The policy allow_all lets addresses connect that are not on the list."];
  return policy === "block_all" && after.length === 0 ? ["block_all with an empty list locks everyone out."] : [];
}

/** `ip_list` is a list, a list as JSON text, or empty text. A list we emptied may contain the empty entry we sent. */
const ipList = z.preprocess((value) => {
  if (typeof value !== "string") return value;
  try {
    return value.trim() === "" ? [] : JSON.parse(value);
  } catch {
    return undefined;
  }
}, givenList(z.string()).transform((ips) => ips.filter((ip) => ip.trim() !== "")));

const statedList = z.looseObject({ ip_list: ipList, policy: looseText }).transform(
  ({ ip_list, policy }): AddressList => ({ ips: ip_list, policy: policy === "" ? null : policy, stated: true }),
);
const emptyReply = z.union([z.array(z.never()), z.strictObject({ status: z.literal(true).optional() })]).transform(
  (): AddressList => ({ ips: [], policy: null, stated: false }),
);

/** Both forms of the answer, and what PHP sends in place of an empty one. */
export const addressListReply = z.union([
  z.looseObject({ data: statedList }).transform(({ data }) => data),
  statedList,
  z.looseObject({ data: emptyReply }).transform(({ data }) => data),
  emptyReply,
]);

const READS = {
  ssh: { operation: "security_get_whitelisted_ips", path: path`/security/whitelisted` },
  mysql: { operation: "security_get_whitelisted_ips_mysql", path: path`/security/whitelistedIpsMysql` },
} as const;

/** Reads one of the two lists of a server. */
export function readAddressList(account: CloudwaysAccount, serverId: number, list: ListName): Promise<AddressList> {
  const { operation, path } = READS[list];
  return account.read({ operation, path, reply: addressListReply, query: { server_id: serverId } });
}

/** Reads a list to change it. A list guessed to be empty is refused: writing it back would delete every entry. */
async function readForChange(account: CloudwaysAccount, serverId: number, list: ListName, change: ListChange) {
  const found = await readAddressList(account, serverId, list);
  if (found.stated || change.replace !== undefined) return found;
  throw new ToolError("upstream_error", "Cloudways' answer does not hold the list, so it can't be edited.", {
    hint: "Nothing was changed. To set the whole list whatever it holds, call with replace.",
  });
}

/**
 * Reads a list and plans a change of it. Cloudways can only replace the whole list.
 *
 * @throws {ToolError} If nothing would change, or if Cloudways' answer does not contain the list.
 */
export async function planListChange(
  account: CloudwaysAccount,
  serverId: number,
  list: ListName,
  change: ListChange,
): Promise<ListPlan> {
  const before = await readForChange(account, serverId, list, change);
  const merged = mergeList(before.ips, change);
  // MySQL lists have no other policy. For SSH an unknown policy is left out, which leaves it as it is.
  const policy = change.policy ?? before.policy ?? (list === "mysql" ? "allow_all" : null);
  const isSame = merged.added.length + merged.removed.length === 0;
  if (isSame && (change.policy === undefined || change.policy === before.policy)) throw nothingToChange(before);
  return { list, change, before, merged, policy };
}

/**
 * Makes a planned change. Just before the write it checks that the list is still the one that was planned for, and
 * afterwards it reads the list back.
 *
 * @throws {ToolError} If the list changed meanwhile, can't be read back, or differs from what was written.
 */
export async function carryOutListChange(account: CloudwaysAccount, serverId: number, plan: ListPlan) {
  const { list, change, before, merged, policy } = plan;
  const { after, added, removed } = merged;
  const now = await readForChange(account, serverId, list, change);
  if (!sameList(before.ips, now.ips) || before.policy !== now.policy) throw changedMeanwhile(before, now);
  await writeList(account, serverId, list, after, policy);
  const found = await readAddressList(account, serverId, list).catch((error) => {
    throw error instanceof ToolError ? notReadBack(error, before, { ips: after, policy }) : error;
  });
  if (!sameList(after, found.ips) || (policy !== null && found.policy !== null && policy !== found.policy)) {
    throw notAsWritten({ ips: after, policy }, found);
  }
  const warnings = listWarnings(merged, found.policy ?? policy);
  return { before: before.ips, after: found.ips, added, removed, policy: found.policy ?? policy, warnings };
}

async function writeList(
  account: CloudwaysAccount,
  serverId: number,
  list: ListName,
  ips: readonly string[],
  policy: string | null,
): Promise<void> {
  const tab = list === "ssh" ? "sftp" : "mysql";
  await account.write({
    operation: "security_update_whitelisted_ips",
    method: "POST",
    path: path`/security/whitelisted`,
    // In a form, one empty entry means an empty list.
    form: {
      server_id: serverId,
      tab,
      type: tab,
      ip: ips.length === 0 ? [""] : ips,
      ...(policy !== null && { ipPolicy: policy }),
    },
    reply: z.union([z.array(z.unknown()), z.looseObject({})]),
  });
}

type Shown = Pick<AddressList, "ips" | "policy">;

function shown({ ips, policy }: Shown): Shown {
  return { ips, policy };
}

function nothingToChange(present: Shown): ToolError {
  return new ToolError("validation_failed", "Nothing would change: the list is already as asked for.", {
    hint: "Nothing was written. Look at details for the list as it is.",
    details: { present: shown(present) },
  });
}

function changedMeanwhile(before: Shown, now: Shown): ToolError {
  return new ToolError("upstream_error", "Somebody else changed the list in between. Nothing was written.", {
    hint: "Look at the list as it is now, and call again if the change is still wanted.",
    done: "nothing",
    details: { before: shown(before), now: shown(now) },
  });
}

function notReadBack(error: ToolError, before: Shown, written: Shown): ToolError {
  return new ToolError("upstream_error", `The list was written, but could not be read back: ${error.message}`, {
    hint: "Look at the list before you change anything again.",
    done: "unknown",
    details: { ...sayingOf(error), before: shown(before), written: shown(written) },
  });
}

function notAsWritten(wanted: Shown, found: Shown): ToolError {
  return new ToolError("upstream_error", "Cloudways accepted the list, but holds a different one.", {
    hint: "Tell the user, and compare both lists in details before you change anything again.",
    details: { wanted: shown(wanted), found: shown(found) },
  });
}
