/** Deleting servers and applications, for good. */
import * as z from "zod";
import { type AppRecord, knownApps, type ServerRecord, tiedId } from "../../cloudways/models.ts";
import { startedReply } from "../../cloudways/operations.ts";
import { path } from "../../cloudways/path.ts";
import { findApp, findServer } from "../../cloudways/server_listing.ts";
import type { QuestionFact } from "../../confirm/question.ts";
import { appInput, serverInput, waitInput, waitOptions } from "../define/inputs.ts";
import { startedOutput } from "../define/outputs.ts";
import { type AppFacts, count, countApps, onApp, onServer, type ServerFacts } from "../define/questions.ts";
import { blocks } from "../define/start.ts";
import { appOutput, namesOf, namesOfServer, serverOutput } from "../define/targets.ts";
import { defineAskingTool, type Tool, type ToolContext } from "../define/tool.ts";

/** What stays behind when something is deleted: staging copies of it, by id and label. */
interface Orphans {
  copies: string[];
}

/** The staging copies elsewhere whose live application is among some that are deleted. */
function stagingCopiesOf(deleted: readonly AppRecord[], servers: readonly ServerRecord[]): string[] {
  const gone = new Set(deleted.map(({ id }) => id));
  return servers.flatMap(knownApps).filter(({ id, is_staging, source_app_id }) =>
    is_staging && !gone.has(id) && gone.has(tiedId(source_app_id) ?? 0)
  ).map(({ id, label }) => `${id} ${label}`).sort();
}

function orphanFacts({ copies }: Orphans): QuestionFact[] {
  return copies.length === 0 ? [] : [{ name: "Staging copies that lose their live application", values: copies }];
}

const GONE = "It can't be undone, and no backup at Cloudways can bring it back.";

async function serverToDelete(input: { server_id: number }, { account }: ToolContext): Promise<ServerFacts & Orphans> {
  const servers = await account.currentServers();
  const server = findServer(servers, input.server_id);
  const backups = await account.lastBackups(server.id);
  return { server, backups, copies: stagingCopiesOf(knownApps(server), servers) };
}

const deleteServer = defineAskingTool({
  name: "delete_server",
  title: "Delete a server",
  toolset: "provisioning",
  effect: "destructive",
  undo: { none: "it is gone for good" },
  idempotent: true,
  description: "Deletes a server with all its applications, their databases and backups for good. A person has to " +
    "approve it by typing the server's label. Have what is still needed backed up elsewhere first.",
  input: () => z.strictObject({ ...serverInput, ...waitInput }),
  output: () => z.looseObject({ ...serverOutput, ...startedOutput }),
  facts: serverToDelete,
  question: (facts) => ({
    headline:
      `Delete server ${facts.server.id} with ${countApps(facts)} for good. This ends its billing; the price is ` +
      "not known here.",
    ...onServer(facts),
    losesData: true,
    consequences: [
      "Files, databases, users, cron jobs, certificates and backups of every application on it are deleted with it.",
      "Visitors of all the domains below get no answer any more, and the server's address is given up.",
      GONE,
    ],
    facts: [{ name: "Address that is given up", values: [facts.server.public_ip] }, ...orphanFacts(facts)],
    target: { copies: facts.copies },
  }),
  goneForGood: ({ server }) => server,
  handler: async (input, { account, progress }, { server }) => {
    const started = await account.write({
      operation: "server_delete",
      method: "DELETE",
      path: path`/server/${server.id}`,
      reply: startedReply,
    });
    const options = waitOptions(input.wait_seconds, progress);
    return { ...namesOfServer(server), ...await account.follow(started, { server_id: server.id }, options) };
  },
});

async function appToDelete(
  input: { app_id: number; server_id?: number | undefined },
  { account }: ToolContext,
): Promise<AppFacts & Orphans> {
  const servers = await account.currentServers();
  const found = findApp(servers, input.app_id, input.server_id);
  const backups = await account.lastBackups(found.server.id);
  return { ...found, backups, copies: stagingCopiesOf([found.app], servers) };
}

const deleteApp = defineAskingTool({
  name: "delete_app",
  title: "Delete an application",
  toolset: "provisioning",
  effect: "destructive",
  undo: { none: "it is gone for good" },
  idempotent: true,
  description: "Deletes an application, its files, database and backups for good. A person has to approve it by " +
    "typing the application's label.",
  input: () => z.strictObject({ ...appInput, ...waitInput }),
  output: () => z.looseObject({ ...appOutput, ...startedOutput }),
  facts: appToDelete,
  question: (facts) => {
    const domains = onApp(facts).subject.app.domains.length;
    return {
      headline: `Delete application ${facts.app.id} with ${count(domains, "domain")} for good.`,
      ...onApp(facts),
      losesData: true,
      consequences: [
        "Its files, database, users, cron jobs, certificate and backups are deleted with it.",
        "Visitors get no answer any more. The other applications on the server stay as they are.",
        GONE,
      ],
      facts: orphanFacts(facts),
      target: { copies: facts.copies },
    };
  },
  goneForGood: ({ app }) => app,
  handler: async (input, { account, progress }, facts) => {
    const { app, server } = facts;
    const started = await account.write({
      operation: "app_delete",
      method: "DELETE",
      path: path`/app/${app.id}`,
      form: { server_id: server.id },
      reply: startedReply,
    });
    const on = { server_id: server.id, app_id: app.id };
    const work = await account.follow(started, on, waitOptions(input.wait_seconds, progress));
    return { ...namesOf(facts), ...work, ...blocks(server, work) };
  },
});

/** The tools of this file. */
export const deletionsTools: readonly Tool[] = [deleteServer, deleteApp];
