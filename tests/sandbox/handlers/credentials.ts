import { type Call, type Handlers, nothing, number, text } from "../call.ts";
import type { CredentialState, SshKeyState } from "../state.ts";
import { replyId, startOperation } from "./start.ts";

/** Users, passwords and SSH keys. */
export const credentialHandlers: Handlers = {
  app_credentials: (call) => ({ app_creds: call.app.credentials.map((one) => credentialRecord(call, one)) }),
  app_credentials_create(call) {
    const id = ++call.account.lastId.credential;
    const sys_password = text(call, "password");
    call.app.credentials.push({ id, sys_user: text(call, "username"), sys_password, ssh_keys: [] });
    return { status: true, app_cred_id: id };
  },
  app_credentials_update(call) {
    const credential = call.app.credentials.find((one) => one.id === number(call, "app_cred_id"));
    if (credential !== undefined) {
      Object.assign(credential, { sys_user: text(call, "username"), sys_password: text(call, "password") });
    }
    return nothing(call);
  },
  app_credentials_delete(call) {
    call.app.credentials = call.app.credentials.filter((one) => one.id !== number(call, "app_cred_id"));
    return nothing(call);
  },
  app_admin_password_update(call) {
    const operation = startOperation(call, "change_admin_password", () => {
      call.app.app_password = text(call, "password");
      if ("username" in call.fields) call.app.app_user = text(call, "username");
    });
    return { response: { operation_id: replyId(operation) } };
  },
  app_db_password_update(call) {
    call.app.mysql_password = text(call, "password");
    return nothing(call);
  },

  ssh_key_create(call) {
    const id = ++call.account.lastId.sshKey;
    keyOwner(call).push({ id, label: text(call, "ssh_key_name"), public_key: text(call, "ssh_key") });
    return { id };
  },
  ssh_key_update(call) {
    for (const keys of keyLists(call)) {
      for (const key of keys) if (key.id === number(call, "ssh_key_id")) key.label = text(call, "ssh_key_name");
    }
    return nothing(call);
  },
  ssh_key_delete(call) {
    for (const keys of keyLists(call)) {
      const index = keys.findIndex((key) => key.id === number(call, "ssh_key_id"));
      if (index >= 0) keys.splice(index, 1);
    }
    return nothing(call);
  },
};

function credentialRecord(call: Call, credential: CredentialState): unknown {
  const { id, sys_user, sys_password, ssh_keys } = credential;
  const keys = ssh_keys.map((key) => ({ label: key.label, ssh_key_id: String(key.id) }));
  return { id: String(id), sys_user, sys_password, ip: call.server.public_ip, ssh_keys: keys };
}

/** Without a credential a key belongs to the server. */
function keyOwner(call: Call): SshKeyState[] {
  if (!("app_creds_id" in call.fields)) return call.server.ssh_keys;
  const credentials = call.server.apps.flatMap((app) => app.credentials);
  return credentials.find((one) => one.id === number(call, "app_creds_id"))?.ssh_keys ?? call.server.ssh_keys;
}

function keyLists(call: Call): SshKeyState[][] {
  const credentials = call.server.apps.flatMap((app) => app.credentials);
  return [call.server.ssh_keys, ...credentials.map((one) => one.ssh_keys)];
}
