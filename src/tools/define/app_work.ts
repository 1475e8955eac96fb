/** What the tools for one application share: finding it, naming it, starting work on it. */
import { z } from "zod";
import type { WriteRequest } from "../../cloudways/account.ts";
import type { Fields } from "../../cloudways/http.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { waitOptions } from "./inputs.ts";
import { blocks, namesOfServer, serverOutput } from "./server_work.ts";
import type { ToolContext } from "./tool.ts";

/** Which application an answer speaks of. */
export const appOutput = {
  app_id: z.number(),
  app_label: z.string(),
  ...serverOutput,
};

/** The members of {@linkcode appOutput}. */
export function namesOf({ app, server }: FoundApp): z.output<z.ZodObject<typeof appOutput>> {
  return { app_id: app.id, app_label: app.label, ...namesOfServer(server) };
}

/** The ids that Cloudways wants with every request about an application. */
export function idsOf({ app, server }: FoundApp): { server_id: number; app_id: number } {
  return { server_id: server.id, app_id: app.id };
}

/** What the input of every tool holds that starts work on an application. */
export interface AppCall {
  app_id: number;
  server_id?: number | undefined;
  wait_seconds: number;
}

/** Work on one application, without the ids, which are always the same. */
export interface AppWork extends Pick<WriteRequest<unknown>, "operation" | "path"> {
  /** Defaults to `POST`. */
  method?: "POST" | "DELETE";
  fields?: Fields;
}

/** Starts work on one application, waits for it, and says on which it was. */
export async function startOnApp(input: AppCall, context: ToolContext, work: AppWork) {
  return await startOnFound(await context.account.app(input.app_id, input.server_id), input, context, work);
}

/** Like {@linkcode startOnApp}, on the application that a question was about. */
export async function startOnFound(
  found: FoundApp,
  input: Pick<AppCall, "wait_seconds">,
  { account, progress }: ToolContext,
  work: AppWork,
) {
  const { operation, path, method = "POST", fields } = work;
  const request = { operation, method, path, form: { ...idsOf(found), ...fields } };
  const started = await account.start(request, waitOptions(input.wait_seconds, progress));
  return { ...namesOf(found), ...started, ...blocks(found.server, started) };
}
