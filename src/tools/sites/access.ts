/** Opening and closing an application: to visitors, and to a shell. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { statedFlag } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import type { Question } from "../../confirm/question.ts";
import { appInput } from "../define/inputs.ts";
import { anyReply } from "../define/outputs.ts";
import { makeChange, nothingToChange } from "../define/planned_change.ts";
import { switchedBack } from "../define/put_back.ts";
import { type AppFacts, appFacts, inWords, onApp } from "../define/questions.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool, type ToolContext } from "../define/tool.ts";
import { readOpenState, readSshState, type SshState } from "./access_state.ts";

const stated = z.boolean().nullable();

const getAppAccess = defineTool({
  name: "get_app_access",
  title: "Access to an application",
  toolset: "sites",
  effect: "read",
  description:
    "Shows whether an application is open to visitors, and whether SSH access is on for its users. null: not " +
    "told.",
  input: () => z.strictObject(appInput),
  output: () => z.looseObject({ ...appOutput, open: stated, ssh_access: stated }),
  handler: async (input, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    const [ssh, open] = await Promise.all([readSshState(account, found), readOpenState(account, found)]);
    return { ...namesOf(found), open, ssh_access: ssh.enabled };
  },
});

/** Nobody is asked where it is so already; where it isn't told, a person decides. */
function refuseSame(what: string, now: boolean | null, wanted: boolean): void {
  if (now === wanted) throw nothingToChange(what, now);
}

/** What isn't told is no difference. */
function becomes(wanted: boolean | null, found: boolean | null): boolean {
  return found === null || found === wanted;
}

/** An application with the state of its SSH access. */
interface SshFacts extends AppFacts {
  ssh: SshState;
}

/** It takes Cloudways some seconds to open or close it. */
const SETTLES_MS = 4_000;

/** Looks once more after a while where the state is not yet what it shall be. */
async function settledSsh(found: FoundApp, wanted: boolean, { account, clock }: ToolContext): Promise<boolean | null> {
  const { enabled } = await readSshState(account, found);
  if (becomes(wanted, enabled)) return enabled;
  await clock.sleep(SETTLES_MS);
  return (await readSshState(account, found)).enabled;
}

const sshAnswer = z.union([z.array(z.unknown()), z.looseObject({ confirmation: statedFlag })]);

async function sendSsh(account: CloudwaysAccount, found: FoundApp, action: string): Promise<boolean> {
  const reply = await account.write({
    operation: "app_ssh_access_update",
    method: "POST",
    path: path`/app/updateAppSshPerms`,
    form: { ...idsOf(found), update_perms_action: action },
    reply: sshAnswer,
  });
  return !Array.isArray(reply) && reply.confirmation === true;
}

/** Where Cloudways wants it confirmed, and it is still closed after a while, the person's yes is for that too. */
async function writeSsh(found: FoundApp, enabled: boolean, context: ToolContext): Promise<void> {
  const wantsConfirmation = await sendSsh(context.account, found, enabled ? "enable" : "disable");
  if (!enabled || !wantsConfirmation) return;
  if (await settledSsh(found, true, context) === false) await sendSsh(context.account, found, "confirmed_enable");
}

const ON_OFF = ["on", "off"] as const;

const setAppSshAccess = defineAskingTool({
  name: "set_app_ssh_access",
  title: "SSH access of an application",
  toolset: "sites",
  effect: "destructive",
  idempotent: true,
  description:
    "Switches SSH access for the users of an application on or off. The master user of the server keeps its " +
    "own. A person has to approve it.",
  input: () => z.strictObject({ ...appInput, enabled: z.boolean().describe("true lets them use a shell.") }),
  output: () => z.looseObject({ ...appOutput, ssh_access: stated }),
  facts: async (input, context): Promise<SshFacts> => {
    const facts = await appFacts(input, context);
    const ssh = await readSshState(context.account, facts);
    refuseSame("SSH access", ssh.enabled, input.enabled);
    return { ...facts, ssh };
  },
  question(facts, { enabled }): Question {
    const { app, ssh } = facts;
    return {
      headline: `Switch SSH access for the users of application ${app.id} ${enabled ? "on" : "off"}.`,
      ...onApp(facts),
      consequences: enabled
        ? [
          "Everybody who has the password or a key of one of these users gets a shell on the server.",
          "It can be undone by switching it off again.",
        ]
        : [
          "Its users get no shell any more; deployments and tools that use one fail.",
          "It can be undone by switching it on again.",
        ],
      facts: [
        { name: "SSH access now", values: [inWords(ssh.enabled, ON_OFF)] },
        { name: "Users", values: ssh.users.length > 0 ? ssh.users : [app.sys_user] },
      ],
      target: { ssh: ssh.enabled, users: ssh.users.toSorted() },
    };
  },
  handler: async ({ enabled }, context, facts) => {
    const { found } = await makeChange<boolean | null, void>({
      what: "SSH access",
      before: facts.ssh.enabled,
      wanted: enabled,
      read: async () => (await readSshState(context.account, facts)).enabled,
      readBack: () => settledSsh(facts, enabled, context),
      write: () => writeSsh(facts, enabled, context),
      isSame: (a, b) => a === b,
      becomes,
    });
    return { ...namesOf(facts), ssh_access: found };
  },
  undo: {
    state: ({ ssh }) => ({ "SSH access": ssh.enabled }),
    about: onApp,
    reverse: switchedBack("SSH access"),
  },
});

/** An application with whether it is open. */
interface OpenFacts extends AppFacts {
  open: boolean | null;
}

const CLOSES = [
  "The site goes offline for all visitors, on all its addresses.",
  "Its cron jobs stop, and its users can't connect by SFTP or SSH; the master user of the server still can.",
  "While it is closed, the renewal of its Let's Encrypt certificate can fail.",
  "It can be undone by opening it again.",
];
const OPENS = [
  "Visitors reach the site again, on all its addresses.",
  "Its cron jobs run again, and its users can connect by SFTP.",
  "It can be undone by closing it again.",
];

const setAppState = defineAskingTool({
  name: "set_app_state",
  title: "Open or close an application",
  toolset: "sites",
  effect: "destructive",
  idempotent: true,
  description: "Closes an application to visitors, or opens it again. Closed, its site is offline, its cron jobs and " +
    "SFTP stop, and its certificate may not renew. A person has to approve it.",
  input: () => z.strictObject({ ...appInput, enabled: z.boolean().describe("false closes it, true opens it.") }),
  output: () => z.looseObject({ ...appOutput, open: stated }),
  facts: async (input, context): Promise<OpenFacts> => {
    const facts = await appFacts(input, context);
    const open = await readOpenState(context.account, facts);
    refuseSame("state of the application", open, input.enabled);
    return { ...facts, open };
  },
  question: (facts, { enabled }): Question => ({
    headline: enabled
      ? `Open application ${facts.app.id} to visitors again.`
      : `Close application ${facts.app.id}: its site goes offline.`,
    ...onApp(facts),
    consequences: enabled ? OPENS : CLOSES,
    facts: [{ name: "State now", values: [inWords(facts.open, ["open", "closed"])] }],
    target: { open: facts.open },
  }),
  handler: async ({ enabled }, { account }, facts) => {
    const { found } = await makeChange<boolean | null, unknown>({
      what: "state of the application",
      before: facts.open,
      wanted: enabled,
      read: () => readOpenState(account, facts),
      write: () =>
        account.write({
          operation: "app_access_state_update",
          method: "POST",
          path: path`/app/state`,
          form: { ...idsOf(facts), state: enabled ? "Enable" : "Disable" },
          reply: anyReply,
        }),
      isSame: (a, b) => a === b,
      becomes,
    });
    return { ...namesOf(facts), open: found };
  },
  undo: {
    state: ({ open }) => ({ "Open to visitors": open }),
    about: onApp,
    reverse: switchedBack("Open to visitors"),
  },
});

/** The tools of this file. */
export const accessTools: readonly Tool[] = [getAppAccess, setAppSshAccess, setAppState];
