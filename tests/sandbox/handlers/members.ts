import { type Call, type Handlers, number, text } from "../call.ts";
import { recordTime } from "../dates.ts";
import { memberMap } from "../render.ts";
import { isRecord } from "../read_request.ts";
import { refused } from "../refusals.ts";
import type { MemberState } from "../state.ts";

/** Team members. Their rights on servers can be written but not read. */
export const memberHandlers: Handlers = {
  team_member_list: ({ account }) => ({ contents: { members: memberMap(account.members) } }),
  team_member_add(call) {
    const { account } = call;
    const email = text(call, "email");
    if (account.otherOwners.includes(email)) throw refused("This e-mail address owns an account.");
    if (account.members.some((one) => one.email === email)) throw refused("This e-mail address is a member already.");
    const id = ++account.lastId.member;
    const { account: rights, servers = {}, apps = [] } = call.fields;
    account.members.push({
      id,
      mappingId: id + 10_000,
      name: text(call, "name"),
      email,
      status: "status" in call.fields ? text(call, "status") : "1",
      role: text(call, "role"),
      added_on: recordTime(call.clock.now()),
      isFull: isFull(rights),
      access: { account: rights ?? null, servers, apps },
    });
    return { contents: { members: memberMap(account.members) } };
  },
  // Access that is not named is lost. No reply shows what was granted before.
  team_member_update(call) {
    const member = theMember(call);
    for (const name of ["name", "status", "role"] as const) {
      if (name in call.fields) member[name] = text(call, name);
    }
    const { account: rights, servers = {}, apps = [] } = call.fields;
    member.isFull = isFull(rights);
    member.access = { account: rights ?? null, servers, apps };
    return { contents: [] };
  },
  team_member_delete(call) {
    const member = theMember(call);
    call.account.members = call.account.members.filter((one) => one !== member);
    return { contents: [] };
  },
};

/** Members of an object come as text from a form. */
function isFull(rights: unknown): boolean {
  return isRecord(rights) && String(rights.is_full) === "true";
}

function theMember(call: Call): MemberState {
  const member = call.account.members.find((one) => one.id === number(call, "member_id"));
  if (member === undefined) throw new Error("The member was looked up before");
  return member;
}
