/** Changing a project, whose list of applications Cloudways only replaces as a whole. */
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { type AppRecord, knownApps } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { ToolError } from "../../errors.ts";
import { canonicalEntries, type EditedList, editList, sameEntries } from "../define/list_edits.ts";
import { makeChange, nothingToChange } from "../define/planned_change.ts";
import { type ProjectRecord, readProjects } from "../define/projects.ts";
import type { ToolContext } from "../define/tool.ts";
import { anyReply } from "../define/undocumented.ts";

/** What a call can change. */
export interface ProjectEdit {
  project_id: number;
  name?: string | undefined;
  add?: readonly number[] | undefined;
  remove?: readonly number[] | undefined;
  replace?: readonly number[] | undefined;
}

/** The projects of an account and its applications, as Cloudways lists them now. */
export interface Grouping {
  projects: readonly ProjectRecord[];
  apps: readonly AppRecord[];
  /** Cloudways lists the applications of every server, and the project of every application. */
  isComplete: boolean;
}

/** A project with what is to become of it. */
export interface ProjectChange extends Grouping {
  project: ProjectRecord;
  before: ProjectState;
  after: ProjectState;
  /** Ids of applications, as text. */
  edited: EditedList;
  /** Applications that leave another project than the default one. */
  taken: readonly AppRecord[];
}

/** What of a project can be changed. The ids of its applications are text. */
export interface ProjectState {
  name: string;
  apps: readonly string[];
}

/** Reads the projects and applications from Cloudways, and not from a cache. */
export async function readGrouping(account: CloudwaysAccount): Promise<Grouping> {
  const [projects, servers] = await Promise.all([readProjects(account), account.currentServers()]);
  const apps = servers.flatMap(knownApps);
  const isComplete = servers.every((server) => server.apps !== null) &&
    apps.every((app) => projectIdOf(app) !== null);
  return { projects, apps, isComplete };
}

/** The project of an application; null if Cloudways doesn't tell. */
export function projectIdOf({ project_id }: AppRecord): number | null {
  return project_id ?? null;
}

/** @throws {ToolError} `not_found`. */
export function findProject({ projects }: Grouping, projectId: number): ProjectRecord {
  const found = projects.find(({ id }) => id === projectId);
  if (found !== undefined) return found;
  throw new ToolError("not_found", `This account has no project ${projectId}.`, {
    hint: "Use list_projects to get the right id.",
    details: { project_id: projectId },
  });
}

/** The applications of a project, as far as they are known. */
export function appsOf({ apps }: Grouping, projectId: number): AppRecord[] {
  return apps.filter(({ project_id }) => project_id === projectId);
}

/** Applications by their ids, in the same order; ids that are not known are left out. */
export function appsWith({ apps }: Grouping, ids: readonly (string | number)[]): AppRecord[] {
  return ids.flatMap((id) => apps.filter((app) => app.id === Number(id)));
}

/** @throws {ToolError} `not_found` for an id that is no application of the account. */
export function requireApps(grouping: Grouping, ids: readonly number[]): AppRecord[] {
  const missing = ids.find((id) => appsWith(grouping, [id]).length === 0);
  if (missing === undefined) return appsWith(grouping, ids);
  throw new ToolError("not_found", `This account has no application ${missing}.`, {
    hint: "Use list_servers or find_resources to get the right id.",
  });
}

/** Of these applications those that a person has put into a project: any but the default one. */
export function grouped({ projects }: Grouping, apps: readonly AppRecord[]): AppRecord[] {
  const unnamed = projects.filter(({ is_default }) => is_default).map(({ id }) => id);
  return apps.filter((app) => !unnamed.some((id) => id === projectIdOf(app)));
}

/** @throws {ToolError} For what does not exist, and where nothing would change. */
export async function planProjectChange(edit: ProjectEdit, { account }: ToolContext): Promise<ProjectChange> {
  const grouping = await readGrouping(account);
  const project = findProject(grouping, edit.project_id);
  requireApps(grouping, edit.replace ?? edit.add ?? []);
  const before = stateOf(grouping, project);
  const texts = { add: edit.add?.map(String), remove: edit.remove?.map(String), replace: edit.replace?.map(String) };
  const edited = editList(before.apps, texts);
  const after = { name: edit.name ?? before.name, apps: edited.after };
  if (isSame(before, after)) throw nothingToChange("project", before);
  const taken = grouped(grouping, appsWith(grouping, edited.added));
  return { ...grouping, project, before, after, edited, taken };
}

/**
 * Changes the project as planned, and reads it back.
 *
 * @throws {ToolError} Where somebody else changed it meanwhile, and where it does not become what was asked for.
 */
export async function writeProject({ project, before, after }: ProjectChange, { account }: ToolContext): Promise<void> {
  const read = async () => {
    const grouping = await readGrouping(account);
    return stateOf(grouping, findProject(grouping, project.id));
  };
  // An empty list is sent only if it was not empty before.
  const app_ids = after.apps.length + before.apps.length === 0 ? undefined : after.apps.join(",");
  await makeChange<ProjectState, unknown>({
    what: "project",
    before,
    wanted: after,
    read,
    write: () =>
      account.write({
        operation: "project_update",
        method: "PUT",
        path: path`/project/${project.id}`,
        form: { name: after.name, app_ids },
        reply: anyReply,
      }),
    isSame,
  });
}

function stateOf(grouping: Grouping, { id, name }: ProjectRecord): ProjectState {
  return { name, apps: canonicalEntries(appsOf(grouping, id).map((app) => String(app.id))) };
}

function isSame(a: ProjectState, b: ProjectState): boolean {
  return a.name === b.name && sameEntries(a.apps, b.apps);
}
