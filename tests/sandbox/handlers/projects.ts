import { type Call, type Handlers, nothing, number, text } from "../call.ts";
import { recordTime } from "../dates.ts";
import { projectRecord } from "../render.ts";
import { refused } from "../refusals.ts";
import type { AccountState, ProjectState } from "../state.ts";

/** Projects: groups of applications. */
export const projectHandlers: Handlers = {
  project_list: ({ account }) => ({ projects: account.projects.map((project) => projectRecord(account, project)) }),
  project_create(call) {
    const { account } = call;
    const project = newProject(call, text(call, "name"));
    moveApps(call, project.id);
    return { project: projectRecord(account, project) };
  },
  // The list of applications is replaced where it is given.
  project_update(call) {
    const project = theProject(call);
    project.name = text(call, "name");
    if ("app_ids" in call.fields) leaveToDefault(call.account, project);
    moveApps(call, project.id);
    return { project: projectRecord(call.account, project) };
  },
  project_delete(call) {
    const project = theProject(call);
    if (project.isDefault) throw refused("The default project cannot be deleted.");
    call.account.projects = call.account.projects.filter((one) => one !== project);
    leaveToDefault(call.account, project);
    return nothing(call);
  },
};

/** Where else the applications of a project would go is not known. */
function leaveToDefault({ projects, servers }: AccountState, project: ProjectState): void {
  const fallback = projects.find((one) => one.isDefault);
  for (const app of servers.flatMap((server) => server.apps)) {
    if (app.project_id === project.id && fallback !== undefined) app.project_id = fallback.id;
  }
}

/** The id of the project with that name, which is made if it does not exist; undefined without a name. */
export function projectNamed(call: Call, name: string): number | undefined {
  if (name === "") return undefined;
  return (call.account.projects.find((one) => one.name === name) ?? newProject(call, name)).id;
}

function newProject({ account, clock }: Call, name: string): ProjectState {
  const created_at = recordTime(clock.now());
  const project: ProjectState = { id: ++account.lastId.project, name, isDefault: false, created_at };
  account.projects.push(project);
  return project;
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
