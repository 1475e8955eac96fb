/** Making a staging copy of a live application. */
import * as z from "zod";
import type { CloudwaysAccount, StartedWork } from "../../cloudways/account.ts";
import { domainOf, type ServerRecord, tiedId } from "../../cloudways/models.ts";
import { type Started, startedReply, type WaitOptions } from "../../cloudways/operations.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { ToolError } from "../../errors.ts";
import { appInput, waitInput, waitOptions } from "../define/inputs.ts";
import { startedOutput } from "../define/outputs.ts";
import { blocks } from "../define/start.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineTool, type Tool } from "../define/tool.ts";
import { sourceIdOf, stagingCopies } from "./pairs.ts";

/** How far the copy is, and the id that Cloudways gives it; null while that is not told. */
interface Copying {
  work: StartedWork;
  namedId: number | null;
}

/** The new application's id stands on the finished operation. */
async function copyOnServer(account: CloudwaysAccount, live: FoundApp, options: WaitOptions): Promise<Copying> {
  const begun = await account.write({
    operation: "staging_app_clone",
    method: "POST",
    path: path`/staging/app/cloneApp`,
    form: idsOf(live),
    reply: startedReply,
  });
  const { work, end } = await account.followToEnd(begun, idsOf(live), options);
  return { work, namedId: end?.app_id ?? null };
}

const twoStarted = z.looseObject({}).transform(({ source_operation_id, destination_operation_id, app_id }) => ({
  source: startedBy(source_operation_id),
  destination: startedBy(destination_operation_id),
  namedId: tiedId(app_id),
}));

function startedBy(operation_id: unknown): Started {
  return startedReply.parse({ operation_id });
}

/** Two operations, one for each server. The one that is given is the one that is waited for. */
async function copyToServer(
  account: CloudwaysAccount,
  live: FoundApp,
  destination: ServerRecord,
  options: WaitOptions,
): Promise<Copying> {
  const { source, destination: arrival, namedId } = await account.write({
    operation: "staging_app_clone_to_server",
    method: "POST",
    path: path`/staging/app/cloneToOtherServer`,
    form: { ...idsOf(live), destination_server_id: destination.id },
    reply: twoStarted,
  });
  const leaving = await account.follow(source, idsOf(live), options);
  if (leaving.status === "running") return { work: leaving, namedId };
  return { work: await account.follow(arrival, { server_id: destination.id, app_id: namedId }, options), namedId };
}

/** The copy in the listing; undefined unless exactly one can be meant. */
async function findCopy(
  account: CloudwaysAccount,
  { live, destination, namedId }: { live: FoundApp; destination: ServerRecord; namedId: number | null },
): Promise<FoundApp | undefined> {
  const before = new Set(stagingCopies([destination]).map(({ app }) => app.id));
  try {
    const server = await account.currentServer(destination.id);
    const copies = stagingCopies([server]).filter((copy) => sourceIdOf(copy) === live.app.id);
    const added = copies.filter(({ app }) => !before.has(app.id));
    return copies.find(({ app }) => app.id === namedId) ?? (added.length === 1 ? added[0] : undefined);
  } catch (error) {
    // The copy is made, whether or not it can be seen.
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

/** A copy of a copy would have a staging application for its live one. */
function requireLive({ app }: FoundApp): void {
  if (!app.is_staging) return;
  const problem = "is a staging application itself";
  throw new ToolError("invalid_arguments", `app_id: application ${app.id} ${problem}.`, {
    hint: "Nothing was done. Give the live application; list_staging_apps shows which it is.",
    details: { problems: [{ argument: "app_id", problem }] },
    done: "nothing",
  });
}

const createStagingApp = defineTool({
  name: "create_staging_app",
  title: "Create a staging application",
  toolset: "staging",
  effect: "write",
  undo: { none: "it only adds a copy" },
  description: "Makes a staging copy of a live application, on the same or another server, to test changes safely. " +
    "Takes minutes. Visitors of the copy are asked for a password, which can't be read; see " +
    "reset_staging_password. After an unclear end look at list_staging_apps; a second call makes a second copy.",
  input: () =>
    z.strictObject({
      ...appInput,
      destination_server_id: z.int().min(1).optional().describe("Server for the copy; left out: the same server."),
      ...waitInput,
    }),
  output: () =>
    z.looseObject({
      ...appOutput,
      ...startedOutput,
      new_app_id: z.number().nullable(),
      prompt_enabled: z.boolean(),
    }),
  handler: async ({ destination_server_id, ...input }, { account, progress }) => {
    const live = await account.app(input.app_id, input.server_id);
    requireLive(live);
    const destination = destination_server_id === undefined ? live.server : await account.server(destination_server_id);
    const options = waitOptions(input.wait_seconds, progress);
    const { work, namedId } = destination.id === live.server.id
      ? await copyOnServer(account, live, options)
      : await copyToServer(account, live, destination, options);
    const copy = work.status === "completed" ? await findCopy(account, { live, destination, namedId }) : undefined;
    return {
      ...namesOf(live),
      ...work,
      ...blocks(live.server, work),
      new_app_id: copy?.app.id ?? null,
      ...(copy === undefined
        ? { next_step: work.next_step ?? "Find the copy with list_staging_apps." }
        : { new_app_label: copy.app.label, new_app_domain: domainOf(copy.app) }),
      // As every new copy begins.
      prompt_enabled: true,
    };
  },
});

/** The tools of this file. */
export const createTools: readonly Tool[] = [createStagingApp];
