/** The projects of the account. */
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { idNumber, listReply, looseFlag, looseText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import * as z from "zod";
import { requireKnown } from "./known_values.ts";
import { nullIfRefused } from "./questions.ts";

/** A project. It does not name its applications: they name their project. */
export const projectRecord = z.object({ id: idNumber, name: looseText, is_default: looseFlag, created_at: looseText });

/** A project, as Cloudways lists it. */
export type ProjectRecord = z.output<typeof projectRecord>;

/** Reads every project of the account. */
export function readProjects(account: CloudwaysAccount): Promise<ProjectRecord[]> {
  return account.read({
    operation: "project_list",
    path: path`/project`,
    reply: listReply("projects", projectRecord),
    wholeAccount: true,
  });
}

const namedProject = z.looseObject({ id: idNumber.catch(0), name: looseText });

/**
 * Checks that there is a project of this name for the caller. Cloudways would make one, which a misspelt name must not.
 *
 * @throws {ToolError} `invalid_arguments`, with the names of the projects.
 */
export async function requireProject(account: CloudwaysAccount, name: string): Promise<void> {
  const projects = await account.read({
    operation: "project_list",
    path: path`/project`,
    reply: listReply("projects", namedProject),
    wholeAccount: true,
  }).catch((error) => nullIfRefused(error));
  requireKnown(name, {
    argument: "project_name",
    what: "project of this account",
    known: projects === null ? [] : (await account.ownProjects(projects)).map((project) => project.name),
  });
}
