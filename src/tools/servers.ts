/** The tools for servers: their life cycle, disk, services, settings and figures. */
import { z } from "zod";
import type { CloudwaysAccount } from "../cloudways/account.ts";
import { doneReply, knownApps, looseFlag, looseText } from "../cloudways/models.ts";
import { path } from "../cloudways/path.ts";
import { readReport } from "../cloudways/report_tables.ts";
import { describeGraph, GRAPH_TARGETS, graphReply, targetsOf } from "../cloudways/server_graph.ts";
import { readServerUsage } from "../cloudways/server_usage.ts";
import { ToolError } from "../errors.ts";
import { reportedOutput, serverInput, startedOutput, waitInput, waitOptions } from "./define/inputs.ts";
import { requireKnown } from "./define/known_values.ts";
import { reportAnswer } from "./define/operation_result.ts";
import { countApps, nullIfRefused, onServer, serverFacts, serverFactsIf } from "./questions.ts";
import { serviceHeadline } from "./question_words.ts";
import { namesOfServer, serverOutput, startOnFoundServer, startOnServer } from "./server_work.ts";
import { serverVarnishQuestion } from "./setting_questions.ts";
import { defineAskingTool, defineTool, type Tool } from "./define/tool.ts";
import { appsNamedIn } from "./define/views.ts";

const record = z.looseObject({});
const members = z.record(z.string(), z.unknown());
const startInput = { ...serverInput, ...waitInput };

/** What every report gives, beside the report itself. */
const reportOutput = { ...serverOutput, ...reportedOutput };

const startServer = defineTool({
  name: "start_server",
  title: "Start a server",
  toolset: "servers",
  effect: "write",
  slow: true,
  idempotent: true,
  description: "Starts a stopped server, so that its applications are online again. Takes minutes.",
  input: z.strictObject(startInput),
  output: z.looseObject({ ...serverOutput, ...startedOutput }),
  handler: (input, context) => startOnServer(input, context, { operation: "server_start", path: path`/server/start` }),
});

const [GOES, GO] = ["application goes", "applications go"];

const stopServer = defineAskingTool({
  name: "stop_server",
  title: "Stop a server",
  toolset: "servers",
  effect: "destructive",
  slow: true,
  idempotent: true,
  description: "Stops a server. Every application on it is offline until start_server. A person has to approve it.",
  input: z.strictObject(startInput),
  output: z.looseObject({ ...serverOutput, ...startedOutput }),
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
    startOnFoundServer(server, input, context, { operation: "server_stop", path: path`/server/stop` }),
});

const restartServer = defineAskingTool({
  name: "restart_server",
  title: "Restart a server",
  toolset: "servers",
  effect: "destructive",
  slow: true,
  description: "Restarts a server. Every application on it is offline for some minutes. A person has to approve it. " +
    "For one service use change_service_state.",
  input: z.strictObject(startInput),
  output: z.looseObject({ ...serverOutput, ...startedOutput }),
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
    startOnFoundServer(server, input, context, { operation: "server_restart", path: path`/server/restart` }),
});

const backupServer = defineTool({
  name: "backup_server",
  title: "Back up a server",
  toolset: "servers",
  effect: "write",
  slow: true,
  description: "Backs up all applications of a server now. Takes minutes, in which no other operation can start on " +
    "the server. For one application use backup_app.",
  input: z.strictObject(startInput),
  output: z.looseObject({ ...serverOutput, ...startedOutput }),
  handler: (input, context) =>
    startOnServer(input, context, { operation: "server_backup", path: path`/server/manage/backup` }),
});

const getServerSettings = defineTool({
  name: "get_server_settings",
  title: "Settings of a server",
  toolset: "servers",
  effect: "read",
  description:
    "Shows the settings of a server (PHP limits, MySQL, time zone, TLS versions and so on) and the versions " +
    "of its packages, as Cloudways names them.",
  input: z.strictObject(serverInput),
  output: z.looseObject({ ...serverOutput, settings: record }),
  handler: async (input, { account }) => {
    const server = await account.server(input.server_id);
    const reply = z.looseObject({ settings: z.union([members, z.array(z.unknown()).max(0)]) });
    const query = { server_id: server.id };
    const { settings } = await account.get("server_settings_get", path`/server/manage/settings`, reply, query);
    return { ...namesOfServer(server), settings: { ...settings } };
  },
});

/** In 2017 Cloudways gave reports at once, in `data`. */
const inlineReport = z.looseObject({ data: members.refine((data) => Object.keys(data).length > 0) })
  .transform(({ data }): unknown => data);

const getServerDiskUsage = defineTool({
  name: "get_server_disk_usage",
  title: "Disk use of a server",
  toolset: "servers",
  effect: "read",
  slow: true,
  description: "Reports what fills the disk of a server, by application. Starts work on the server, which takes a " +
    "while; figures without waiting are in get_server_details.",
  input: z.strictObject(startInput),
  output: z.looseObject({
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
      inline: inlineReport.transform(read),
      finished: read,
    }, waitOptions(input.wait_seconds, progress));
    return reportAnswer(namesOfServer(server), report);
  },
});

const CLEANUPS = [
  "remove_app_tmp",
  "remove_app_private_html",
  "rotate_system_log",
  "rotate_app_log",
  "remove_app_local_backup",
] as const;

/** What each of them means for the applications of the server. */
const CLEANED = {
  remove_app_tmp: "The tmp folder of every application on the server is emptied.",
  remove_app_private_html: "The private_html folder of every application on the server is emptied: data of its owner.",
  rotate_system_log: "The server's system logs are rotated: old lines may be gone.",
  rotate_app_log: "The logs of every application on the server are rotated: old lines may be gone.",
  remove_app_local_backup: "The local backups of every application on the server are deleted, with them the copy " +
    "that a restore can be rolled back to.",
} as const satisfies Record<typeof CLEANUPS[number], string>;

const cleanup = (what: string) => z.boolean().default(false).describe(what);

const optimizeServerDisk = defineAskingTool({
  name: "optimize_server_disk",
  title: "Clean up a server's disk",
  toolset: "servers",
  effect: "destructive",
  slow: true,
  description: "Frees disk space on a server by what is set to true, at least one, for all its applications. What is " +
    "removed can't be brought back. A person has to approve it.",
  input: z.strictObject({
    ...serverInput,
    remove_app_tmp: cleanup("Empty the applications' tmp folders."),
    remove_app_private_html: cleanup("Empty the applications' private_html: user data."),
    rotate_system_log: cleanup("Rotate the system logs."),
    rotate_app_log: cleanup("Rotate the applications' logs."),
    remove_app_local_backup: cleanup("Delete the applications' local backups."),
    ...waitInput,
  }).refine((input) => CLEANUPS.some((name) => input[name]), `at least one of ${CLEANUPS.join(", ")} must be true`),
  output: z.looseObject({ ...serverOutput, ...startedOutput, cleaned: z.array(z.string()) }),
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
      ...await startOnFoundServer(server, input, context, work),
      cleaned: CLEANUPS.filter((name) => input[name]),
    };
  },
});

const servicesReply = z.looseObject({
  services: z.looseObject({ status: z.union([members, z.array(z.unknown()).max(0)]) }),
});

/** The services of a server and how they are, and which of them are switched on. */
async function servicesOf(account: CloudwaysAccount, serverId: number) {
  const query = { server_id: serverId };
  const reply = await account.get("service_status", path`/service`, servicesReply, query);
  const { services: { status, ...more } } = reply;
  const all = Object.entries({ ...more, ...status });
  const isSwitch = ([name]: [string, unknown]) => name.endsWith("_enabled");
  return {
    services: Object.fromEntries(all.filter((entry) => !isSwitch(entry))),
    enabled: Object.fromEntries(
      all.filter(isSwitch).map(([name, value]) => [name.replace(/_enabled$/, ""), looseFlag.parse(value)]),
    ),
  };
}

const getServerServicesStatus = defineTool({
  name: "get_server_services_status",
  title: "Services of a server",
  toolset: "servers",
  effect: "read",
  description: "Shows which services of a server run (web server, database, PHP, caches) and which are switched on. " +
    "Gives the names that change_service_state takes.",
  input: z.strictObject(serverInput),
  output: z.looseObject({ ...serverOutput, services: record, enabled: record }),
  handler: async (input, { account }) => {
    const server = await account.server(input.server_id);
    return { ...namesOfServer(server), ...await servicesOf(account, server.id) };
  },
});

const serviceStateReply = z.union([
  z.array(z.unknown()).max(0).transform(() => ({ service_status: undefined })),
  z.looseObject({ service_status: z.looseObject({ status: looseText }).optional().catch(undefined) }),
]);

/** What it means that a service is not there for a moment, or for longer. */
const SERVICE_GONE = {
  stop: [
    "What needs the service fails until somebody starts it again: without web server, PHP or database every " +
    "application on the server.",
    "It can be undone by starting the service. What a cache holds in memory alone is lost.",
  ],
  restart: [
    "What needs the service fails for some seconds: without web server, PHP or database every application on the " +
    "server.",
    "A restart that has begun can't be called off. What a cache holds in memory alone is lost.",
  ],
} as const;

const changeServiceState = defineAskingTool({
  name: "change_service_state",
  title: "Start, stop or restart a service",
  toolset: "servers",
  effect: "destructive",
  description: "Starts, stops or restarts one service of a server, at once. A stop takes what depends on the service " +
    "offline; stop and restart need a person's approval.",
  input: z.strictObject({
    ...serverInput,
    service: z.string().regex(/^[a-z][a-z0-9.-]{0,39}$/, "must be a service's name, such as nginx or php8.2-fpm")
      .describe("As get_server_services_status names it: nginx, mysql, php8.2-fpm."),
    action: z.enum(["start", "stop", "restart"]).describe("What to do."),
  }),
  formerly: { state: { name: "action" } },
  output: z.looseObject({
    ...serverOutput,
    service: z.string(),
    action: z.string(),
    service_status: z.string().nullable().describe("As Cloudways gives it afterwards."),
  }),
  facts: async (input, context) => {
    const facts = await serverFacts(input, context);
    const status = await servicesOf(context.account, facts.server.id).catch((error) => nullIfRefused(error));
    const known = Object.keys(status?.services ?? {}).sort();
    requireKnown(input.service, { argument: "service", what: "service of this server", known });
    return facts;
  },
  question(facts, { service, action }) {
    if (action === "start") return undefined;
    return {
      headline: serviceHeadline(action, service, facts),
      ...onServer(facts),
      consequences: SERVICE_GONE[action],
      facts: [{ name: "Service", values: [service], isFirst: true }],
    };
  },
  handler: async ({ service, action }, { account }, { server }) => {
    const { service_status } = await account.write({
      operation: "service_state_update",
      method: "POST",
      path: path`/service/state`,
      form: { server_id: server.id, service, state: action },
      reply: serviceStateReply,
    });
    return { ...namesOfServer(server), service, action, service_status: service_status?.status ?? null };
  },
});

const manageServerVarnish = defineAskingTool({
  name: "manage_server_varnish",
  title: "Switch a server's Varnish",
  toolset: "servers",
  effect: "destructive",
  idempotent: true,
  description:
    "Turns the Varnish cache of a whole server on or off, or purges it, at once. Off and purge slow all its " +
    "sites, so they ask first. For one application use manage_app_varnish.",
  input: z.strictObject({ ...serverInput, action: z.enum(["enable", "disable", "purge"]).describe("What to do.") }),
  output: z.looseObject({ ...serverOutput, action: z.string(), message: z.string() }),
  facts: (input, context) => serverFactsIf(input.action !== "enable", input, context),
  question: (facts, { action }) => action === "enable" ? undefined : serverVarnishQuestion(facts, action),
  handler: async ({ action }, { account }, { server }) => {
    const form = { server_id: server.id, action };
    const request = { operation: "varnish_manage", method: "POST", path: path`/service/varnish`, form } as const;
    await account.write({ ...request, reply: doneReply });
    return { ...namesOfServer(server), action, message: "Done." };
  },
});

/** A name of the time zone database. Offsets such as `+02:00` are none, though the platform would know them. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) return false;
  try {
    Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function finishedGraph(result: unknown) {
  const graph = graphReply.safeParse(result).data;
  if (graph !== undefined) return { series: describeGraph(graph) };
  throw new ToolError("upstream_error", "Cloudways' graph is finished, but its form is not the expected one.", {
    hint: "Try again in a moment. If it stays, report it to the operator of this server.",
  });
}

const getServerMonitoringDetail = defineTool({
  name: "get_server_monitoring_detail",
  title: "Graph of a server",
  toolset: "servers",
  effect: "read",
  slow: true,
  description:
    "Shows one figure of a server over time: points with min, mean, max and last. Use it to see when load, " +
    "memory or disk changed. May start work on the server.",
  input: z.strictObject({
    ...serverInput,
    target: z.enum(GRAPH_TARGETS).describe("Which figure. Free Disk has (Data) and (DB) on amazon and gce alone."),
    duration: z.enum(["1 Hour", "12 Hours", "1 Day", "7 Days", "1 Month"]).describe("How far to look back."),
    timezone: z.string().refine(isTimeZone, "must be a time zone's name, such as Europe/Berlin").default("UTC")
      .describe("For Cloudways' reckoning: Europe/Berlin. Times in the answer are UTC."),
    ...waitInput,
  }),
  output: z.looseObject({
    ...reportOutput,
    target: z.string(),
    duration: z.string(),
    timezone: z.string(),
    series: z.array(record).optional(),
  }),
  handler: async ({ server_id, target, duration, timezone, wait_seconds }, { account, progress }) => {
    const server = await account.server(server_id);
    requireKnown(target, { argument: "target", what: "figure of a server at this provider", known: targetsOf(server) });
    const report = await account.report({
      operation: "monitoring_server_graph",
      path: path`/server/monitor/detail`,
      query: { server_id: server.id, target, duration, timezone, output_format: "json" },
      inline: graphReply.transform((graph) => ({ series: describeGraph(graph) })),
      finished: finishedGraph,
    }, waitOptions(wait_seconds, progress));
    return { ...reportAnswer(namesOfServer(server), report), target, duration, timezone };
  },
});

const getServerAnalytics = defineTool({
  name: "get_server_analytics",
  title: "Load of a server by application",
  toolset: "servers",
  effect: "read",
  slow: true,
  description:
    "Reports how much CPU and memory each application of a server uses now, and the server's own load. Use " +
    "it to find which application slows a server down. Starts work on the server.",
  input: z.strictObject(startInput),
  output: z.looseObject({ ...reportOutput, report: record.optional() }),
  handler: async (input, { account, progress }) => {
    const server = await account.server(input.server_id);
    const read = (result: unknown) => ({ report: readServerUsage(result, knownApps(server)) });
    const report = await account.report({
      operation: "monitoring_server_usage",
      path: path`/server/analytics/serverUsage`,
      query: { server_id: server.id },
      inline: inlineReport.transform(read),
      finished: read,
    }, waitOptions(input.wait_seconds, progress));
    return reportAnswer(namesOfServer(server), report);
  },
});

/** In the order in which they are listed here; the catalogue sorts. */
export const serversTools: readonly Tool[] = [
  startServer,
  stopServer,
  restartServer,
  backupServer,
  getServerSettings,
  getServerDiskUsage,
  optimizeServerDisk,
  getServerServicesStatus,
  changeServiceState,
  manageServerVarnish,
  getServerMonitoringDetail,
  getServerAnalytics,
];
