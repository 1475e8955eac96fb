import type { Sandbox } from "../sandbox/mod.ts";
import { always, LISTING, type Sent, type ToolRow } from "./row.ts";

/** A project that somebody made, and a team member with full access. */
const PROJECT = { project_id: 300002 };
const MEMBER = { member_id: 600001 };
const PROJECTS: Sent = ["GET /project"];
const MEMBERS: Sent = ["GET /member"];

const NEW_MEMBER = { name: "Lin Berg", email: "lin@example.com" };
const APP_ACCESS = { account: { is_full: false }, servers: { 100001: { apps: [200001] } } };
/** What Cloudways gets for it. */
const SENT_APP_ACCESS = {
  account: { sections: [], is_full: false },
  servers: { 100001: { sections: [], is_full: false, apps: ["200001"] } },
  apps: [],
};
const SERVER_ACCESS = { account: { is_full: false }, servers: { 100001: { is_full: true } } };
const SENT_SERVER_ACCESS = {
  account: { sections: [], is_full: false },
  servers: { 100001: { sections: [], is_full: true, apps: [] } },
  apps: [],
};

const wrongProject = [
  { args: { name: "Shops" }, names: "project_id" },
  { args: { project_id: 0, name: "Shops" }, names: "project_id" },
  { args: { project_id: "shops", name: "Shops" }, names: "project_id" },
];
const wrongMember = [
  { args: { role: "Lead" }, names: "member_id" },
  { args: { member_id: 0, role: "Lead" }, names: "member_id" },
  { args: { member_id: "lin@example.com", role: "Lead" }, names: "member_id" },
];

/** Everything that is no access: nothing is granted by leaving something out. */
const NO_ACCESS: unknown[] = [
  "full",
  "[]",
  "{}",
  "",
  7,
  [APP_ACCESS],
  '{"account":{"is_full":false},"account":{"is_full":true}}',
  { servers: APP_ACCESS.servers },
  { account: {} },
  { account: {}, servers: APP_ACCESS.servers },
  { account: { is_full: "false" }, servers: APP_ACCESS.servers },
  { account: { is_full: false } },
  { account: { is_full: false, sections: ["billing"] } },
  { account: { is_full: false }, servers: {} },
  { account: { is_full: false }, servers: { 100001: {} } },
  { account: { is_full: false }, servers: { 100001: { apps: [] } } },
  { account: { is_full: false }, servers: { 100001: { is_full: true, apps: [200001] } } },
  { account: { is_full: false }, servers: { 100001: { is_full: "yes" } } },
  { account: { is_full: false }, servers: { "1e5": { is_full: true } } },
  { account: { is_full: false }, servers: { 100001: { apps: ["200001 "] } } },
  { account: { is_full: false, sections: ["billing\u0007"] }, servers: {} },
  { account: { is_full: false, sections: ["1"] }, servers: {} },
  { account: { is_full: true }, servers: APP_ACCESS.servers },
  { account: { is_full: true, sections: ["billing"] } },
  { ...APP_ACCESS, apps: [200001] },
];

/** The reads of an edit: for the plan, just before the write, and after it. */
const EDIT: Sent[] = [PROJECTS, LISTING, PROJECTS, LISTING, PROJECTS, LISTING];

/** Puts an application into the project. */
export function groupOneApp(sandbox: Sandbox): void {
  const app = sandbox.account().servers[0]?.apps[1];
  if (app !== undefined) app.project_id = PROJECT.project_id;
}

/** The tools for projects and team members. */
export const accessTeamRows: readonly ToolRow[] = [
  {
    tool: "create_project",
    minimal: { name: "New client" },
    full: { name: "New client", app_ids: [200001] },
    sends: {
      // The first looks whether Cloudways accepts the caller.
      minimal: [LISTING, ["POST /project", { name: "New client" }]],
      full: [
        LISTING,
        PROJECTS,
        LISTING,
        ["POST /project", { name: "New client", app_ids: "200001" }],
        PROJECTS,
        LISTING,
      ],
    },
    wrong: [
      { args: {}, names: "name" },
      { args: { name: "" }, names: "name" },
      { args: { name: "x".repeat(101) }, names: "name" },
      { args: { name: "New", app_ids: [] }, names: "app_ids" },
      { args: { name: "New", app_ids: ["shop"] }, names: "app_ids" },
      { args: { name: "New", app_ids: [0] }, names: "app_ids" },
    ],
  },
  {
    tool: "update_project",
    minimal: { ...PROJECT, add: [200001] },
    full: { ...PROJECT, name: "Shops EU", replace: [200001] },
    sends: {
      minimal: [...EDIT, ["PUT /project/300002", { ...PROJECT, name: "Shops", app_ids: "200002,200001" }]],
      full: [...EDIT, ["PUT /project/300002", { ...PROJECT, name: "Shops EU", app_ids: "200001" }]],
    },
    setUp: groupOneApp,
    wrong: [
      ...wrongProject,
      { args: PROJECT, names: "add" },
      { args: { ...PROJECT, name: "" }, names: "name" },
      { args: { ...PROJECT, add: [] }, names: "add" },
      { args: { ...PROJECT, add: ["Shop"] }, names: "add" },
      { args: { ...PROJECT, add: [200001], remove: [200001] }, names: "remove" },
      { args: { ...PROJECT, add: [200001], replace: [] }, names: "replace" },
      { args: { ...PROJECT, replace: [0] }, names: "replace" },
    ],
  },
  {
    tool: "delete_project",
    minimal: PROJECT,
    full: PROJECT,
    sends: always(PROJECTS, LISTING, ["DELETE /project/300002", PROJECT], PROJECTS),
    wrong: [
      { args: {}, names: "project_id" },
      { args: { project_id: 0 }, names: "project_id" },
      { args: { project_id: "Shops" }, names: "project_id" },
    ],
  },
  {
    tool: "add_team_member",
    minimal: { ...NEW_MEMBER, access: JSON.stringify(APP_ACCESS) },
    full: { ...NEW_MEMBER, role: "Developer", access: JSON.stringify(SERVER_ACCESS) },
    sends: {
      minimal: [MEMBERS, LISTING, ["POST /member", { ...NEW_MEMBER, status: "1", ...SENT_APP_ACCESS }], MEMBERS],
      full: [
        MEMBERS,
        LISTING,
        ["POST /member", { ...NEW_MEMBER, status: "1", role: "Developer", ...SENT_SERVER_ACCESS }],
        MEMBERS,
      ],
    },
    wrong: [
      { args: { ...NEW_MEMBER, name: undefined, access: APP_ACCESS }, names: "name" },
      { args: { ...NEW_MEMBER, name: "", access: APP_ACCESS }, names: "name" },
      { args: { ...NEW_MEMBER, email: "lin", access: APP_ACCESS }, names: "email" },
      { args: { ...NEW_MEMBER, email: "lin@example.com, eve@example.com", access: APP_ACCESS }, names: "email" },
      { args: { ...NEW_MEMBER, role: "", access: APP_ACCESS }, names: "role" },
      { args: NEW_MEMBER, names: "access" },
      ...NO_ACCESS.map((access) => ({ args: { ...NEW_MEMBER, access }, names: "access" })),
    ],
  },
  {
    tool: "update_team_member",
    minimal: { ...MEMBER, role: "Lead" },
    full: { ...MEMBER, name: "Ada L.", role: "Lead", enabled: false, access: JSON.stringify(APP_ACCESS) },
    sends: {
      minimal: [
        MEMBERS,
        MEMBERS,
        ["PUT /member/600001", { ...MEMBER, name: "Ada", role: "Lead", status: "1", account: { is_full: true } }],
        MEMBERS,
      ],
      full: [
        MEMBERS,
        LISTING,
        MEMBERS,
        ["PUT /member/600001", { ...MEMBER, name: "Ada L.", role: "Lead", status: "0", ...SENT_APP_ACCESS }],
        MEMBERS,
      ],
    },
    wrong: [
      ...wrongMember,
      { args: MEMBER, names: "access" },
      { args: { ...MEMBER, name: "" }, names: "name" },
      { args: { ...MEMBER, role: "x".repeat(101) }, names: "role" },
      { args: { ...MEMBER, enabled: "later" }, names: "enabled" },
      { args: { ...MEMBER, role: "Lead", status: "0" }, names: "status" },
      ...NO_ACCESS.map((access) => ({ args: { ...MEMBER, access }, names: "access" })),
    ],
  },
  {
    tool: "remove_team_member",
    minimal: MEMBER,
    full: MEMBER,
    sends: always(MEMBERS, ["DELETE /member/600001", { ...MEMBER, id: 600001 }], MEMBERS),
    wrong: [
      { args: {}, names: "member_id" },
      { args: { member_id: 0 }, names: "member_id" },
      { args: { member_id: "ada@example.com" }, names: "member_id" },
    ],
  },
];
