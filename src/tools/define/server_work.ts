/** What the tools for one server share: naming it, starting work on it. */
import { z } from "zod";
import type { StartedWork, WriteRequest } from "../../cloudways/account.ts";
import type { Fields } from "../../cloudways/http.ts";
import type { ServerRecord } from "../../cloudways/models.ts";
import { waitOptions } from "./inputs.ts";
import type { ToolContext } from "./tool.ts";

/** Which server an answer speaks of. */
export const serverOutput = { server_id: z.number(), server_label: z.string() };

/** The members of {@linkcode serverOutput}. */
export function namesOfServer({ id, label }: ServerRecord): z.output<z.ZodObject<typeof serverOutput>> {
  return { server_id: id, server_label: label };
}

/** What the input of every tool holds that starts work on a server. */
export interface ServerCall {
  server_id: number;
  wait_seconds: number;
}

/** Work on one server, without the server's id, which is always the same. */
export interface ServerWork extends Pick<WriteRequest<unknown>, "operation" | "path"> {
  fields?: Fields;
}

/** What else can't start on a server because of work on it; nothing where the work was done at once. */
export function blocks(
  { id }: Pick<ServerRecord, "id">,
  { operation_id, status }: Pick<StartedWork, "operation_id" | "status">,
): { blocks?: string } {
  if (operation_id === null) return {};
  const blocks = status === "running"
    ? `Until it ends, other changes to server ${id} are refused with upstream_busy.`
    : `While it ran, other changes to server ${id} were refused. It has ended.`;
  return { blocks };
}

/** Starts work on one server, waits for it, and says on which it was. */
export async function startOnServer(input: ServerCall, context: ToolContext, work: ServerWork) {
  return await startOnFoundServer(await context.account.server(input.server_id), input, context, work);
}

/** Like {@linkcode startOnServer}, on the server that a question was about. */
export async function startOnFoundServer(
  server: ServerRecord,
  input: Pick<ServerCall, "wait_seconds">,
  { account, progress }: ToolContext,
  { operation, path, fields }: ServerWork,
) {
  const request = { operation, method: "POST", path, form: { server_id: server.id, ...fields } } as const;
  const started = await account.start(request, waitOptions(input.wait_seconds, progress));
  return { ...namesOfServer(server), ...started, ...blocks(server, started) };
}
