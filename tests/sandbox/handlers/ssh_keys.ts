import { type Call, type Handlers, nothing, number, text } from "../call.ts";
import { invalidField, refused } from "../refusals.ts";
import type { SshKeyState } from "../state.ts";

const kinds = /^(ssh-rsa|ssh-ed25519|ecdsa-sha2-nistp(256|384|521)) \S+( .*)?$/;

/** Public keys of a server, or of a further user of an application. */
export const sshKeyHandlers: Handlers = {
  ssh_key_create(call) {
    const key = text(call, "ssh_key").trim();
    if (!kinds.test(key)) throw invalidField("ssh_key", "ssh_key", "The ssh key is invalid.");
    if (call.server.status !== "running") throw refused("The server is not running.");
    const owner = keyOwner(call);
    if (owner.some((one) => sameKey(one.public_key, key))) throw refused("This SSH key already exists.");
    const id = ++call.account.lastId.sshKey;
    owner.push({ id, label: text(call, "ssh_key_name"), public_key: key });
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

/** The comment at the end does not count. */
function sameKey(one: string, other: string): boolean {
  return one.split(" ", 2).join(" ") === other.split(" ", 2).join(" ");
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
