/** Which visitors' addresses a server's firewall lets in, and which it keeps out of all its applications. */
import * as z from "zod";
import { addressKey } from "../../cloudways/address_lists.ts";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { givenList } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { Question, QuestionFact } from "../../confirm/question.ts";
import { serverInput } from "../define/inputs.ts";
import { canonicalEntries } from "../define/list_edits.ts";
import { texts } from "../define/outputs.ts";
import { countApps, NOT_TOLD, nullIfRefused, onServer, type ServerFacts, serverFacts } from "../define/questions.ts";
import { namesOfServer, serverOutput } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";
import type { ChangedState } from "../define/undo.ts";
import { AS_IT_CAME, replyOutput } from "../define/undocumented.ts";
import { ipRange } from "../define/validators.ts";
import { isNamedBy, rowInWords } from "./rows.ts";
import { LISTS, type RuleChange, ruleConsequences, ruleHeadline, type RuleList } from "./rule_words.ts";
import { readSuite, writeSuite } from "./suite.ts";

function readRules(account: CloudwaysAccount, server: { id: number }): Promise<unknown> {
  return readSuite(account, server, {
    operation: "security_suite_server_ips_get",
    path: path`/server/security/${server.id}/ips`,
  });
}

const getServerIpRules = defineTool({
  name: "get_server_ip_rules",
  title: "Firewall rules of a server",
  toolset: "protection",
  effect: "read",
  description: "Shows which IP addresses a server's firewall blocks or allows for all its applications. No list of " +
    `blocked countries is known. ${AS_IT_CAME}`,
  input: () => z.strictObject(serverInput),
  output: () => z.looseObject({ ...serverOutput, ...replyOutput }),
  handler: async (input, { account }) => {
    const server = await account.server(input.server_id);
    return { ...namesOfServer(server), reply: await readRules(account, server) };
  },
});

const listedRules = z.looseObject({ ips: givenList(z.looseObject({})) });

/**
 * The present rules about some addresses, in words; null where Cloudways doesn't tell. Only these are looked at, since
 * a firewall adds and removes others by itself all the time.
 */
async function rulesAbout(
  account: CloudwaysAccount,
  server: { id: number },
  ips: readonly string[],
): Promise<string[] | null> {
  const reply = await readRules(account, server).catch((error) => nullIfRefused(error, "any"));
  const rows = listedRules.safeParse(reply).data?.ips;
  if (rows === undefined) return null;
  return rows.filter((row) => ips.some((ip) => isNamedBy(row, ip, addressKey))).map(rowInWords);
}

interface ServerRules {
  list: RuleList;
  add?: string[] | undefined;
  remove?: string[] | undefined;
  minutes?: number | undefined;
}

function changeOf({ list, add, remove }: ServerRules): RuleChange {
  return { list, isAdded: add !== undefined, ips: add ?? remove ?? [] };
}

function rulesQuestion(facts: ServerFacts & { rules: string[] | null }, input: ServerRules): Question {
  const change = changeOf(input);
  const { minutes } = input;
  const duration: QuestionFact[] = change.isAdded
    ? [{ name: "For how long", values: [minutes === undefined ? "until it is removed" : `${minutes} minutes`] }]
    : [];
  return {
    headline: ruleHeadline(change, `on server ${facts.server.id} with ${countApps(facts)}`),
    ...onServer(facts),
    consequences: ruleConsequences(change, "any site of this server"),
    facts: [
      { name: "Addresses", values: change.ips, ...(change.ips.length === 1 && { isFirst: true as const }) },
      ...duration,
      { name: "Present rules about them", values: facts.rules ?? [NOT_TOLD] },
    ],
    target: { rules: facts.rules === null ? null : canonicalEntries(facts.rules) },
  };
}

const addresses = z.array(ipRange).min(1).max(100).optional();

const updateServerIpRules = defineAskingTool({
  name: "update_server_ip_rules",
  title: "Change firewall addresses",
  toolset: "protection",
  effect: "destructive",
  idempotent: true,
  description: "Blocks or allows visitors' IP addresses for all applications of a server, or takes such rules back: " +
    `add or remove, one of them a call. Rules that are not named stay. A person has to approve it. ${AS_IT_CAME}`,
  input: () =>
    z.strictObject({
      ...serverInput,
      list: z.enum(LISTS).describe("block keeps addresses out; allow lets them in unchecked."),
      add: addresses.describe("To add: 203.0.113.7, 198.51.100.0/24"),
      remove: addresses.describe("To take off the list."),
      minutes: z.int().min(1).max(525_600).optional().describe("How long added rules last. Default: until removed."),
    }).superRefine(({ add, remove, minutes }, context) => {
      const wrong = (argument: string, message: string) =>
        context.addIssue({ code: "custom", path: [argument], message });
      if ((add === undefined) === (remove === undefined)) wrong("add", "or else remove is needed, one of them alone");
      if (minutes !== undefined && add === undefined) wrong("minutes", "goes with add only");
    }),
  output: () =>
    z.looseObject({
      ...serverOutput,
      list: z.string(),
      added: texts,
      removed: texts,
      ...replyOutput,
      rules_now: texts.nullable().describe("Rules about these addresses, read back; null: not told."),
    }),
  facts: async (input, context) => {
    const facts = await serverFacts(input, context);
    return { ...facts, rules: await rulesAbout(context.account, facts.server, changeOf(input).ips) };
  },
  question: rulesQuestion,
  handler: async (input, { account }, { server }) => {
    const { list, isAdded, ips } = changeOf(input);
    const { minutes } = input;
    const rule = { server_id: server.id, iplist: ips, mode: list === "allow" ? "white" : "black" };
    const reply = await writeSuite(account, {
      operation: isAdded ? "security_suite_server_ips_update" : "security_suite_server_ips_delete",
      method: isAdded ? "PUT" : "DELETE",
      path: path`/server/security/${server.id}/ips`,
      form: minutes === undefined ? rule : { ...rule, ttl: minutes, ttl_type: "minutes" },
    });
    return {
      ...namesOfServer(server),
      list,
      added: isAdded ? [...ips] : [],
      removed: isAdded ? [] : [...ips],
      reply,
      rules_now: await rulesAbout(account, server, ips),
    };
  },
  undo: {
    state: ({ rules }) => rulesState(rules),
    about: onServer,
    reverse: (_before, { server, rules }, { list, add = [] }, { rules_now }) => {
      // What a former rule says, such as how long it lasts, is not documented: only where there was none, taking the new
      // ones off puts it back. That there was none is known only if Cloudways lists new ones.
      const isNew = add.length > 0 && rules?.length === 0 && (rules_now ?? []).length > 0;
      return {
        after: rulesState(isNew ? rules_now : null),
        arguments: isNew ? { server_id: server.id, list, remove: add } : undefined,
      };
    },
  },
});

function rulesState(rules: readonly string[] | null): ChangedState {
  return { "Rules about the addresses": rules === null ? null : canonicalEntries(rules) };
}

/** The tools of this file. */
export const serverIpRulesTools: readonly Tool[] = [getServerIpRules, updateServerIpRules];
