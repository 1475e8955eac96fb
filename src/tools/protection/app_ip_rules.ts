/** Which visitors' addresses are let into one application, and which are not. Cloudways shows these rules nowhere. */
import * as z from "zod";
import { path } from "../../cloudways/path.ts";
import { appInput } from "../define/inputs.ts";
import { appFacts, onApp } from "../define/questions.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";
import { AS_IT_CAME, replyOutput } from "../define/undocumented.ts";
import { ipAddress } from "../define/validators.ts";
import { LISTS, type RuleChange, ruleConsequences, ruleHeadline } from "./rule_words.ts";
import { writeSuite } from "./suite.ts";

const ACTIONS = ["add", "remove"] as const;

interface AppRule {
  list: typeof LISTS[number];
  action: typeof ACTIONS[number];
  ip: string;
}

function changeOf({ list, action, ip }: AppRule): RuleChange {
  return { list, isAdded: action === "add", ips: [ip] };
}

const updateAppIpRules = defineAskingTool({
  name: "update_app_ip_rules",
  title: "Address rules of an application",
  toolset: "protection",
  effect: "destructive",
  undo: { instead: "Call it again with the other action; Cloudways does not show whether the rule was there before." },
  idempotent: true,
  description: "Blocks a visitor's IP address for one application, or lets it past the protection, until the rule is " +
    "removed. Cloudways doesn't show the present rules. For a whole server use update_server_ip_rules. " +
    `A person has to approve it. ${AS_IT_CAME}`,
  input: () =>
    z.strictObject({
      ...appInput,
      list: z.enum(LISTS).describe("block keeps the address out; allow lets it in unchecked."),
      action: z.enum(ACTIONS).describe("Add it to the list, or remove it."),
      ip: ipAddress.describe("One address: 203.0.113.7"),
      reason: z.string().min(1).max(200).describe("A comment that Cloudways keeps with the rule."),
    }),
  output: () => z.looseObject({ ...appOutput, list: z.string(), action: z.string(), ip: z.string(), ...replyOutput }),
  facts: appFacts,
  question: (facts, input) => ({
    headline: ruleHeadline(changeOf(input), `for application ${facts.app.id}`),
    ...onApp(facts),
    consequences: [
      ...ruleConsequences(changeOf(input), "the site"),
      "Cloudways doesn't tell which rules there are now.",
    ],
    facts: [{ name: "Address", values: [input.ip], isFirst: true }],
  }),
  handler: async ({ list, action, ip, reason }, { account }, found) => {
    const rule = { ...idsOf(found), ips: ip, mode: list, reason };
    const isAdded = action === "add";
    const reply = await writeSuite(account, {
      operation: isAdded ? "security_suite_app_ips_update" : "security_suite_app_ips_delete",
      method: isAdded ? "PUT" : "DELETE",
      path: path`/app/security/${found.app.id}/ips`,
      form: rule,
    });
    return { ...namesOf(found), list, action, ip, reply };
  },
});

/** The tools of this file. */
export const appIpRulesTools: readonly Tool[] = [updateAppIpRules];
