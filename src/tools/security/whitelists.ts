/** The addresses that may reach a server by SSH and MySQL. */
import * as z from "zod";
import { addressKey, type ListName, readAddressList } from "../../cloudways/address_lists.ts";
import { serverInput } from "../define/inputs.ts";
import { canonicalEntries, checkEdit } from "../define/list_edits.ts";
import { texts } from "../define/outputs.ts";
import { onServer, serverFacts } from "../define/questions.ts";
import { namesOfServer, serverOutput } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";
import type { ChangedState } from "../define/undo.ts";
import { ipRange } from "../define/validators.ts";
import { carryOutWhitelistChange, planWhitelistChange } from "./whitelist_change.ts";
import { whitelistQuestion } from "./whitelist_question.ts";

function whitelistReader(list: ListName, what: string): Tool {
  return defineTool({
    name: `get_whitelisted_ips_${list}`,
    title: `${what} whitelist`,
    toolset: "security",
    effect: "read",
    description:
      `Lists the addresses that may reach a server by ${what}, and the policy for all others: allow_all or ` +
      "block_all (null: not told).",
    input: () => z.strictObject(serverInput),
    output: () => z.looseObject({ ...serverOutput, ips: texts, policy: z.string().nullable() }),
    handler: async (input, { account }) => {
      const names = namesOfServer(await account.server(input.server_id));
      const { ips, policy } = await readAddressList(account, input.server_id, list);
      return { ...names, ips, policy };
    },
  });
}

const ipRanges = z.array(ipRange).max(500);

const updateWhitelistedIps = defineAskingTool({
  name: "update_whitelisted_ips",
  title: "Change a whitelist",
  toolset: "security",
  effect: "destructive",
  description: "Edits the addresses that may reach a server by SSH or MySQL: add and remove, or replace the whole " +
    "list. All others stay. Shows before and after, and warns of wide ranges. A person has to approve it.",
  input: () =>
    z.strictObject({
      ...serverInput,
      list: z.enum(["ssh", "mysql"]).describe("Which list; ssh counts for SFTP too."),
      add: ipRanges.min(1).optional().describe("To add: 203.0.113.7, 198.51.100.0/24, 2001:db8::/48"),
      remove: ipRanges.min(1).optional().describe("To take off."),
      replace: ipRanges.optional().describe("The whole new list, instead of add and remove."),
      policy: z.enum(["allow_all", "block_all"]).optional()
        .describe("For addresses not listed; block_all for ssh only. Default: as it is."),
    }).superRefine(({ list, policy, ...edit }, context) => {
      checkEdit(edit, context, addressKey, { name: "policy", isGiven: policy !== undefined });
      if (list === "mysql" && policy === "block_all") {
        context.addIssue({ code: "custom", path: ["policy"], message: "can be block_all for the ssh list only" });
      }
    }),
  output: () =>
    z.looseObject({
      ...serverOutput,
      list: z.string(),
      before: texts,
      after: texts,
      added: texts,
      removed: texts,
      policy: z.string().nullable(),
      warnings: texts,
    }),
  facts: async ({ list, ...input }, context) => {
    const { server_id: _id, ...change } = input;
    const facts = await serverFacts(input, context);
    const place = { account: context.account, serverId: facts.server.id, list };
    return { ...facts, plan: await planWhitelistChange(place, change) };
  },
  question: (facts) => whitelistQuestion(facts, facts.plan),
  handler: async ({ list }, { account }, { server, plan }) => {
    const place = { account, serverId: server.id, list };
    return { ...namesOfServer(server), list, ...await carryOutWhitelistChange(place, plan) };
  },
  undo: {
    state: ({ plan: { before } }) => ({ ...addressState(before.ips), ...policyState(before.policy) }),
    about: onServer,
    reverse: (_before, { server, plan: { before, merged } }, { list, policy }, answer) => {
      const setsPolicy = policy !== undefined && answer.policy !== before.policy;
      const isKnown = before.stated && !(setsPolicy && before.policy === null);
      return {
        // The list is sent whole, the policy only where it is put back.
        after: { ...addressState(merged.after), ...(setsPolicy && policyState(answer.policy)) },
        arguments: isKnown
          ? { server_id: server.id, list, replace: before.ips, ...(setsPolicy && { policy: before.policy }) }
          : undefined,
      };
    },
  },
});

function addressState(ips: readonly string[]): ChangedState {
  return { "Addresses on the list": canonicalEntries(ips, addressKey) };
}

function policyState(policy: string | null): ChangedState {
  return { "All other addresses": policy };
}

/** The tools of this file. */
export const whitelistsTools: readonly Tool[] = [
  whitelistReader("ssh", "SSH and SFTP"),
  whitelistReader("mysql", "MySQL"),
  updateWhitelistedIps,
];
