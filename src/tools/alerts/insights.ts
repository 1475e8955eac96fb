/** What Copilot found, and for which servers it looks. */
import * as z from "zod";
import { looseList, statedFlag, tiedId } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { declare } from "../../confirm/declared_input.ts";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { noInput, serverInput } from "../define/inputs.ts";
import { countApps, inWords, nullIfRefused, onServer, serverFacts } from "../define/questions.ts";
import { namesOfServer, serverOutput } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";
import { anyReply, AS_IT_CAME, replyOutput } from "../define/undocumented.ts";

const listInsights = defineTool({
  name: "list_insights",
  title: "Copilot insights",
  toolset: "alerts",
  effect: "read",
  description:
    "Lists what Cloudways Copilot found: problems of servers and applications, with counts by severity. Needs " +
    `a Copilot plan. ${AS_IT_CAME}`,
  input: noInput,
  output: () => z.looseObject({ ...replyOutput, counts: z.unknown() }),
  handler: async (_input, { account }) => {
    const [reply, counts] = await Promise.all([
      account.read({ operation: "copilot_insights_list", path: path`/insights`, reply: anyReply }),
      account.read({ operation: "copilot_insights_summary_get", path: path`/insights/summary`, reply: anyReply })
        .catch((error) => nullIfRefused(error)),
    ]);
    return { reply, counts };
  },
});

const insightId = z.int().min(1).meta(declare({ role: "target" })).describe("alert_id of list_insights.");

const getInsight = defineTool({
  name: "get_insight",
  title: "One Copilot insight",
  toolset: "alerts",
  effect: "read",
  description: `Shows one insight of Cloudways Copilot: what happened, why, and how to fix it. ${AS_IT_CAME}`,
  input: () => z.strictObject({ insight_id: insightId }),
  output: () => z.looseObject({ insight_id: z.number(), ...replyOutput }),
  handler: async ({ insight_id }, { account }) => ({
    insight_id,
    reply: await account.read({
      operation: "copilot_insight_get",
      path: path`/insights/${insight_id}`,
      reply: anyReply,
    }),
  }),
});

const serverSwitches = z.looseObject({
  data: looseList(z.looseObject({ server_id: z.unknown().transform(tiedId), insights_enabled: statedFlag })),
});

/** Whether Copilot looks at a server. Only servers that were switched off are listed. */
async function readSwitch(account: CloudwaysAccount, serverId: number): Promise<boolean | null> {
  const { data } = await account.read({
    operation: "copilot_server_settings_get",
    path: path`/copilot/server-settings`,
    reply: serverSwitches,
    wholeAccount: true,
  });
  const own = data.find(({ server_id }) => server_id === serverId);
  return own === undefined ? true : own.insights_enabled;
}

const setServerInsights = defineAskingTool({
  name: "set_server_insights",
  title: "Insights of a server",
  toolset: "alerts",
  effect: "destructive",
  idempotent: true,
  description: `Switches Copilot insights for a server on or off. Off asks first. ${AS_IT_CAME}`,
  input: () => z.strictObject({ ...serverInput, enabled: z.boolean().describe("false: Copilot looks at it no more.") }),
  output: () => z.looseObject({ ...serverOutput, enabled: z.boolean().nullable(), ...replyOutput }),
  facts: async (input, context) => {
    const facts = await serverFacts(input, context);
    const isOn = await readSwitch(context.account, facts.server.id).catch((error) => nullIfRefused(error));
    return { ...facts, isOn };
  },
  question: ({ isOn, ...facts }, { enabled }) =>
    enabled ? undefined : {
      headline: `Switch Copilot insights off for server ${facts.server.id} with ${countApps(facts)}.`,
      ...onServer(facts),
      consequences: [
        "Copilot no longer looks for problems of this server and its sites, and says nothing of new ones.",
        "It can be undone by switching them on again; what happens meanwhile is not found later.",
      ],
      facts: [{ name: "Insights now", values: [inWords(isOn, ["on", "off"])] }],
      target: { on: isOn },
    },
  handler: async ({ enabled }, { account }, { server }) => {
    const reply = await account.write({
      operation: "copilot_server_settings_update",
      method: "POST",
      path: path`/copilot/server-settings`,
      form: { server_id: server.id, insights_enabled: enabled },
      reply: anyReply,
      mayBeEmpty: true,
    });
    const isOn = await readSwitch(account, server.id).catch((error) => nullIfRefused(error, "any"));
    // What Cloudways answers is not known, so it might tell a caller who is bound to some servers of others.
    const isOwn = await account.isAboutOwn();
    return { ...namesOfServer(server), enabled: isOn, reply: isOwn(reply) ? reply : null };
  },
  undo: {
    state: ({ isOn }) => ({ "Copilot insights": isOn }),
    about: onServer,
    reverse: (_before, { server, isOn }, { enabled }) => ({
      after: { "Copilot insights": enabled },
      // What Cloudways didn't tell is null, and the input refuses that.
      arguments: { server_id: server.id, enabled: isOn },
    }),
  },
});

/** The tools of this file. */
export const insightsTools: readonly Tool[] = [listInsights, getInsight, setServerInsights];
