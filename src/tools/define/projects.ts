/** The projects of the account. */
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { idNumber, listReply, looseFlag, looseText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { z } from "zod";

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
