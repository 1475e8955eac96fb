/** The projects and team members of the account. */
import * as z from "zod";
import { isoTime, knownApps } from "../../cloudways/models.ts";
import { noInput } from "../define/inputs.ts";
import { memberView, readMembers } from "../define/members.ts";
import { records } from "../define/outputs.ts";
import { readProjects } from "../define/projects.ts";
import { defineTool, type Tool } from "../define/tool.ts";

const listProjects = defineTool({
  name: "list_projects",
  title: "List projects",
  toolset: "basic",
  effect: "read",
  accountWide: false,
  description: "Lists the projects of the account with the applications in each.",
  input: noInput,
  output: () => z.looseObject({ projects: records }),
  handler: async (_input, { account }) => {
    const [projects, servers] = await Promise.all([readProjects(account), account.servers()]);
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

const listTeamMembers = defineTool({
  name: "list_team_members",
  title: "List team members",
  toolset: "basic",
  effect: "read",
  accountWide: true,
  description: "Lists the people who share the account, with their roles and permissions.",
  input: noInput,
  output: () => z.looseObject({ members: records }),
  handler: async (_input, { account }) => ({ members: (await readMembers(account)).map(memberView) }),
});

/** The tools of this file. */
export const accountTools: readonly Tool[] = [listProjects, listTeamMembers];
