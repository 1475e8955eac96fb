/** The caches of an application. */
import * as z from "zod";
import { doneReply, idNumber } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { ToolError } from "../../errors.ts";
import { readAppVarnish } from "../define/app_varnish.ts";
import { appInput, waitInput, waitOptions } from "../define/inputs.ts";
import { record, startedOutput } from "../define/outputs.ts";
import { appFactsIf, nullIfNotRead, onApp } from "../define/questions.ts";
import { blocks, startOnApp } from "../define/start.ts";
import { appOutput, idsOf, namesOf } from "../define/targets.ts";
import { defineAskingTool, defineTool, type Tool } from "../define/tool.ts";
import { appVarnishOffQuestion } from "../define/varnish_questions.ts";

/** What a busy server says of the work that runs there. */
const busyWith = z.object({
  operation: z.object({
    operation_id: z.string().min(1),
    type: z.string(),
    server_id: idNumber.nullish().catch(null),
    app_id: idNumber.nullish().catch(null),
  }),
});

/**
 * The purge that keeps this application's server busy, where there is one. The purge of another application, if it says
 * that it is one, leaves this one's cache as it is and so can't stand for it.
 */
function runningPurge(error: unknown, { app, server }: FoundApp): string | undefined {
  if (!(error instanceof ToolError) || error.code !== "upstream_busy") return undefined;
  const running = busyWith.safeParse(error.details).data?.operation;
  if (running === undefined || running.type !== "purge_app_cache") return undefined;
  const onServer = (running.server_id ?? server.id) === server.id;
  return onServer && (running.app_id || app.id) === app.id ? running.operation_id : undefined;
}

const clearAppCache = defineTool({
  name: "clear_app_cache",
  title: "Clear an application's caches",
  toolset: "apps",
  effect: "write",
  undo: { none: "a cache fills by itself" },
  idempotent: true,
  description: "Clears every cache of an application. Use it when visitors see old content. Where a purge is already " +
    "running, it waits for that one (joined: true).",
  input: () => z.strictObject({ ...appInput, ...waitInput }),
  output: () => z.looseObject({ ...appOutput, ...startedOutput, joined: z.boolean() }),
  handler: async (input, context) => {
    const { account, progress } = context;
    const found = await account.app(input.app_id, input.server_id);
    try {
      const work = { operation: "app_purge_cache", path: path`/app/cache/purge` };
      return { ...await startOnApp(found, input, context, work), joined: false };
    } catch (error) {
      const running = runningPurge(error, found);
      if (running === undefined) throw error;
      const options = waitOptions(input.wait_seconds, progress);
      const joined = await account.follow({ operationId: running, said: "" }, null, options);
      return { ...namesOf(found), ...joined, ...blocks(found.server, joined), joined: true };
    }
  },
});

const getAppVarnishSettings = defineTool({
  name: "get_app_varnish_settings",
  title: "Varnish of an application",
  toolset: "apps",
  effect: "read",
  description: "Shows whether the Varnish cache is on for an application (varnish_app_enabled) and which URLs and " +
    "cookies are left out of it (vcl_list).",
  input: () => z.strictObject(appInput),
  output: () =>
    z.looseObject({
      ...appOutput,
      varnish_app_enabled: z.boolean().nullable(),
      varnish_enabled: z.boolean().nullable(),
      vcl_list: z.array(record),
    }),
  handler: async (input, { account }) => {
    const found = await account.app(input.app_id, input.server_id);
    return { ...await readAppVarnish(account, found), ...namesOf(found) };
  },
});

const manageAppVarnish = defineAskingTool({
  name: "manage_app_varnish",
  title: "Switch an application's Varnish",
  toolset: "apps",
  effect: "destructive",
  idempotent: true,
  description:
    "Turns the Varnish cache of one application on or off, or purges it. Works at once. Off asks first. To " +
    "clear every cache use clear_app_cache; for the whole server manage_server_varnish.",
  input: () => z.strictObject({ ...appInput, action: z.enum(["enable", "disable", "purge"]).describe("What to do.") }),
  output: () => z.looseObject({ ...appOutput, action: z.string(), message: z.string() }),
  facts: async (input, context) => {
    const facts = await appFactsIf(input.action !== "purge", input, context);
    if (input.action === "purge") return { ...facts, isOn: null };
    const varnish = await readAppVarnish(context.account, facts).catch(nullIfNotRead);
    return { ...facts, isOn: varnish?.varnish_app_enabled ?? null };
  },
  question: (facts, { action }) => action === "disable" ? appVarnishOffQuestion(facts) : undefined,
  handler: async ({ action }, { account }, found) => {
    const form = { ...idsOf(found), action };
    const request = { operation: "varnish_app_manage", method: "POST", path: path`/service/appVarnish`, form } as const;
    await account.write({ ...request, reply: doneReply });
    const message = action === "purge" ? "Done. It blocks nothing; pages are slower until the cache fills." : "Done.";
    return { ...namesOf(found), action, message };
  },
  undo: {
    state: ({ isOn }) => ({ "Varnish cache": isOn }),
    about: onApp,
    reverse: (_before, { app, isOn }, { action }) => ({
      after: action === "purge" ? {} : { "Varnish cache": action === "enable" },
      arguments: isOn === null ? undefined : { app_id: app.id, action: isOn ? "enable" : "disable" },
    }),
  },
});

/** The tools of this file. */
export const cachesTools: readonly Tool[] = [clearAppCache, getAppVarnishSettings, manageAppVarnish];
