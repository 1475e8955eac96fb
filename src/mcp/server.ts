import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  inputRequired,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Caller } from "../caller.ts";
import { safeText, type Secrets } from "../redaction.ts";
import type { Logger } from "../telemetry/log.ts";
import { SERVER_NAME, VERSION } from "../version.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Dispatcher, ToolCall } from "./dispatch.ts";
import { type Answer, ANSWER_KEY, elicitationModes, inputRequestOf } from "./elicitation.ts";
import { INSTRUCTIONS } from "./instructions.ts";
import { memberOf } from "./json_rpc.ts";
import { ProtocolServer } from "./protocol_server.ts";
import type { ClientSession } from "./session_id.ts";
import { callAndAsk } from "./waiting_call.ts";

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
 *
 * @param session Where the client has one.
 */
export function createProtocolServer(
  catalogue: Catalogue,
  dispatcher: Dispatcher,
  scope: CallScope,
  session?: ClientSession,
): Server {
  const hint = { ttlMs: LIST_TTL_MS, cacheScope: "private" } as const;
  const server = new ProtocolServer({ name: SERVER_NAME, title: "Cloudways", version: VERSION }, {
    capabilities: { tools: {} },
    instructions: INSTRUCTIONS,
    cacheHints: { "tools/list": hint, "server/discover": hint },
  }, {
    secrets: scope.caller.secrets,
    onUnexpected: (error) => scope.log.error("internal error", { error }),
  });
  server.setRequestHandler("tools/list", () => ({ tools: catalogue.list(scope.caller) }));
  server.setRequestHandler("tools/call", async ({ params }, context) => {
    const { envelope, signal } = context.mcpReq;
    const { caller, log } = scopeOfCall(scope);
    const client = clientName(memberOf(envelope, CLIENT_INFO_META_KEY) ?? server.getClientVersion(), scope.caller);
    const call: ToolCall = {
      name: params.name,
      args: server.sentArguments(context),
      caller,
      client,
      session,
      modes: elicitationModes(memberOf(envelope, CLIENT_CAPABILITIES_META_KEY) ?? server.getClientCapabilities()),
      answer: answerOf(context),
      signal,
      log: log.with({ client }),
      progress: progressOf(context, scope.caller.secrets),
    };
    if (envelope === undefined) return await dispatcher.hold(callAndAsk(dispatcher, call, server, context));
    const outcome = await dispatcher.call(call);
    if (outcome.kind === "result") return outcome.result;
    const { question } = outcome;
    return inputRequired({
      inputRequests: { [ANSWER_KEY]: inputRequestOf(question) },
      requestState: question.state,
    });
  });
  return server;
}

/** A connection over stdio serves many calls, which logs, records and errors have to tell apart. */
function scopeOfCall(scope: CallScope): CallScope {
  if (scope.caller.transport !== "stdio") return scope;
  const requestId = crypto.randomUUID();
  return { caller: { ...scope.caller, requestId }, log: scope.log.with({ request_id: requestId }) };
}

/** What a client of 2026-07-28 brings back with the call that it makes again. */
function answerOf({ mcpReq }: ServerContext): Answer | undefined {
  const state = mcpReq.requestState<unknown>();
  return typeof state === "string" ? { state, reply: mcpReq.inputResponses?.[ANSWER_KEY] } : undefined;
}

function progressOf({ mcpReq }: ServerContext, secrets: Secrets): ToolCall["progress"] {
  const progressToken = mcpReq._meta?.progressToken;
  return (text, done, total) => {
    if (progressToken === undefined) return;
    const message = safeText(text, { secrets, maxLength: 200 });
    const progress = { progressToken, progress: done, total, message };
    // A client that is gone is noticed by the signal; its progress is of no use to anybody.
    mcpReq.notify({ method: "notifications/progress", params: progress }).catch(() => {});
  };
}

const clientInfo = z.object({ name: z.string(), version: z.string() });

function clientName(given: unknown, caller: Caller): string | undefined {
  const client = clientInfo.safeParse(given).data;
  if (client === undefined) return undefined;
  return safeText(`${client.name} ${client.version}`, { secrets: caller.secrets, maxLength: 60 });
}
