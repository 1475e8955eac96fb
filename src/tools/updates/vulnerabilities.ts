/** Known vulnerabilities of WordPress, its plugins and themes. */
import * as z from "zod";
import { startedReply } from "../../cloudways/operations.ts";
import { path } from "../../cloudways/path.ts";
import { appInput, waitInput, waitOptions } from "../define/inputs.ts";
import { records, startedOutput } from "../define/outputs.ts";
import { nullIfRefused } from "../define/questions.ts";
import { blocks } from "../define/start.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";
import { readVulnerabilities } from "../define/vulnerabilities.ts";

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
  input: () => z.strictObject(appInput),
  output: () => z.looseObject({ ...appOutput, ...knownOutput }),
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
  input: () => z.strictObject({ ...appInput, ...waitInput }),
  output: () => z.looseObject({ ...appOutput, ...startedOutput, ...knownOutput }),
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
