/** The services of a server, and its Varnish cache. */
import * as z from "zod";
import { doneReply, looseText, statedText } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { serverInput } from "../define/inputs.ts";
import { requireKnown } from "../define/known_values.ts";
import { record } from "../define/outputs.ts";
import { serviceHeadline } from "../define/question_words.ts";
import { nullIfNotRead, nullIfRefused, onServer, serverFacts } from "../define/questions.ts";
import { readServices } from "../define/server_services.ts";
import { namesOfServer, serverOutput } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";
import { serverVarnishQuestion } from "../define/varnish_questions.ts";

const getServerServicesStatus = defineTool({
  name: "get_server_services_status",
  title: "Services of a server",
  toolset: "servers",
  effect: "read",
  description: "Shows which services of a server run (web server, database, PHP, caches) and which are switched on. " +
    "Gives the names that change_service_state takes.",
  input: () => z.strictObject(serverInput),
  output: () => z.looseObject({ ...serverOutput, services: record, enabled: record }),
  handler: async (input, { account }) => {
    const server = await account.server(input.server_id);
    return { ...namesOfServer(server), ...await readServices(account, server.id) };
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
  input: () =>
    z.strictObject({
      ...serverInput,
      service: z.string().regex(/^[a-z][a-z0-9.-]{0,39}$/, "must be a service's name, such as nginx or php8.2-fpm")
        .describe("As get_server_services_status names it: nginx, mysql, php8.2-fpm."),
      action: z.enum(["start", "stop", "restart"]).describe("What to do."),
    }),
  formerly: { state: { name: "action" } },
  output: () =>
    z.looseObject({
      ...serverOutput,
      service: z.string(),
      action: z.string(),
      service_status: z.string().nullable().describe("As Cloudways gives it afterwards."),
    }),
  facts: async (input, context) => {
    const facts = await serverFacts(input, context);
    const status = await readServices(context.account, facts.server.id).catch((error) => nullIfRefused(error));
    const known = Object.keys(status?.services ?? {}).sort();
    requireKnown(input.service, { argument: "service", what: "service of this server", known });
    return { ...facts, now: statedText.safeParse(status?.services[input.service]).data ?? null };
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
  undo: {
    state: ({ now }) => ({ "State of the service": now }),
    about: onServer,
    reverse: (_before, { server, now }, { service, action }, { service_status }) => {
      // A restart leaves it as it was.
      if (action === "restart") return { after: {} };
      const back = now === "running" ? "start" : now === "stopped" ? "stop" : undefined;
      return {
        after: { "State of the service": service_status ?? (action === "start" ? "running" : "stopped") },
        arguments: back && { server_id: server.id, service, action: back },
      };
    },
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
  input: () =>
    z.strictObject({ ...serverInput, action: z.enum(["enable", "disable", "purge"]).describe("What to do.") }),
  output: () => z.looseObject({ ...serverOutput, action: z.string(), message: z.string() }),
  facts: async (input, context) => {
    const facts = await serverFacts(input, context);
    if (input.action === "purge") return { ...facts, isOn: null };
    const status = await readServices(context.account, facts.server.id).catch(nullIfNotRead);
    return { ...facts, isOn: status?.enabled.varnish ?? null };
  },
  question: (facts, { action }) => action === "enable" ? undefined : serverVarnishQuestion(facts, action),
  handler: async ({ action }, { account }, { server }) => {
    const form = { server_id: server.id, action };
    const request = { operation: "varnish_manage", method: "POST", path: path`/service/varnish`, form } as const;
    await account.write({ ...request, reply: doneReply });
    return { ...namesOfServer(server), action, message: "Done." };
  },
  undo: {
    state: ({ isOn }) => ({ "Varnish cache of the server": isOn }),
    about: onServer,
    reverse: (_before, { server, isOn }, { action }) => ({
      after: action === "purge" ? {} : { "Varnish cache of the server": action === "enable" },
      arguments: isOn === null ? undefined : { server_id: server.id, action: isOn ? "enable" : "disable" },
    }),
  },
});

/** The tools of this file. */
export const servicesTools: readonly Tool[] = [getServerServicesStatus, changeServiceState, manageServerVarnish];
