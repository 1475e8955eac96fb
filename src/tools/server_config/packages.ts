/** The packages of a server: PHP, its database, Redis and so on. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import type { ServerRecord } from "../../cloudways/models.ts";
import { codesOf, packagesFor, phpWays } from "../../cloudways/packages.ts";
import { path } from "../../cloudways/path.ts";
import { PACKAGES } from "../../cloudways/reference_data.ts";
import { installedPackages, readServerSettings } from "../../cloudways/server_settings.ts";
import { serverInput, waitInput } from "../define/inputs.ts";
import { requireKnown } from "../define/known_values.ts";
import { startedOutput } from "../define/outputs.ts";
import { nothingToChange } from "../define/planned_change.ts";
import { nullIfRefused, serverFacts } from "../define/questions.ts";
import { startOnServer } from "../define/start.ts";
import { serverOutput } from "../define/targets.ts";
import { defineAskingTool, type Tool } from "../define/tool.ts";
import { type PackageChange, packageQuestion } from "./package_question.ts";

interface Wanted {
  package: string;
  version: string;
}

/**
 * What a call changes, checked against what the server can have.
 *
 * @throws {ToolError} Where Cloudways does not offer it to this server, or the server has it already.
 */
async function planChange(account: CloudwaysAccount, server: ServerRecord, wanted: Wanted): Promise<PackageChange> {
  const { operation, path, reply } = PACKAGES;
  const [{ packages }, settings] = await Promise.all([
    account.read({ operation, path, reply }),
    readServerSettings(account, server.id).catch((error) => nullIfRefused(error)),
  ]);
  const choices = packagesFor(packages, server.platform, settings === null ? null : installedPackages(settings));
  const { package: name, version } = codesOf(wanted);
  requireKnown(name, { argument: "package", what: "package of servers", known: choices.map((one) => one.package) });
  const { present = null, versions = [] } = choices.find((one) => one.package === name) ?? {};
  if (present !== null && (present === version || (present === "" && version === "0"))) {
    throw nothingToChange("package", { package: name, version: present });
  }
  const known = versions.map((one) => one.version);
  requireKnown(version, { argument: "version", what: "version that this server can have now", known });
  const labelOf = (code: string) => versions.find((one) => one.version === code)?.label ?? null;
  const ways = name === "php" ? phpWays(packages, server.platform, version) : undefined;
  const goesBack = present === null || ways === undefined ? null : ways.includes(present);
  return { package: name, before: present, after: version, label: labelOf(version), goesBack };
}

const updateServerPackage = defineAskingTool({
  name: "update_server_package",
  title: "Change a package's version",
  toolset: "server_config",
  effect: "destructive",
  undo: {
    instead: "The same tool with version_before, where list_setting_values shows that the package can go back; other " +
      "things that came with it may be gone.",
  },
  idempotent: true,
  description:
    "Installs another version of a package on a server, such as PHP, MySQL, MariaDB, Redis or Elasticsearch, for " +
    "all its applications. It may not go back. A person has to approve it. list_setting_values with kind packages shows " +
    "what fits.",
  input: () =>
    z.strictObject({
      ...serverInput,
      package: z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/i, "must be a package's name, such as php")
        .describe("php, mariadb, mysql, redis, elasticsearch."),
      version: z.string().regex(/^[a-z0-9][a-z0-9.,_-]{0,39}$/i, "must be a version such as 8.3")
        .describe("8.3; latest installs redis or supervisor, 0 removes a package."),
      ...waitInput,
    }),
  output: () => z.looseObject({ ...serverOutput, ...startedOutput, package: z.string(), version: z.string() }),
  facts: async (input, context) => {
    const facts = await serverFacts(input, context);
    return { ...facts, change: await planChange(context.account, facts.server, input) };
  },
  question: (facts) => packageQuestion(facts, facts.change),
  handler: async (input, context, { server, change }) => {
    const started = await startOnServer(server, input, context, {
      operation: "server_package_update",
      path: path`/server/manage/package`,
      fields: { package_name: change.package, package_version: change.after },
    });
    return { ...started, package: change.package, version: change.after, version_before: change.before };
  },
});

/** The tools of this file. */
export const packagesTools: readonly Tool[] = [updateServerPackage];
