/** What is asked before team members are added, changed or removed. */
import type { MemberRecord } from "../define/members.ts";
import type { Question, QuestionFact } from "../../confirm/question.ts";
import type { JsonValue } from "../../text/clean.ts";
import { accessFacts, accessInWords, boundAccess, countSections, type FoundAccess } from "./member_access.ts";
import { type MemberChange, STATUS_WORDS } from "./member_change.ts";

const NOT_VERIFIED = "Cloudways doesn't show what a member may do on servers, so nobody can verify here what they " +
  "really get. Check it in the Cloudways console.";

/** Who is to be added, and what they are to have. */
export interface NewMember extends FoundAccess {
  name: string;
  email: string;
  role: string | undefined;
}

/** The question before somebody is added. */
export function additionQuestion(added: NewMember): Question {
  const { name, email, role, access } = added;
  return {
    headline: `Let a new person into this Cloudways account, with ${accessInWords(added)}.`,
    subject: { kind: "account" },
    consequences: [
      access.account.is_full
        ? "They can do everything that full access to the account allows."
        : "They get the access that is listed here.",
      ...unverified(added),
      "Cloudways sends them an e-mail.",
      "It can be undone by removing them; what they saw or changed until then stays so.",
    ],
    facts: [
      { name: "E-mail", values: [email], isFirst: true },
      { name: "Name", values: [name] },
      { name: "Role", values: role === undefined ? [] : [role] },
      ...accessFacts(added),
    ],
    target: boundAccess(added),
  };
}

/** The question before a member changes. */
export function changeQuestion({ member, before, after, sections, given }: MemberChange): Question {
  const becomes = given === undefined ? "" : ` and give them ${accessInWords(given)}`;
  return {
    headline: `Change team member ${member.id}${becomes}.`,
    subject: { kind: "account" },
    consequences: [
      ...accessConsequences(before.isFull, given),
      ...(after.status === before.status ? [] : [`They become ${STATUS_WORDS[after.status] ?? "something else"}.`]),
      "Name, role and status can be changed back; lost access has to be given again.",
    ],
    facts: [
      { name: "E-mail", values: [member.email], isFirst: true },
      ...valueFacts("Name", before.name, after.name),
      ...valueFacts("Role", before.role, after.role),
      ...valueFacts("Status", statusInWords(before.status), statusInWords(after.status)),
      {
        name: "Full access to the account now",
        values: [before.isFull === null ? "not told" : yesOrNo(before.isFull)],
      },
      ...(given === undefined ? sectionFacts(sections) : accessFacts(given)),
    ],
    target: {
      ...boundMember(member),
      before: { ...before, sections: sections && [...sections] },
      access: given === undefined ? null : boundAccess(given),
    },
  };
}

/** Sections that are sent again. */
function sectionFacts(sections: readonly string[] | null): QuestionFact[] {
  return sections === null || sections.length === 0
    ? []
    : [{ name: "Sections of the account as before", values: sections }];
}

/** What can't be known of an access. */
function unverified({ access }: FoundAccess): string[] {
  if (countSections(access) === 0) return [NOT_VERIFIED];
  return [NOT_VERIFIED, "The names of sections are not documented, so a wrong one is not noticed here."];
}

function accessConsequences(isFull: boolean | null, given: FoundAccess | undefined): string[] {
  if (given !== undefined) {
    return ["They get the access that is listed here, and may lose all other access.", ...unverified(given)];
  }
  const lost =
    "Cloudways takes the member as a whole and doesn't show what they may do on servers: access that is not " +
    "named here may be lost.";
  return isFull === true ? ["Their full access to the account is sent again, as it is now.", lost] : [lost];
}

/** The question before a member is removed. */
export function removalQuestion(member: MemberRecord): Question {
  const { id, name, email, role } = member;
  return {
    headline: `Remove team member ${id} from this Cloudways account for good.`,
    subject: { kind: "account" },
    consequences: [
      "They lose their access to the account, with every server and application that they could reach through it.",
      "Cloudways doesn't say what becomes of SSH keys and SFTP users that they use: look at those too.",
      "It can't be undone: to let them in again, somebody has to add them and give them access again.",
    ],
    facts: [
      { name: "E-mail", values: [email], isFirst: true },
      { name: "Name", values: [name] },
      { name: "Role", values: role === "" ? [] : [role] },
    ],
    target: boundMember(member),
  };
}

function boundMember({ id, name, email, role, status }: MemberRecord): Record<string, JsonValue> {
  return { member: { id, name, email, role, status } };
}

function statusInWords(status: string): string {
  return STATUS_WORDS[status] ?? status;
}

function yesOrNo(flag: boolean): string {
  return flag ? "yes" : "no";
}

/** One line for what stays and is sent again, two for what changes. */
function valueFacts(name: string, before: string, after: string): QuestionFact[] {
  const values = (text: string) => text === "" ? [] : [text];
  if (before === after) return [{ name: `${name} as before`, values: values(after) }];
  return [{ name: `${name} now`, values: values(before) }, { name: `${name} after`, values: values(after) }];
}
