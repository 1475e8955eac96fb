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
  /** The answer names the list. Without, an empty list is only a guess. */
  stated: boolean;
}

/** What to change; `replace` stands alone. */
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
  /** Was to be removed, and was not there. */
  missing: string[];
}

/** A change that was worked out on a list as it was, and not made yet. */
export interface ListPlan {
  list: ListName;
  change: ListChange;
  before: AddressList;
  merged: MergedList;
  /** The policy to write; null leaves it as it is. */
  policy: string | null;
}

/** A range that takes in many addresses. */
export interface WideRange {
  ip: string;
  /** How many, in words. */
  size: string;
  /** It takes in every address of its version. */
  all: boolean;
}

/** Equal for two spellings of the same range. Cloudways may also hold entries that are no ranges. */
function keyOf(text: string): string {
  const range = parseRange(text.trim());
  return range === undefined ? text.trim() : formatRange(range);
}

/** The entries by their keys, each once, as first spelled. */
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

/** Makes the new list. Entries that stay keep their spelling and order; nothing goes that was not named. */
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

/** What a person should know of a list before it counts. */
export function listWarnings({ after, missing }: MergedList, policy: string | null): string[] {
  const wide = wideRanges(after).map(({ ip, size }) => `${ip} is a wide range: ${size}.`);
  const absent = missing.map((ip) => {
    const wider = after.find((other) => covers(other, ip));
    return `${ip} was not on the list${wider === undefined ? "" : `, but ${wider} on it covers it`}.`;
  });
  return [...wide, ...absent, ...policyWarnings(after, policy)];
}

/** What a person should know of a list's policy; no text but ours. */
export function policyWarnings(after: readonly string[], policy: string | null): string[] {
  if (policy === null) return ["Cloudways does not say what happens to addresses that are not listed (the policy)."];
  if (policy === "allow_all") return ["The policy allow_all lets addresses connect that are not on the list."];
  return policy === "block_all" && after.length === 0 ? ["block_all with an empty list locks everyone out."] : [];
}

/** `ip_list` may be a list, a list as JSON text, or empty text. One that was emptied may hold the empty text we sent. */
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

/** Both forms of the answer, and the ways in which PHP says that there is nothing. */
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

/** One of the two lists of a server. */
export function readAddressList(account: CloudwaysAccount, serverId: number, list: ListName): Promise<AddressList> {
  const { operation, path } = READS[list];
  return account.read({ operation, path, reply: addressListReply, query: { server_id: serverId } });
}

/** A list that is about to be changed: taking it for empty by guess would wipe it. */
async function readForChange(account: CloudwaysAccount, serverId: number, list: ListName, change: ListChange) {
  const found = await readAddressList(account, serverId, list);
  if (found.stated || change.replace !== undefined) return found;
  throw new ToolError("upstream_error", "Cloudways' answer does not hold the list, so it can't be edited.", {
    hint: "Nothing was changed. To set the whole list whatever it holds, call with replace.",
  });
}

/**
 * Reads a list and works a change of it out. Cloudways only knows how to replace the whole of it.
 *
 * @throws {ToolError} Where nothing would change, or where the list can't be told.
 */
export async function planListChange(
  account: CloudwaysAccount,
  serverId: number,
  list: ListName,
  change: ListChange,
): Promise<ListPlan> {
  const before = await readForChange(account, serverId, list, change);
  const merged = mergeList(before.ips, change);
  // The facts know no other policy for MySQL. For SSH an unknown policy is left out, which leaves it as it is.
  const policy = change.policy ?? before.policy ?? (list === "mysql" ? "allow_all" : null);
  const isSame = merged.added.length + merged.removed.length === 0;
  if (isSame && (change.policy === undefined || change.policy === before.policy)) throw nothingToChange(before);
  return { list, change, before, merged, policy };
}

/**
 * Makes a change as it was planned: the list is compared with the one it was planned for just before it is written, and
 * read back.
 *
 * @throws {ToolError} Where the list changed meanwhile, and where it does not become what was asked for.
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
    // A form has no other way to say that a list is empty.
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
