/** The lists of addresses that may reach a server by SSH or MySQL: reading and writing them, and what their entries mean. */
import * as z from "zod";
import type { CloudwaysAccount } from "./account.ts";
import { formatRange, parseRange, wideSize } from "./address_ranges.ts";
import { givenList, looseText } from "./models.ts";
import { path } from "./path.ts";

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

/** A range of many addresses. */
export interface WideRange {
  ip: string;
  /** How many, in words. */
  size: string;
  /** Whether it contains every address of its IP version. */
  all: boolean;
}

/** The key of an entry: equal for two spellings of the same range. Entries that are not ranges are their own keys. */
export function addressKey(text: string): string {
  const range = parseRange(text.trim());
  return range === undefined ? text.trim() : formatRange(range);
}

/** The entries of a list that are wide ranges. */
export function wideRanges(ips: readonly string[]): WideRange[] {
  return ips.flatMap((ip) => {
    const range = parseRange(ip.trim());
    const size = range && wideSize(range);
    return range === undefined || size === undefined ? [] : [{ ip: ip.trim(), size, all: range.prefix === 0 }];
  });
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

/** Replaces one of the two lists of a server. A policy of null is left as it is. */
export async function writeAddressList(
  account: CloudwaysAccount,
  serverId: number,
  list: ListName,
  { ips, policy }: Pick<AddressList, "ips" | "policy">,
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
