import { groupOneApp } from "../tool_rows/access_team.ts";
import { always, type Change, never, type ToolCases } from "./case.ts";

const PROJECT = { project_id: 300002 };
const MEMBER = { member_id: 600001 };
const ACCESS = { account: { is_full: false }, servers: { 100001: { apps: [200001] } } };

/** The second application is in the project. */
const grouped: Change = (_app, _server, sandbox) => groupOneApp(sandbox);

/** The first application is in a third project. */
const elsewhere: Change = (app, _server, sandbox) => {
  sandbox.account().projects.push({ id: 300_003, name: "Blogs", isDefault: false, created_at: "2026-01-01 00:00:00" });
  app.project_id = 300_003;
};

/** The tools for projects and team members. */
export const accessTeamCases: Record<string, ToolCases> = {
  create_project: {
    sends: "project_create",
    args: { name: "New client" },
    cases: never("adds, and leaves all as it is"),
  },
  update_project: {
    sends: "project_update",
    args: PROJECT,
    cases: [
      { args: { name: "Shops EU" }, present: "any", asks: false, why: "gives it a name" },
      { args: { add: [200001] }, present: "the default project", asks: false, why: "nobody has grouped it" },
      { args: { replace: [200001, 200002] }, present: "one of them", setUp: grouped, asks: false, why: "both stay in" },
      { args: { remove: [200002] }, present: "it in the project", setUp: grouped, asks: true, why: "takes it out" },
      { args: { replace: [200001] }, present: "another one", setUp: grouped, asks: true, why: "takes the other out" },
      { args: { replace: [] }, present: "one in the project", setUp: grouped, asks: true, why: "takes it out" },
      { args: { name: "EU", remove: [200002] }, present: "it there", setUp: grouped, asks: true, why: "takes it out" },
      { args: { add: [200001] }, present: "another project", setUp: elsewhere, asks: true, why: "leaves its group" },
      {
        args: { add: [200001] },
        present: "an application whose project is not told",
        setUp: (_app, { apps }) => void apps[1]?.untold.push("project_id"),
        asks: true,
        why: "it may be in the project, and leave it",
      },
      {
        args: { name: "Shops EU" },
        present: "a server whose applications are not told",
        setUp: (_app, _server, sandbox) => void sandbox.account().servers[1]?.untold.push("apps"),
        asks: true,
        why: "some of them may be in the project, and leave it",
      },
    ],
  },
  delete_project: { sends: "project_delete", args: PROJECT, cases: always("deletes it") },
  add_team_member: {
    sends: "team_member_add",
    args: { name: "Lin Berg", email: "lin@example.com" },
    cases: [
      { args: { access: JSON.stringify(ACCESS) }, present: "any", asks: true, why: "lets somebody in" },
      { args: { access: ACCESS }, present: "any", asks: true, why: "lets somebody in" },
      { args: { access: { account: { is_full: true } } }, present: "any", asks: true, why: "lets somebody in to all" },
    ],
  },
  update_team_member: {
    sends: "team_member_update",
    args: MEMBER,
    cases: [
      { args: { name: "Ada L." }, present: "any", asks: true, why: "access may be lost" },
      { args: { role: "Lead" }, present: "any", asks: true, why: "access may be lost" },
      { args: { enabled: false }, present: "active", asks: true, why: "takes access away" },
      { args: { access: ACCESS }, present: "any", asks: true, why: "changes what they may do" },
    ],
  },
  remove_team_member: { sends: "team_member_delete", args: MEMBER, cases: always("takes access away") },
};
