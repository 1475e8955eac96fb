/** Starting work at Cloudways on a server or an application, and waiting for it. */
import type { StartedWork, WriteRequest } from "../../cloudways/account.ts";
import type { Fields } from "../../cloudways/http.ts";
import type { ServerRecord } from "../../cloudways/models.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import { waitOptions } from "./inputs.ts";
import { idsOf, namesOf, namesOfServer } from "./targets.ts";
import type { ToolContext } from "./tool.ts";

/** The request that starts work on one server or application, without their ids. */
export interface Work extends Pick<WriteRequest<unknown>, "operation" | "path"> {
  /** Defaults to `POST`. */
  method?: "POST" | "PUT" | "DELETE";
  fields?: Fields;
}

/** The input of every tool that starts work. */
interface WaitInput {
  wait_seconds: number;
}

/** The state of the work, and what it blocks meanwhile. */
type StartedAnswer = StartedWork & { blocks?: string };

/** Starts work on an application and waits for it. The answer names the application. */
export async function startOnApp(found: FoundApp, input: WaitInput, context: ToolContext, work: Work) {
  return { ...namesOf(found), ...await start(found.server, idsOf(found), input, context, work) };
}

/** Starts work on a server and waits for it. The answer names the server. */
export async function startOnServer(server: ServerRecord, input: WaitInput, context: ToolContext, work: Work) {
  return { ...namesOfServer(server), ...await start(server, { server_id: server.id }, input, context, work) };
}

async function start(
  server: ServerRecord,
  ids: Fields,
  input: WaitInput,
  { account, progress }: ToolContext,
  { operation, path, method = "POST", fields }: Work,
): Promise<StartedAnswer> {
  const request = { operation, method, path, form: { ...ids, ...fields } };
  const started = await account.start(request, waitOptions(input.wait_seconds, progress));
  return { ...started, ...blocks(server, started) };
}

/** Says that other work can't start on the server meanwhile; nothing if the work was done at once. */
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
