/** Starting, stopping, restarting and backing up a server. */
import * as z from "zod";
import { path } from "../../cloudways/path.ts";
import { serverInput, waitInput } from "../define/inputs.ts";
import { startedOutput } from "../define/outputs.ts";
import { countApps, onServer, serverFacts } from "../define/questions.ts";
import { startOnServer } from "../define/start.ts";
import { serverOutput } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";

const startServer = defineTool({
  name: "start_server",
  title: "Start a server",
  toolset: "servers",
  effect: "write",
  undo: { none: "stop_server stops it again" },
  idempotent: true,
  description: "Starts a stopped server, so that its applications are online again. Takes minutes.",
  input: () => z.strictObject({ ...serverInput, ...waitInput }),
  output: () => z.looseObject({ ...serverOutput, ...startedOutput }),
  handler: async (input, context) =>
    await startOnServer(await context.account.server(input.server_id), input, context, {
      operation: "server_start",
      path: path`/server/start`,
    }),
});

const [GOES, GO] = ["application goes", "applications go"];

const stopServer = defineAskingTool({
  name: "stop_server",
  title: "Stop a server",
  toolset: "servers",
  effect: "destructive",
  undo: { none: "start_server starts it again" },
  idempotent: true,
  description: "Stops a server. Every application on it is offline until start_server. A person has to approve it.",
  input: () => z.strictObject({ ...serverInput, ...waitInput }),
  output: () => z.looseObject({ ...serverOutput, ...startedOutput }),
  facts: serverFacts,
  question: (facts) => ({
    headline: `Stop server ${facts.server.id}: ${countApps(facts, GOES, GO)} offline.`,
    ...onServer(facts),
    consequences: [
      "Visitors of every application on the server get no answer until somebody starts it again.",
      "It can be undone by starting the server, which takes minutes. Stored data stays.",
    ],
    facts: [{ name: "State now", values: [facts.server.status] }],
  }),
  handler: (input, context, { server }) =>
    startOnServer(server, input, context, { operation: "server_stop", path: path`/server/stop` }),
});

const restartServer = defineAskingTool({
  name: "restart_server",
  title: "Restart a server",
  toolset: "servers",
  effect: "destructive",
  undo: { none: "a restart that has begun can't be called off" },
  description: "Restarts a server. Every application on it is offline for some minutes. A person has to approve it. " +
    "For one service use change_service_state.",
  input: () => z.strictObject({ ...serverInput, ...waitInput }),
  output: () => z.looseObject({ ...serverOutput, ...startedOutput }),
  facts: serverFacts,
  question: (facts) => ({
    headline: `Restart server ${facts.server.id}: ${countApps(facts, GOES, GO)} offline for a while.`,
    ...onServer(facts),
    consequences: [
      "Visitors of every application on the server get no answer until it is up again, mostly some minutes.",
      "What visitors and jobs are doing just then, such as a payment, is cut off. Stored data stays.",
      "A restart that has begun can't be called off.",
    ],
    facts: [{ name: "State now", values: [facts.server.status] }],
  }),
  handler: (input, context, { server }) =>
    startOnServer(server, input, context, { operation: "server_restart", path: path`/server/restart` }),
});

const backupServer = defineTool({
  name: "backup_server",
  title: "Back up a server",
  toolset: "servers",
  effect: "write",
  undo: { none: "it only adds backups" },
  description: "Backs up all applications of a server now. Takes minutes, in which no other operation can start on " +
    "the server. For one application use backup_app.",
  input: () => z.strictObject({ ...serverInput, ...waitInput }),
  output: () => z.looseObject({ ...serverOutput, ...startedOutput }),
  handler: async (input, context) =>
    await startOnServer(await context.account.server(input.server_id), input, context, {
      operation: "server_backup",
      path: path`/server/manage/backup`,
    }),
});

/** The tools of this file. */
export const lifeCycleTools: readonly Tool[] = [startServer, stopServer, restartServer, backupServer];
