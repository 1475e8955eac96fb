import { type Call, type Handlers, nothing, number, text } from "../call.ts";
import { recordTime } from "../dates.ts";
import { alertRecord, memberMap, projectRecord } from "../render.ts";
import { isRecord } from "../read_request.ts";
import { refused } from "../refusals.ts";
import type { AlertState, MemberState, ProjectState } from "../state.ts";

const alertsPerPage = 20;

/** Projects, team members, alerts: what belongs to no server. */
export const accountHandlers: Handlers = {
  project_list: ({ account }) => ({ projects: account.projects.map((project) => projectRecord(account, project)) }),
  project_create(call) {
    const { account } = call;
    const project: ProjectState = {
      id: ++account.lastId.project,
      name: text(call, "name"),
      isDefault: false,
      created_at: recordTime(call.clock.now()),
    };
    account.projects.push(project);
    moveApps(call, project.id);
    return { project: projectRecord(account, project) };
  },
  project_update(call) {
    const project = theProject(call);
    project.name = text(call, "name");
    moveApps(call, project.id);
    return { project: projectRecord(call.account, project) };
  },
  project_delete(call) {
    const project = theProject(call);
    if (project.isDefault) throw refused("The default project cannot be deleted.");
    call.account.projects = call.account.projects.filter((one) => one !== project);
    const fallback = call.account.projects.find((one) => one.isDefault);
    for (const app of call.account.servers.flatMap((server) => server.apps)) {
      if (app.project_id === project.id && fallback !== undefined) app.project_id = fallback.id;
    }
    return nothing(call);
  },

  team_member_list: ({ account }) => ({ contents: { members: memberMap(account.members) } }),
  team_member_add(call) {
    const { account } = call;
    const id = ++account.lastId.member;
    const rights = call.fields.account;
    account.members.push({
      id,
      mappingId: id + 10_000,
      name: text(call, "name"),
      email: text(call, "email"),
      status: "status" in call.fields ? text(call, "status") : "1",
      role: text(call, "role"),
      added_on: recordTime(call.clock.now()),
      isFull: isRecord(rights) && rights.is_full === true,
    });
    return { contents: { members: memberMap(account.members) } };
  },
  team_member_update(call) {
    const member = theMember(call);
    for (const name of ["name", "status", "role"] as const) {
      if (name in call.fields) member[name] = text(call, name);
    }
    const rights = call.fields.account;
    if (isRecord(rights)) member.isFull = rights.is_full === true;
    return { contents: [] };
  },
  team_member_delete(call) {
    const member = theMember(call);
    call.account.members = call.account.members.filter((one) => one !== member);
    return { contents: [] };
  },

  cloudways_bot_alerts_list: ({ account }) => page(account.alerts),
  cloudways_bot_alerts_page_list: (call) =>
    page(call.account.alerts.filter((alert) => alert.id < number(call, "last_id"))),
  cloudways_bot_alert_mark_read(call) {
    for (const alert of call.account.alerts) if (alert.id === number(call, "alert_id")) alert.is_read = true;
    return nothing(call);
  },
  cloudways_bot_alerts_mark_all_read(call) {
    for (const alert of call.account.alerts) alert.is_read = true;
    return nothing(call);
  },
};

function page(alerts: AlertState[]): unknown {
  return { alerts: alerts.slice(0, alertsPerPage).map(alertRecord) };
}

/** `app_ids` is one text with commas. */
function moveApps(call: Call, projectId: number): void {
  const ids = text(call, "app_ids").split(",").filter((id) => id.trim() !== "").map(Number);
  for (const app of call.account.servers.flatMap((server) => server.apps)) {
    if (ids.includes(app.id)) app.project_id = projectId;
  }
}

function theProject(call: Call): ProjectState {
  const project = call.account.projects.find((one) => one.id === number(call, "project_id"));
  if (project === undefined) throw new Error("The project was looked up before");
  return project;
}

function theMember(call: Call): MemberState {
  const member = call.account.members.find((one) => one.id === number(call, "member_id"));
  if (member === undefined) throw new Error("The member was looked up before");
  return member;
}
