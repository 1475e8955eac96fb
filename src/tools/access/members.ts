/** The people who may use the account. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { path } from "../../cloudways/path.ts";
import { declare } from "../../confirm/declared_input.ts";
import { ToolError } from "../../errors.ts";
import { isSeenGone } from "../define/gone.ts";
import { ACTIVE, type MemberRecord, readMembers } from "../define/members.ts";
import { nullIfRefused } from "../define/questions.ts";
import { defineAskingTool, type Tool, type ToolContext } from "../define/tool.ts";
import { anyReply, AS_IT_CAME, replyOutput } from "../define/undocumented.ts";
import { emailAddress } from "../define/validators.ts";
import { accessFields, findAccess, type MemberAccess, memberAccess } from "./member_access.ts";
import { findMember, planMemberChange, writeMember } from "./member_change.ts";
import { additionQuestion, changeQuestion, type NewMember, removalQuestion } from "./member_questions.ts";

const memberId = z.int().min(1).meta(declare({ role: "target" })).describe("Id from list_team_members.");
const shortText = z.string().min(1).max(100);
const memberOutput = { member_id: z.number(), name: z.string(), email: z.string() };

function namesOf({ id, name, email }: MemberRecord) {
  return { member_id: id, name, email };
}

function hasEmail(email: string): (member: MemberRecord) => boolean {
  return (member) => member.email.toLowerCase() === email.toLowerCase();
}

interface Addition {
  name: string;
  email: string;
  role?: string | undefined;
  access: MemberAccess;
}

/** @throws {ToolError} If they are a member already, and for servers and applications that don't exist. */
async function planAddition({ name, email, role, access }: Addition, { account }: ToolContext): Promise<NewMember> {
  const [members, servers] = await Promise.all([readMembers(account), account.currentServers()]);
  const present = members.find(hasEmail(email));
  if (present !== undefined) throw isMember(present.id);
  return { name, email, role, ...findAccess(access, servers) };
}

function isMember(id: number): ToolError {
  return new ToolError("validation_failed", `This address belongs to team member ${id} already.`, {
    hint: "Nothing was done, and nobody was asked. update_team_member changes a member.",
    details: { member_id: id },
    done: "nothing",
  });
}

/** The member with this address, if the list can be read and shows one. */
async function seenMember(account: CloudwaysAccount, email: string): Promise<MemberRecord | undefined> {
  const members = await readMembers(account).catch((error) => nullIfRefused(error, "any"));
  return members?.find(hasEmail(email));
}

const addTeamMember = defineAskingTool({
  name: "add_team_member",
  title: "Add a team member",
  toolset: "access",
  effect: "destructive",
  undo: { none: "what they saw or changed until then stays so" },
  description:
    "Invites a person to the account by e-mail, with a role and access to chosen servers and applications. " +
    "Only the account's owner may. Sections are areas of the console, by names that are not documented. What they get " +
    "can't be read back. A person has to approve it. " + AS_IT_CAME,
  input: () =>
    z.strictObject({
      name: shortText.describe("Full name."),
      email: emailAddress.describe("Gets the invitation: lin@example.com"),
      role: shortText.optional().describe("In any words: Developer"),
      access: memberAccess.describe(
        'JSON object as text: {"account":{"is_full":false},"servers":{"100001":{"apps":[200001]}}}; is_full gives all',
      ),
    }),
  output: () =>
    z.looseObject({ ...memberOutput, member_id: z.number().nullable(), next_step: z.string(), ...replyOutput }),
  facts: planAddition,
  question: additionQuestion,
  handler: async ({ name, email, role, access }, { account }) => {
    const reply = await account.write({
      operation: "team_member_add",
      method: "POST",
      path: path`/member`,
      json: { name, email, status: ACTIVE, ...(role !== undefined && { role }), ...accessFields(access) },
      reply: anyReply,
    });
    const seen = await seenMember(account, email);
    return { member_id: seen?.id ?? null, name, email, next_step: seen === undefined ? NOT_SEEN : CHECK, reply };
  },
});

const CHECK = "Ask the user to check the member's access in the Cloudways console: it can't be read back here.";
const NOT_SEEN =
  "The list of members does not show them yet. Look with list_team_members, and don't add them once more.";

const updateTeamMember = defineAskingTool({
  name: "update_team_member",
  title: "Change a team member",
  toolset: "access",
  effect: "destructive",
  undo: { none: "what a member may do on servers can't be read" },
  idempotent: true,
  description:
    "Changes name, role or status of an existing team member, or gives them another access as a whole, more " +
    "or less. Access that is not given may be lost. A person has to approve it. " + AS_IT_CAME,
  input: () =>
    z.strictObject({
      member_id: memberId,
      name: shortText.optional().describe("New full name."),
      role: shortText.optional().describe("New role, in any words."),
      enabled: z.boolean().optional().describe("false makes them inactive."),
      access: memberAccess.optional().describe("The whole new access, as in add_team_member."),
    }).refine(
      ({ name, role, enabled, access }) => [name, role, enabled, access].some((given) => given !== undefined),
      "name, role, enabled or access must be given",
    ),
  output: () => z.looseObject({ ...memberOutput, role: z.string(), active: z.boolean(), ...replyOutput }),
  facts: planMemberChange,
  question: changeQuestion,
  handler: async (_input, context, change) => {
    const reply = await writeMember(change, context);
    const { member, after: { name, role, status } } = change;
    return { ...namesOf({ ...member, name }), role, active: status === ACTIVE, reply };
  },
});

const removeTeamMember = defineAskingTool({
  name: "remove_team_member",
  title: "Remove a team member",
  toolset: "access",
  effect: "destructive",
  undo: { none: "what the member could do can't be read" },
  idempotent: true,
  description: "Takes a person's access to the account away for good, as when they leave. A person has to approve it " +
    "by typing the member's e-mail address.",
  input: () => z.strictObject({ member_id: memberId }),
  output: () => z.looseObject({ ...memberOutput, removed: z.boolean(), verified: z.boolean() }),
  facts: ({ member_id }, { account }) => findMember(account, member_id),
  question: removalQuestion,
  goneForGood: ({ id, email }) => ({ label: email, id }),
  handler: async (_input, { account }, member) => {
    await account.write({
      operation: "team_member_delete",
      method: "DELETE",
      path: path`/member/${member.id}`,
      form: { id: member.id },
      reply: anyReply,
      mayBeEmpty: true,
    });
    const isThere = async () => (await readMembers(account)).some(({ id }) => id === member.id);
    return { ...namesOf(member), removed: true, verified: await isSeenGone("team member", isThere) };
  },
});

/** The tools of this file. */
export const membersTools: readonly Tool[] = [addTeamMember, updateTeamMember, removeTeamMember];
