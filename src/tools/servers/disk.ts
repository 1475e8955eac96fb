/** What fills the disk of a server, and cleaning it up. */
import * as z from "zod";
import { knownApps } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { readReport } from "../../cloudways/report_tables.ts";
import { CLEANED, type Cleanup, CLEANUP_WORDS, CLEANUPS } from "../define/disk_cleanup.ts";
import { serverInput, waitInput, waitOptions } from "../define/inputs.ts";
import { record, startedOutput } from "../define/outputs.ts";
import { countApps, onServer, serverFacts } from "../define/questions.ts";
import { reportAnswer } from "../define/report_answer.ts";
import { startOnServer } from "../define/start.ts";
import { namesOfServer, serverOutput } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";
import { appsNamedIn } from "../define/views.ts";
import { inlineReport, reportOutput } from "./reports.ts";

const getServerDiskUsage = defineTool({
  name: "get_server_disk_usage",
  title: "Disk use of a server",
  toolset: "servers",
  effect: "read",
  description: "Reports what fills the disk of a server, by application. Starts work on the server, which takes a " +
    "while; figures without waiting are in get_server_details.",
  input: () => z.strictObject({ ...serverInput, ...waitInput }),
  output: () =>
    z.looseObject({
      ...reportOutput,
      report: record.optional(),
      apps: z.array(record).optional().describe("Who the users in the report are."),
    }),
  handler: async (input, { account, progress }) => {
    const server = await account.server(input.server_id);
    const read = (result: unknown) => {
      const report = readReport(result);
      return { report, apps: appsNamedIn(report, knownApps(server)) };
    };
    const report = await account.report({
      operation: "server_disk_usage_fetch",
      path: path`/server/${server.id}/diskUsage`,
      on: { server_id: server.id },
      inline: inlineReport.transform(read),
      finished: read,
    }, waitOptions(input.wait_seconds, progress));
    return reportAnswer(namesOfServer(server), report);
  },
});

const cleanup = (what: Cleanup) => z.boolean().default(false).describe(CLEANUP_WORDS[what]);

const optimizeServerDisk = defineAskingTool({
  name: "optimize_server_disk",
  title: "Clean up a server's disk",
  toolset: "servers",
  effect: "destructive",
  undo: { none: "what is removed can't be brought back" },
  description: "Frees disk space on a server by what is set to true, at least one, for all its applications. What is " +
    "removed can't be brought back. A person has to approve it.",
  input: () =>
    z.strictObject({
      ...serverInput,
      remove_app_tmp: cleanup("remove_app_tmp"),
      remove_app_private_html: cleanup("remove_app_private_html"),
      rotate_system_log: cleanup("rotate_system_log"),
      rotate_app_log: cleanup("rotate_app_log"),
      remove_app_local_backup: cleanup("remove_app_local_backup"),
      ...waitInput,
    }).refine((input) => CLEANUPS.some((name) => input[name]), `at least one of ${CLEANUPS.join(", ")} must be true`),
  output: () => z.looseObject({ ...serverOutput, ...startedOutput, cleaned: z.array(z.string()) }),
  facts: serverFacts,
  question: (facts, input) => ({
    headline: `Clean up the disk of server ${facts.server.id} with ${countApps(facts)}.`,
    ...onServer(facts),
    losesData: true,
    consequences: [
      ...CLEANUPS.filter((name) => input[name]).map((name) => CLEANED[name]),
      "What is removed can't be brought back.",
    ],
  }),
  handler: async (input, context, { server }) => {
    // All five are always sent: nothing is cleaned because a default says so.
    const fields = Object.fromEntries(CLEANUPS.map((name) => [name, input[name] ? "yes" : "no"]));
    const work = { operation: "server_disk_cleanup_execute", path: path`/server/disk/cleanup`, fields };
    return {
      ...await startOnServer(server, input, context, work),
      cleaned: CLEANUPS.filter((name) => input[name]),
    };
  },
});

/** The tools of this file. */
export const diskTools: readonly Tool[] = [getServerDiskUsage, optimizeServerDisk];
