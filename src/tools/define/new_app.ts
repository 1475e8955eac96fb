/** An application that an operation has made: where it is, and who signs in there. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { type AppRecord, domainOf, knownApps, type ServerRecord } from "../../cloudways/models.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { ToolError } from "../../errors.ts";
import { record, records } from "./outputs.ts";
import { namesOf } from "./targets.ts";

/** The output of every tool that makes an application with a label, besides the work. */
export const newAppOutput = {
  new_app_id: z.number().nullable(),
  new_app_label: z.string(),
  new_app_domain: z.string().nullable().optional(),
  sign_in: record.optional(),
  same_label: records.optional().describe("Had this label before: tell them apart by id."),
};

const SIGN_IN = "Passwords of the new application: get_app_credentials with new_app_id.";

/** What an answer shows of a new application. What Cloudways doesn't tell is null. */
export function newAppView({ app, server }: FoundApp) {
  return {
    new_app_id: app.id,
    new_app_label: app.label,
    new_app_domain: domainOf(app) || null,
    sign_in: {
      admin_user: userOf(app, "app_user"),
      sftp_user: userOf(app, "sys_user"),
      sftp_host: server.public_ip || null,
    },
    next_step: SIGN_IN,
  };
}

function userOf(app: AppRecord, name: "app_user" | "sys_user"): string | null {
  return app[name] || null;
}

/** Like {@linkcode newAppView}, by its id. The application is made, whether or not it can be seen. */
export async function newAppViewById(account: CloudwaysAccount, id: number) {
  try {
    return newAppView(await account.app(id));
  } catch (error) {
    if (error instanceof ToolError) return { new_app_id: id };
    throw error;
  }
}

/**
 * The application that was made, in a fresh listing: by its id, or the one that was not there before.
 *
 * @param before Its server, as it was before the work.
 * @returns Undefined if it can't be seen, or if several can be meant.
 */
export async function findNewApp(
  account: CloudwaysAccount,
  before: ServerRecord,
  wanted: { id: number | null; label: string },
): Promise<FoundApp | undefined> {
  const known = new Set(knownApps(before).map(({ id }) => id));
  const isNew = ({ id, label }: AppRecord) =>
    wanted.id === null ? !known.has(id) && label === wanted.label : id === wanted.id;
  try {
    const server = await account.currentServer(before.id);
    const [app, ...others] = knownApps(server).filter(isNew);
    return app === undefined || others.length > 0 ? undefined : { app, server };
  } catch (error) {
    // It is made, whether or not it can be seen.
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

/** The applications of the account that have a label already; nothing if there are none. */
export function sameLabel(
  servers: readonly ServerRecord[],
  label: string,
): { same_label?: ReturnType<typeof namesOf>[] } {
  const found = servers.flatMap((server) =>
    knownApps(server).filter((app) => app.label === label).map((app) => namesOf({ app, server }))
  );
  return found.length === 0 ? {} : { same_label: found };
}

/** What is known of a new application that is not in the listing, or not yet. */
export function notSeen(new_app_id: number | null, new_app_label: string, { next_step }: { next_step?: string }) {
  const find = new_app_id === null ? "Find the new application by its label with find_resources." : undefined;
  const next = next_step ?? find;
  return { new_app_id, new_app_label, ...(next !== undefined && { next_step: next }) };
}
