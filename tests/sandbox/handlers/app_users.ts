import { type Call, type Handlers, nothing, number, text } from "../call.ts";
import { Refusal } from "../refusals.ts";
import type { CredentialState } from "../state.ts";
import { checkPassword, checkUserName } from "./passwords.ts";

/** Further SSH and SFTP users of an application. */
export const appUserHandlers: Handlers = {
  app_credentials: (call) => ({ app_creds: call.app.credentials.map((one) => credentialRecord(call, one)) }),
  app_credentials_create(call) {
    const username = text(call, "username");
    checkUserName(username);
    refuseTaken(call, username);
    const sys_password = checkPassword(text(call, "password"));
    const id = ++call.account.lastId.credential;
    call.app.credentials.push({ id, sys_user: username, sys_password, ssh_keys: [] });
    return { status: true, app_cred_id: id };
  },
  app_credentials_update(call) {
    const credential = call.app.credentials.find((one) => one.id === number(call, "app_cred_id"));
    const username = text(call, "username");
    checkUserName(username);
    if (credential?.sys_user !== username) refuseTaken(call, username);
    const sys_password = checkPassword(text(call, "password"));
    if (credential !== undefined) Object.assign(credential, { sys_user: username, sys_password });
    return nothing(call);
  },
  app_credentials_delete(call) {
    call.app.credentials = call.app.credentials.filter((one) => one.id !== number(call, "app_cred_id"));
    return [];
  },
};

function credentialRecord(call: Call, credential: CredentialState): unknown {
  const { id, sys_user, sys_password, ssh_keys } = credential;
  const keys = ssh_keys.map((key) => ({ label: key.label, ssh_key_id: String(key.id) }));
  // Only the documents show an address.
  const ip = call.forms === "documented" ? { ip: call.server.public_ip } : {};
  return { id: String(id), sys_user, sys_password, ...ip, ssh_keys: keys };
}

/** Two applications may have further users with the same name. No other users may share a name. */
function refuseTaken(call: Call, username: string): void {
  const taken = [call.server.master_user, ...call.server.apps.map((app) => app.sys_user)];
  if (taken.includes(username) || call.app.credentials.some((one) => one.sys_user === username)) {
    throw new Refusal(422, { message: "username already exists" });
  }
}
