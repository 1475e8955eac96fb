/** Keeping all visitors of a country out of a server. Cloudways doesn't show which countries are blocked. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { path } from "../../cloudways/path.ts";
import { COUNTRIES } from "../../cloudways/reference_data.ts";
import type { Question } from "../../confirm/question.ts";
import { serverInput } from "../define/inputs.ts";
import { requireKnown } from "../define/known_values.ts";
import { records } from "../define/outputs.ts";
import { count, countApps, nullIfRefused, onServer, type ServerFacts, serverFacts } from "../define/questions.ts";
import { namesOfServer, serverOutput } from "../define/targets.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";
import { AS_IT_CAME, replyOutput } from "../define/undocumented.ts";
import { writeSuite } from "./suite.ts";

interface CountryChange {
  add?: string[] | undefined;
  remove?: string[] | undefined;
}

/** A country as Cloudways lists it; an empty name is one that it doesn't tell. */
type Country = { code: string; name: string };

/**
 * The countries that a call names.
 *
 * @throws {ToolError} `invalid_arguments` if Cloudways lists countries, and one of them is not among these.
 */
async function namedCountries(account: CloudwaysAccount, { add, remove }: CountryChange): Promise<Country[]> {
  // If the list can't be read, Cloudways decides.
  const listed = await account.reference(COUNTRIES).catch((error) => nullIfRefused(error, "any"));
  const names = new Map(listed?.countries.map(({ iso, name }) => [iso.toUpperCase(), name]));
  const argument = add === undefined ? "remove" : "add";
  return [...new Set(add ?? remove)].map((code) => {
    requireKnown(code, { argument, what: "country that Cloudways lists", known: [...names.keys()] });
    return { code, name: names.get(code) ?? "" };
  });
}

function countryQuestion(facts: ServerFacts, countries: readonly Country[], isAdded: boolean): Question {
  const many = count(countries.length, "country", "countries");
  const apps = countApps(facts, "application can", "applications can");
  const shown = countries.map(({ code, name }) => `${code} ${name}`.trim());
  return {
    headline: isAdded
      ? `Block ${many} on server ${facts.server.id}: ${apps} no longer be reached from there.`
      : `Unblock ${many} on server ${facts.server.id} with ${countApps(facts)}.`,
    ...onServer(facts),
    consequences: isAdded
      ? [
        "Customers there can no longer visit the sites or buy anything, and your own people there are locked out too.",
        "So are services that reach the sites from there: payments, search engines, the renewal of certificates.",
        "Cloudways doesn't tell which countries are blocked now.",
        "It can be undone by unblocking the country.",
      ]
      : [
        "Everybody there reaches the sites again, attackers too.",
        "Cloudways doesn't tell which countries are blocked now.",
        "It can be undone by blocking the country again.",
      ],
    facts: [{
      name: countries.length === 1 ? "Country" : "Countries",
      values: shown,
      ...(countries.length === 1 && { isFirst: true as const }),
    }],
  };
}

const codes = z.array(
  z.string().max(2).toUpperCase().regex(/^[A-Z]{2}$/, "must be a country's two-letter code, such as GB"),
).min(1).max(250).optional();

const updateServerCountryBlocks = defineAskingTool({
  name: "update_server_country_blocks",
  title: "Block countries",
  toolset: "protection",
  effect: "destructive",
  undo: { instead: "Call it again with add and remove exchanged; Cloudways does not show what was blocked before." },
  idempotent: true,
  description: "Blocks or unblocks all visitors of a country for every application of a server: add or remove, one " +
    `of them a call. Other blocked countries stay. A person has to approve it. ${AS_IT_CAME}`,
  input: () =>
    z.strictObject({
      ...serverInput,
      add: codes.describe("To block, two letters each: CN"),
      remove: codes.describe("To unblock: CN"),
      reason: z.string().min(1).max(200).optional().describe("A comment for blocked countries."),
    }).superRefine(({ add, remove, reason }, context) => {
      const wrong = (argument: string, message: string) =>
        context.addIssue({ code: "custom", path: [argument], message });
      if ((add === undefined) === (remove === undefined)) wrong("add", "or else remove is needed, one of them alone");
      if (reason !== undefined && add === undefined) wrong("reason", "goes with add only");
    }),
  output: () => z.looseObject({ ...serverOutput, blocked: records, unblocked: records, ...replyOutput }),
  facts: async (input, context) => {
    const facts = await serverFacts(input, context);
    return { ...facts, countries: await namedCountries(context.account, input) };
  },
  question: (facts, { add }) => countryQuestion(facts, facts.countries, add !== undefined),
  handler: async ({ add, reason }, { account }, { server, countries }) => {
    const isAdded = add !== undefined;
    const reply = await writeSuite(account, {
      operation: isAdded
        ? "security_suite_server_countries_blacklist_update"
        : "security_suite_server_countries_blacklist_delete",
      method: isAdded ? "PUT" : "DELETE",
      path: path`/server/security/${server.id}/blacklist-countries`,
      form: { server_id: server.id, countrylist: countries.map(({ code }) => code), reason },
    });
    const blocked = isAdded ? countries : [];
    return { ...namesOfServer(server), blocked, unblocked: isAdded ? [] : countries, reply };
  },
});

/** The tools of this file. */
export const countriesTools: readonly Tool[] = [updateServerCountryBlocks];
