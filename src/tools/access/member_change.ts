/** Changing a team member, whom Cloudways only takes as a whole. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { statedFlag, statedList } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { ToolError } from "../../errors.ts";
import type { JsonValue } from "../../text/clean.ts";
import { ACTIVE, type MemberRecord, readMembers } from "../define/members.ts";
import { makeChange, nothingToChange } from "../define/planned_change.ts";
import type { ToolContext } from "../define/tool.ts";
import { anyReply } from "../define/undocumented.ts";
import { accessFields, findAccess, type FoundAccess, type MemberAccess } from "./member_access.ts";

/** What a call can change. */
export interface MemberEdit {
  member_id: number;
  name?: string | undefined;
  role?: string | undefined;
  enabled?: boolean | undefined;
  access?: MemberAccess | undefined;
}

/** What of a member can be read back. */
export interface MemberState {
  name: string;
  role: string;
  status: string;
  /** Null if Cloudways doesn't tell. */
  isFull: boolean | null;
}

/** A member, and what becomes of them. */
export interface MemberChange {
  member: MemberRecord;
  before: MemberState;
  after: MemberState;
  /** Sections of the account, as Cloudways tells them now; null if it doesn't. */
  sections: readonly string[] | null;
  /** The access that is given; undefined to leave it as it is, as far as Cloudways does. */
  given: FoundAccess | undefined;
}

const INACTIVE = "0";

/** What the status of a member means. */
export const STATUS_WORDS: Readonly<Record<string, string>> = { [ACTIVE]: "active", [INACTIVE]: "inactive" };

const permissionsRecord = z.looseObject({ is_full: statedFlag, sections: statedList(z.string()) })
  .catch({ is_full: null, sections: null });

/** @throws {ToolError} `not_found`. */
export async function findMember(account: CloudwaysAccount, memberId: number): Promise<MemberRecord> {
  const found = (await readMembers(account)).find(({ id }) => id === memberId);
  if (found !== undefined) return found;
  throw new ToolError("not_found", `This account has no team member ${memberId}.`, {
    hint: "Use list_team_members to get the right id.",
    details: { member_id: memberId },
  });
}

/** @throws {ToolError} For what does not exist, and where nothing would change. */
export async function planMemberChange(edit: MemberEdit, { account }: ToolContext): Promise<MemberChange> {
  const [member, servers] = await Promise.all([
    findMember(account, edit.member_id),
    edit.access === undefined ? [] : account.currentServers(),
  ]);
  const given = edit.access === undefined ? undefined : findAccess(edit.access, servers);
  const before = stateOf(member);
  const after = {
    name: edit.name ?? before.name,
    role: edit.role ?? before.role,
    status: edit.enabled === undefined ? before.status : edit.enabled ? ACTIVE : INACTIVE,
    isFull: edit.access?.account.is_full ?? before.isFull,
  };
  // What they may do on servers can't be read, so an access may always change something.
  if (given === undefined && isSame(before, after)) throw nothingToChange("team member", before);
  return { member, before, after, sections: permissionsOf(member).sections, given };
}

/**
 * Sends the member as a whole, and reads them back.
 *
 * @throws {ToolError} Where somebody else changed them meanwhile, and where they do not become what was asked for.
 */
export async function writeMember(change: MemberChange, { account }: ToolContext): Promise<unknown> {
  const { member, before, after } = change;
  const { written } = await makeChange<MemberState, unknown>({
    what: "team member",
    before,
    wanted: after,
    read: async () => stateOf(await findMember(account, member.id)),
    write: () =>
      account.write({
        operation: "team_member_update",
        method: "PUT",
        path: path`/member/${member.id}`,
        json: fieldsOf(change),
        reply: anyReply,
      }),
    isSame,
    // What Cloudways does not tell can't be compared.
    becomes: (wanted, found) => isSame(wanted, { ...wanted, ...toldOf(found) }),
  });
  return written;
}

function permissionsOf({ permissions }: MemberRecord): z.output<typeof permissionsRecord> {
  return permissionsRecord.parse(permissions);
}

function stateOf(member: MemberRecord): MemberState {
  const { name, role, status } = member;
  return { name, role, status, isFull: permissionsOf(member).is_full };
}

function isSame(a: MemberState, b: MemberState): boolean {
  return a.name === b.name && a.role === b.role && a.status === b.status && a.isFull === b.isFull;
}

/** What Cloudways tells of a state; the rest comes as empty text, or null. */
function toldOf(state: MemberState): Partial<MemberState> {
  return Object.fromEntries(Object.entries(state).filter(([, value]) => value !== "" && value !== null));
}

function fieldsOf({ before, after, sections, given }: MemberChange): Record<string, JsonValue> {
  const { name, role, status } = after;
  const access = given === undefined ? knownAccess(before, sections) : accessFields(given.access);
  return { ...(name !== "" && { name }), ...(role !== "" && { role }), ...(status !== "" && { status }), ...access };
}

/** What Cloudways tells of a member's access, to be sent again. */
function knownAccess({ isFull }: MemberState, sections: readonly string[] | null): Record<string, JsonValue> {
  if (isFull === null) return {};
  return { account: { ...(sections !== null && { sections: [...sections] }), is_full: isFull } };
}
