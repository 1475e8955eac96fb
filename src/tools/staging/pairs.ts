/** Staging copies, each with the live application it was made from. */
import * as z from "zod";
import { knownApps, looseList, looseText, type ServerRecord, tiedId } from "../../cloudways/models.ts";
import { momentOf } from "../../cloudways/restore_points.ts";
import { type FoundApp, ListedServers } from "../../cloudways/server_listing.ts";
import { ToolError } from "../../errors.ts";
import type { ToolContext } from "../define/tool.ts";

/** A staging copy and its live application. */
export interface StagingPair {
  copy: FoundApp;
  live: FoundApp;
}

/** The live application of a staging copy. `not_told`: Cloudways doesn't say which it is, or which applications there are. */
export type LiveApp =
  | { state: "found"; found: FoundApp }
  | { state: "gone"; id: number }
  | { state: "not_told"; id: number | null };

/** Whether an application was made from another, as a staging copy or by an ordinary clone, and from which. */
export function sourceIdOf({ app }: FoundApp): number | null {
  return tiedId(app.source_app_id);
}

/** Every staging copy of some servers. */
export function stagingCopies(servers: readonly ServerRecord[]): FoundApp[] {
  return servers.flatMap((server) => knownApps(server).filter((app) => app.is_staging).map((app) => ({ app, server })));
}

/** The live application of a staging copy, among all servers of the account. */
export function liveAppOf(listed: ListedServers, copy: FoundApp): LiveApp {
  const id = sourceIdOf(copy);
  if (id === null) return { state: "not_told", id };
  const found = listed.appIfListed(id);
  if (found !== undefined) return { state: "found", found };
  return listed.servers.some(({ apps }) => apps === null) ? { state: "not_told", id } : { state: "gone", id };
}

/**
 * Lets staging copies pass.
 *
 * @throws {ToolError} `invalid_arguments` for any other application.
 */
export function requireStaging<Found extends FoundApp>(found: Found): Found {
  if (found.app.is_staging) return found;
  const problem = "is no staging application";
  throw new ToolError("invalid_arguments", `app_id: application ${found.app.id} ${problem}.`, {
    hint: "Nothing was done, and nobody was asked. list_staging_apps shows the staging applications.",
    details: { problems: [{ argument: "app_id", problem }] },
    done: "nothing",
  });
}

/**
 * Reads a staging copy and its live application, past every cache.
 *
 * @throws {ToolError} `invalid_arguments` where the application is no staging copy; `not_found` where its live one is
 * not known; `upstream_busy` where the copy may be gone before the call ends.
 */
export async function currentPair(
  input: { app_id: number; server_id?: number | undefined },
  { account, clock }: ToolContext,
): Promise<StagingPair> {
  const listed = new ListedServers(await account.currentServers(), clock.now());
  const copy = requireStaging(listed.app(input.app_id, input.server_id));
  const live = liveAppOf(listed, copy);
  if (live.state !== "found") throw noLiveApp(copy);
  if (isPerhapsTemporary(copy)) throw perhapsTemporary(copy);
  return { copy, live: live.found };
}

const operationRecord = z.looseObject({ is_completed: looseText.catch(""), created_at: looseText.catch("") });

/**
 * Whether a staging copy was made since an operation began that still runs on its server. A run of SafeUpdates makes one
 * for itself, and deletes it at its end.
 */
export function isPerhapsTemporary({ app, server }: FoundApp): boolean {
  const operations = looseList(operationRecord).safeParse(server.operations).data ?? [];
  const madeAt = momentOf(app.created_at) ?? 0;
  return operations.some(({ is_completed, created_at }) =>
    is_completed === "0" && madeAt >= (momentOf(created_at) ?? Infinity)
  );
}

function noLiveApp({ app }: FoundApp): ToolError {
  return new ToolError("not_found", `The live application of staging application ${app.id} is not in this account.`, {
    hint: "Nothing was done, and nobody was asked: there is nothing to push to or pull from. It may have been deleted.",
    details: { app_id: app.id, source_app_id: tiedId(app.source_app_id) },
    done: "nothing",
  });
}

function perhapsTemporary({ app, server }: FoundApp): ToolError {
  return new ToolError("upstream_busy", `Staging application ${app.id} may be a temporary copy of a running update.`, {
    hint:
      `Nothing was done, and nobody was asked. Wait until the operation on server ${server.id} has ended, then look ` +
      "at list_staging_apps again.",
    details: { app_id: app.id, server_id: server.id },
    done: "nothing",
  });
}
