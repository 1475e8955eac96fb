/** A change of a whitelist: worked out on the list as it is, and made as it was planned. */
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import {
  addressKey,
  type AddressList,
  type ListName,
  policyWarnings,
  readAddressList,
  wideRanges,
  writeAddressList,
} from "../../cloudways/address_lists.ts";
import { covers } from "../../cloudways/address_ranges.ts";
import { ToolError } from "../../errors.ts";
import { type EditedList, editList, type ListEdit, sameEntries } from "../define/list_edits.ts";
import { makeChange, nothingToChange } from "../define/planned_change.ts";

/** What to change: entries, and the policy for addresses that are not listed. */
export interface WhitelistChange extends ListEdit {
  policy?: string | undefined;
}

/** A change that was worked out on a list as it was, and not made yet. */
export interface WhitelistPlan {
  list: ListName;
  change: WhitelistChange;
  before: AddressList;
  merged: EditedList;
  /** The policy to write; null leaves it as it is. */
  policy: string | null;
}

/** Which server's list. */
interface Place {
  account: CloudwaysAccount;
  serverId: number;
  list: ListName;
}

/** A list that is about to be changed: taking it for empty by guess would wipe it. */
async function readForChange({ account, serverId, list }: Place, change: WhitelistChange): Promise<AddressList> {
  const found = await readAddressList(account, serverId, list);
  if (found.stated || change.replace !== undefined) return found;
  throw new ToolError("upstream_error", "Cloudways' answer does not hold the list, so it can't be edited.", {
    hint: "Nothing was changed. To set the whole list whatever it holds, call with replace.",
  });
}

/**
 * Reads a list and works a change of it out.
 *
 * @throws {ToolError} Where nothing would change, or where the list can't be told.
 */
export async function planWhitelistChange(place: Place, change: WhitelistChange): Promise<WhitelistPlan> {
  const { list } = place;
  const before = await readForChange(place, change);
  const merged = editList(before.ips, change, addressKey);
  // The facts know no other policy for MySQL. For SSH an unknown policy is left out, which leaves it as it is.
  const policy = change.policy ?? before.policy ?? (list === "mysql" ? "allow_all" : null);
  const isSame = merged.added.length + merged.removed.length === 0;
  if (isSame && (change.policy === undefined || change.policy === before.policy)) {
    throw nothingToChange("list", shown(before));
  }
  return { list, change, before, merged, policy };
}

/**
 * Makes a change as it was planned.
 *
 * @throws {ToolError} Where the list changed meanwhile, and where it does not become what was asked for.
 */
export async function carryOutWhitelistChange(place: Place, plan: WhitelistPlan) {
  const { account, serverId, list } = place;
  const { change, before, merged, policy } = plan;
  const { after, added, removed } = merged;
  const { found } = await makeChange({
    what: "list",
    before,
    wanted: { ips: after, policy, stated: true },
    read: () => readForChange(place, change),
    readBack: () => readAddressList(account, serverId, list),
    write: () => writeAddressList(account, serverId, list, { ips: after, policy }),
    isSame: (a, b) => sameEntries(a.ips, b.ips, addressKey) && a.policy === b.policy,
    becomes: (a, b) =>
      sameEntries(a.ips, b.ips, addressKey) && (a.policy === null || b.policy === null || a.policy === b.policy),
    show: shown,
  });
  const now = found?.policy ?? policy;
  return {
    before: before.ips,
    after: found?.ips ?? after,
    added,
    removed,
    policy: now,
    warnings: warningsOf(merged, now),
  };
}

/** What a person should know of a list before it counts. */
export function warningsOf({ after, missing }: EditedList, policy: string | null): string[] {
  const wide = wideRanges(after).map(({ ip, size }) => `${ip} is a wide range: ${size}.`);
  const absent = missing.map((ip) => {
    const wider = after.find((other) => covers(other, ip));
    return `${ip} was not on the list${wider === undefined ? "" : `, but ${wider} on it covers it`}.`;
  });
  return [...wide, ...absent, ...policyWarnings(after, policy)];
}

function shown({ ips, policy }: AddressList): Pick<AddressList, "ips" | "policy"> {
  return { ips, policy };
}
