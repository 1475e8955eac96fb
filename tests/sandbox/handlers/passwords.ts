import { type Handlers, nothing, text } from "../call.ts";
import { invalidField, Refusal } from "../refusals.ts";
import { replyId, startOperation } from "./start.ts";

/** Passwords, and the name of a server's master user. */
export const passwordHandlers: Handlers = {
  app_admin_password_update(call) {
    const app_password = checkPassword(text(call, "password"));
    const operation = startOperation(call, "change_admin_password", () => {
      call.app.app_password = app_password;
      if ("username" in call.fields) call.app.app_user = text(call, "username");
    });
    return { response: { operation_id: replyId(operation) } };
  },
  app_db_password_update(call) {
    call.app.mysql_password = checkPassword(text(call, "password"));
    return nothing(call);
  },
  server_master_password_update(call) {
    call.server.master_password = checkPassword(text(call, "password"));
    return nothing(call);
  },
  server_master_username_update(call) {
    const username = text(call, "username");
    checkUserName(username);
    const taken = call.server.apps.flatMap((app) => [app.sys_user, ...app.credentials.map((one) => one.sys_user)]);
    if (taken.includes(username)) throw new Refusal(422, { message: "username already exists" });
    call.server.master_user = username;
    return nothing(call);
  },
};

/** Returns the password if it is strong enough. The policy is not published; these rules were observed. */
export function checkPassword(password: string): string {
  const isStrong = password.length >= 8 && /[a-z]/.test(password) && /[A-Z]/.test(password) && /\d/.test(password);
  if (!isStrong || /[&+%'"\s]/.test(password)) {
    throw invalidField("password", "passwordpolicy", "The password does not meet the password policy.");
  }
  return password;
}

/** Refuses a name that is not valid for a user of the operating system. */
export function checkUserName(username: string): void {
  if (!/^[a-z][a-z0-9_-]{1,31}$/.test(username)) throw new Refusal(422, { message: "username is invalid" });
}
