/** Whether an application can be reached: by SSH, and by its visitors. What Cloudways doesn't say is null. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { statedFlag } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { nullIfRefused } from "../define/questions.ts";
import { idsOf } from "../define/targets.ts";

/** Keyed by Unix user; PHP makes a list of an empty one. */
const byUser = z.record(z.string(), z.unknown()).catch({});

/** Whether the users of an application get a shell. */
export interface SshState {
  enabled: boolean | null;
  users: string[];
}

const sshReply = z.looseObject({ response: z.looseObject({ ssh_status: byUser }) });

/** Reads whether SSH is on; nothing is told where this call is refused, as it may be. */
export async function readSshState(account: CloudwaysAccount, found: FoundApp): Promise<SshState> {
  const reply = await account.read({
    operation: "app_ssh_access_get",
    path: path`/app/getAppSshPerms`,
    reply: sshReply,
    query: idsOf(found),
  }).catch(nullIfRefused);
  const states = reply?.response.ssh_status ?? {};
  return { enabled: ofApp(states, found), users: Object.keys(states) };
}

const stateReply = z.looseObject({ response: z.looseObject({ app_status: byUser }) });

/** Reads whether an application is open to visitors. */
export async function readOpenState(account: CloudwaysAccount, found: FoundApp): Promise<boolean | null> {
  const reply = await account.read({
    operation: "app_access_state_get",
    path: path`/app/getApplicationAccess`,
    reply: stateReply,
    query: idsOf(found),
  }).catch(nullIfRefused);
  return ofApp(reply?.response.app_status ?? {}, found);
}

/** The state of the application's own user, or of the only one that is told. */
function ofApp(states: Readonly<Record<string, unknown>>, { app: { sys_user } }: FoundApp): boolean | null {
  const all = Object.values(states);
  const own = Object.hasOwn(states, sys_user) ? states[sys_user] : all.length === 1 ? all[0] : undefined;
  return statedFlag.parse(own);
}
