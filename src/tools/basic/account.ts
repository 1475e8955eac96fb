/** The projects and team members of the account. */
import { z } from "zod";
import {
  idNumber,
  isoTime,
  knownApps,
  listReply,
  looseFlag,
  looseList,
  looseObject,
  looseText,
  memberReply,
} from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { noInput } from "../define/inputs.ts";
import { records } from "../define/outputs.ts";
import { defineTool, type Tool } from "../define/tool.ts";

const projectRecord = z.object({ id: idNumber, name: looseText, is_default: looseFlag, created_at: looseText });

const listProjects = defineTool({
  name: "list_projects",
  title: "List projects",
  toolset: "basic",
  effect: "read",
  accountWide: false,
  description: "Lists the projects of the account with the applications in each.",
  input: noInput,
  output: z.looseObject({ projects: records }),
  handler: async (_input, { account }) => {
    const [projects, servers] = await Promise.all([
      account.read({
        operation: "project_list",
        path: path`/project`,
        reply: listReply("projects", projectRecord),
        wholeAccount: true,
      }),
      account.servers(),
    ]);
    const apps = servers.flatMap(knownApps);
    return {
      projects: (await account.ownProjects(projects)).map(({ id, name, is_default, created_at }) => ({
        id,
        name,
        is_default,
        created_at: isoTime(created_at),
        apps: apps.filter((app) => app.project_id === id).map((app) => ({ id: app.id, label: app.label })),
      })),
    };
  },
});

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
const membersReply = memberReply("contents", looseObject({ members: looseList(memberRecord) }));

const listTeamMembers = defineTool({
  name: "list_team_members",
  title: "List team members",
  toolset: "basic",
  effect: "read",
  accountWide: true,
  description: "Lists the people who share the account, with their roles and permissions.",
  input: noInput,
  output: z.looseObject({ members: records }),
  handler: async (_input, { account }) => {
    const { members } = await account.read({ operation: "team_member_list", path: path`/member`, reply: membersReply });
    return {
      members: members.map(({ id, name, email, status, role, added_on, account_disabled, permissions }) => (
        { id, name, email, active: status === "1", role, added_at: isoTime(added_on), account_disabled, permissions }
      )),
    };
  },
});

/** The tools of this file. */
export const accountTools: readonly Tool[] = [listProjects, listTeamMembers];
