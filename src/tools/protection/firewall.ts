/** The settings of a server's firewall. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { looseObject, numberOrNull, statedFlag } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { Question } from "../../confirm/question.ts";
import { serverInput } from "../define/inputs.ts";
import { record } from "../define/outputs.ts";
import { makeChange, nothingToChange } from "../define/planned_change.ts";
import { countApps, inWords, NOT_TOLD, onServer, type ServerFacts, serverFacts } from "../define/questions.ts";
import { namesOfServer, serverOutput } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";
import { type ChangedState, pick } from "../define/undo.ts";
import { AS_IT_CAME, replyOutput } from "../define/undocumented.ts";
import { readSuite, writeSuite } from "./suite.ts";

const WHAT = "settings of the firewall";

function readSettings(account: CloudwaysAccount, server: { id: number }): Promise<unknown> {
  return readSuite(account, server, {
    operation: "security_suite_server_firewall_settings_get",
    path: path`/server/security/${server.id}/firewall-settings`,
  });
}

const getFirewallSettings = defineTool({
  name: "get_firewall_settings",
  title: "Firewall settings",
  toolset: "protection",
  effect: "read",
  description: "Shows the settings of a server's firewall: how many requests a visitor may send, protection of weak " +
    `passwords. ${AS_IT_CAME}`,
  input: () => z.strictObject(serverInput),
  output: () => z.looseObject({ ...serverOutput, ...replyOutput }),
  handler: async (input, { account }) => {
    const server = await account.server(input.server_id);
    return { ...namesOfServer(server), reply: await readSettings(account, server) };
  },
});

/** The settings that can be changed; null where Cloudways doesn't say. */
type Settings = {
  request_limit: number | null;
  weak_password_protection: boolean | null;
};

const stated = z.looseObject({
  settings: looseObject({ request_limit: z.unknown().transform(numberOrNull), weak_password: statedFlag }),
}).transform(({ settings: { request_limit, weak_password } }): Settings => ({
  request_limit,
  weak_password_protection: weak_password,
}));

const NOT_STATED: Settings = { request_limit: null, weak_password_protection: null };

async function readKnown(account: CloudwaysAccount, server: { id: number }): Promise<Settings> {
  return stated.safeParse(await readSettings(account, server)).data ?? NOT_STATED;
}

type Names = keyof Settings;
const NAMES: readonly Names[] = ["request_limit", "weak_password_protection"];

/** What is wanted of the settings; the others stay. */
type Wanted = { [N in Names]?: Settings[N] | undefined };
/** The settings that a call changes. */
type Changes = Partial<Settings>;

/** The wanted settings that differ from what is there. */
function changesOf(before: Settings, wanted: Wanted): Changes {
  const { request_limit: limit, weak_password_protection: guard } = wanted;
  return {
    ...(limit !== undefined && limit !== before.request_limit && { request_limit: limit }),
    ...(guard !== undefined && guard !== before.weak_password_protection && { weak_password_protection: guard }),
  };
}

const limitInWords = (limit: number | null) => limit === null ? NOT_TOLD : String(limit);
const guardInWords = (guard: boolean | null) => inWords(guard, ["on", "off"]);

function firewallQuestion(facts: ServerFacts & { before: Settings; changes: Changes }): Question {
  const { before, changes: { request_limit: limit, weak_password_protection: guard } } = facts;
  return {
    headline: `Change the firewall of server ${facts.server.id} with ${countApps(facts)}.`,
    ...onServer(facts),
    consequences: [
      ...(limit === undefined ? [] : [
        "A visitor who sends more requests than the limit is challenged or blocked: a low limit keeps customers out, a " +
        "high one lets attackers in. In which time requests are counted is not documented.",
      ]),
      ...(guard === undefined ? [] : [
        guard
          ? "Users with weak passwords may be kept from signing in. What exactly is done is not documented."
          : "Accounts with weak passwords are no longer protected: attackers may guess them.",
      ]),
      NAMES.every((name) => facts.changes[name] === undefined || before[name] !== null)
        ? "It can be undone by setting the former values again."
        : "It can't be undone exactly: Cloudways does not tell what was set before.",
    ],
    facts: [
      ...(limit === undefined ? [] : [
        { name: "Request limit before", values: [limitInWords(before.request_limit)] },
        { name: "Request limit after", values: [limitInWords(limit)] },
      ]),
      ...(guard === undefined ? [] : [
        { name: "Weak-password protection before", values: [guardInWords(before.weak_password_protection)] },
        { name: "Weak-password protection after", values: [guardInWords(guard)] },
      ]),
    ],
    target: { firewall: { ...before } },
  };
}

const updateFirewallSettings = defineAskingTool({
  name: "update_firewall_settings",
  title: "Change firewall settings",
  toolset: "protection",
  effect: "destructive",
  idempotent: true,
  description: "Changes a server's firewall: the requests a visitor may send before a challenge or block, protection " +
    `of weak passwords against brute force. What is not named stays. A person has to approve it. ${AS_IT_CAME}`,
  input: () =>
    z.strictObject({
      ...serverInput,
      request_limit: z.int().min(1).max(1_000_000).optional().describe("Requests before a challenge or block: 100"),
      weak_password_protection: z.boolean().optional().describe("Protection of accounts with weak passwords."),
    }).refine((input) => NAMES.some((name) => input[name] !== undefined), {
      path: ["request_limit"],
      error: "or weak_password_protection is needed",
    }),
  output: () =>
    z.looseObject({
      ...serverOutput,
      before: record,
      after: record,
      confirmed: z.boolean().describe("Whether the new values were read back."),
      ...replyOutput,
    }),
  facts: async ({ request_limit, weak_password_protection, ...input }, context) => {
    const facts = await serverFacts(input, context);
    const before = await readKnown(context.account, facts.server);
    const changes = changesOf(before, { request_limit, weak_password_protection });
    if (Object.keys(changes).length === 0) throw nothingToChange(WHAT, before);
    return { ...facts, before, changes };
  },
  question: firewallQuestion,
  handler: async (_input, { account }, { server, before, changes }) => {
    const wanted: Settings = { ...before, ...changes };
    const { request_limit, weak_password_protection: guard } = changes;
    const made = await makeChange<Settings, unknown>({
      what: WHAT,
      before,
      wanted,
      read: () => readKnown(account, server),
      write: () =>
        writeSuite(account, {
          operation: "security_suite_server_firewall_settings_update",
          method: "PUT",
          path: path`/server/security/${server.id}/firewall-settings`,
          form: {
            server_id: server.id,
            request_limit: request_limit ?? undefined,
            weak_password: guard === undefined ? undefined : Number(guard),
          },
        }),
      isSame: (a, b) => NAMES.every((name) => a[name] === b[name]),
      becomes: (wanted, found) => NAMES.every((name) => found[name] === null || found[name] === wanted[name]),
    });
    const after = made.found ?? NOT_STATED;
    const confirmed = NAMES.every((name) => changes[name] === undefined || after[name] === changes[name]);
    return { ...namesOfServer(server), before, after, confirmed, reply: made.written };
  },
  undo: {
    state: ({ before }) => firewallState(before),
    about: onServer,
    reverse: (_before, { server, before, changes }) => {
      const changed = NAMES.filter((name) => changes[name] !== undefined);
      // What Cloudways didn't tell is null, and the inputs refuse that.
      const back = Object.fromEntries(changed.map((name) => [name, before[name]]));
      return {
        after: pick(firewallState({ ...before, ...changes }), changed.map((name) => TITLES[name])),
        arguments: { server_id: server.id, ...back },
      };
    },
  },
});

const TITLES = {
  request_limit: "Request limit",
  weak_password_protection: "Weak-password protection",
} as const satisfies Record<Names, string>;

function firewallState(settings: Settings): ChangedState {
  return Object.fromEntries(NAMES.map((name) => [TITLES[name], settings[name]]));
}

/** The tools of this file. */
export const firewallTools: readonly Tool[] = [getFirewallSettings, updateFirewallSettings];
