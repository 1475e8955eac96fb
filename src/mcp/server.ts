import { type Implementation, Server } from "@modelcontextprotocol/server";
import type { Caller } from "../caller.ts";
import type { Logger } from "../telemetry/log.ts";
import { cleanText } from "../text.ts";
import { SERVER_NAME, VERSION } from "../version.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Dispatcher } from "./dispatch.ts";
import { INSTRUCTIONS } from "./instructions.ts";

/** On whose behalf a protocol server works: one request over HTTP, one connection over stdio. */
export interface CallScope {
  caller: Caller;
  /** Carries the request id and the customer, and hides the caller's credentials. */
  log: Logger;
}

/** How long clients of 2026-07-28 may keep the list of tools; it changes only with a release. */
const LIST_TTL_MS = 5 * 60_000;

/**
 * Makes a protocol server for one scope: cheap enough to make per request, since everything it shows was made at
 * start.
 */
export function createProtocolServer(catalogue: Catalogue, dispatcher: Dispatcher, scope: CallScope): Server {
  const hint = { ttlMs: LIST_TTL_MS, cacheScope: "private" } as const;
  const server = new Server({ name: SERVER_NAME, title: "Cloudways", version: VERSION }, {
    capabilities: { tools: {} },
    instructions: INSTRUCTIONS,
    cacheHints: { "tools/list": hint, "server/discover": hint },
  });
  server.setRequestHandler("tools/list", () => ({ tools: catalogue.list(scope.caller) }));
  server.setRequestHandler("tools/call", ({ params }, context) => {
    const progressToken = context.mcpReq._meta?.progressToken;
    return dispatcher.call({
      name: params.name,
      args: params.arguments ?? {},
      caller: scope.caller,
      signal: context.mcpReq.signal,
      log: scope.log.with({ client: clientName(server.getClientVersion()) }),
      progress: (message, done, total) => {
        if (progressToken === undefined) return;
        const progress = { progressToken, progress: done, total, message: cleanText(message, { maxLength: 200 }) };
        // A client that is gone is noticed by the signal; its progress is of no use to anybody.
        context.mcpReq.notify({ method: "notifications/progress", params: progress }).catch(() => {});
      },
    });
  });
  return server;
}

function clientName(client: Implementation | undefined): string | undefined {
  return client === undefined ? undefined : cleanText(`${client.name} ${client.version}`, { maxLength: 60 });
}
