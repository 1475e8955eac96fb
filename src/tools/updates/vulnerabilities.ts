/** Known vulnerabilities of WordPress, its plugins and themes. */
import { z } from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { flagOrNull, isoTime, looseList, looseNumber, looseText } from "../../cloudways/models.ts";
import { startedReply } from "../../cloudways/operations.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { appInput, waitInput, waitOptions } from "../define/inputs.ts";
import { records, startedOutput } from "../define/outputs.ts";
import { nullIfRefused } from "../define/questions.ts";
import { blocks } from "../define/start.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";

const hole = z.looseObject({
  title: looseText,
  vuln_type: looseText,
  cvss_score: looseNumber,
  affected_in: looseText,
  fixed_in: looseText,
  disclosure_date: looseText,
  direct_url: looseText,
});

/** None is an empty list, one is an object, several are a list of objects. */
const holes = z.unknown().optional().transform((value): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value) && "title" in value ? [value] : value
).pipe(looseList(hole));

const component = z.looseObject({
  name: looseText,
  slug: looseText,
  type: looseText,
  current_version: looseText,
  is_vulnerable: flagOrNull,
  active: flagOrNull,
  recommendation: looseText,
  vulnerabilities: holes,
});

const vulnerabilitiesReply = z.looseObject({
  data: z.looseObject({
    last_fetched_date: looseText,
    wordpress: z.unknown(),
    themes: looseList(component),
    plugins: looseList(component),
  }),
});

function componentView(one: z.output<typeof component>) {
  const { name, slug, type, current_version, active, recommendation, vulnerabilities } = one;
  return {
    name,
    slug,
    type,
    version: current_version,
    active,
    recommendation,
    vulnerabilities: vulnerabilities.map(({ title, vuln_type, cvss_score, affected_in, fixed_in, ...rest }) => ({
      title,
      type: vuln_type,
      cvss_score,
      affected_in,
      fixed_in: fixed_in === "" ? null : fixed_in,
      disclosed_at: isoTime(rest.disclosure_date),
      url: rest.direct_url,
    })),
  };
}

/** Reads what is known now. */
async function readVulnerabilities(account: CloudwaysAccount, { app, server }: FoundApp) {
  const { data } = await account.read({
    operation: "app_vulnerabilities_list",
    path: path`/app/vulnerabilities/${app.id}`,
    query: { server_id: server.id },
    reply: vulnerabilitiesReply,
  });
  const core = component.safeParse(data.wordpress).data;
  // An empty object stands for a core of which nothing is known.
  const cores = core === undefined || core.slug === "" ? [] : [core];
  const components = [...cores, ...data.plugins, ...data.themes];
  const isVulnerable = (one: z.output<typeof component>) =>
    one.is_vulnerable === true || one.vulnerabilities.length > 0;
  return {
    data_of: data.last_fetched_date === "" ? null : data.last_fetched_date,
    checked_count: components.length,
    vulnerable: components.filter(isVulnerable).map(componentView),
  };
}

const knownOutput = {
  data_of: z.string().nullable().optional().describe("The day of the data, as Cloudways writes it."),
  checked_count: z.number().optional(),
  vulnerable: records.optional(),
};

const listAppVulnerabilities = defineTool({
  name: "list_app_vulnerabilities",
  title: "Known vulnerabilities",
  toolset: "updates",
  effect: "read",
  description: "Lists known vulnerabilities in the WordPress core, plugins and themes of an application, with the " +
    "version that fixes each; fixed_in null: no fix is known. scan_app_vulnerabilities fetches newer data.",
  input: z.strictObject(appInput),
  output: z.looseObject({ ...appOutput, ...knownOutput }),
  handler: async (input, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    return { ...namesOf(found), ...await readVulnerabilities(account, found) };
  },
});

const scanAppVulnerabilities = defineTool({
  name: "scan_app_vulnerabilities",
  title: "Look for vulnerabilities",
  toolset: "updates",
  effect: "read",
  description: "Has Cloudways look for vulnerabilities in the plugins, themes and core of an application now, and " +
    "lists them. Starts work on the server.",
  input: z.strictObject({ ...appInput, ...waitInput }),
  output: z.looseObject({ ...appOutput, ...startedOutput, ...knownOutput }),
  handler: async (input, { account, progress }) => {
    const found = await account.app(input.app_id, input.server_id);
    // It starts work although it is a GET.
    const begun = await account.read({
      operation: "app_vulnerabilities_refresh",
      path: path`/app/vulnerabilities/${found.app.id}/refresh`,
      query: { server_id: found.server.id },
      once: true,
      reply: startedReply,
    });
    const work = await account.follow(begun, idsOf(found), waitOptions(input.wait_seconds, progress));
    const answer = { ...namesOf(found), ...work, ...blocks(found.server, work) };
    if (work.status === "running") return answer;
    const known = await readVulnerabilities(account, found).catch((error) => nullIfRefused(error, "any"));
    return known === null
      ? { ...answer, next_step: "It was done. Read the result with list_app_vulnerabilities." }
      : { ...answer, ...known };
  },
});

/** The tools of this file. */
export const vulnerabilitiesTools: readonly Tool[] = [listAppVulnerabilities, scanAppVulnerabilities];
