/** The people who share the account. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import {
  idNumber,
  isoTime,
  looseFlag,
  looseList,
  looseObject,
  looseText,
  memberReply,
} from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";

const memberRecord = z.object({
  id: idNumber,
  name: looseText,
  email: looseText,
  status: looseText,
  role: looseText,
  added_on: looseText,
  account_disabled: looseFlag,
  permissions: z.unknown().optional(),
});

/** A team member, as Cloudways lists it. What they may do on servers is not part of it. */
export type MemberRecord = z.output<typeof memberRecord>;

const membersReply = memberReply("contents", looseObject({ members: looseList(memberRecord) }));

/** Reads every team member of the account. */
export async function readMembers(account: CloudwaysAccount): Promise<MemberRecord[]> {
  const { members } = await account.read({
    operation: "team_member_list",
    path: path`/member`,
    reply: membersReply,
  });
  return members;
}

/** The status of a member who is active. */
export const ACTIVE = "1";

/** A team member in an answer. */
export function memberView({ id, name, email, status, role, added_on, account_disabled, permissions }: MemberRecord) {
  const active = status === ACTIVE;
  return { id, name, email, active, role, added_at: isoTime(added_on), account_disabled, permissions };
}
