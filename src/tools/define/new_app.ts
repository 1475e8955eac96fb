/** An application that an operation has made: where it is, and who signs in there. */
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { type AppRecord, domainOf } from "../../cloudways/models.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { ToolError } from "../../errors.ts";

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
