import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  inputRequired,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Caller } from "../identity/caller.ts";
import type { Clock } from "../async/clock.ts";
import type { Secrets } from "../text/redaction/hider.ts";
import { safeText } from "../text/safe.ts";
import type { Logger } from "../telemetry/log.ts";
import { SERVER_NAME, VERSION } from "../version.ts";
import { CallProgress, type ToldProgress } from "./progress.ts";
import type { Catalogue } from "../calls/catalogue.ts";
import type { Dispatcher, ToolCall } from "../calls/dispatch.ts";
import { type Answer, ANSWER_KEY, elicitationModes, inputRequestOf } from "../confirm/elicitation.ts";
import { INSTRUCTIONS } from "./instructions.ts";
import { memberOf } from "../text/member.ts";
import type { ClientSession } from "../identity/client_session.ts";
import { ProtocolServer } from "./protocol_server.ts";
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
    const progress = progressOf(context, dispatcher.clock, scope.caller.secrets);
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
      progress: (message, done, total) => progress?.tell(message, done, total),
    };
    const work = envelope === undefined
      ? dispatcher.hold(callAndAsk(dispatcher, call, server, context))
      : callOnce(dispatcher, call);
    return await (progress?.during(work) ?? work);
  });
  return server;
}

/** Carries out a call of 2026-07-28, which ends with a question where there is one. */
async function callOnce(dispatcher: Dispatcher, call: ToolCall) {
  const outcome = await dispatcher.call(call);
  if (outcome.kind === "result") return outcome.result;
  const { question } = outcome;
  return inputRequired({
    inputRequests: { [ANSWER_KEY]: inputRequestOf(question) },
    requestState: question.state,
  });
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

/** Undefined for a client that did not ask for it. */
function progressOf({ mcpReq }: ServerContext, clock: Clock, secrets: Secrets): CallProgress | undefined {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  const send = ({ message, ...told }: ToldProgress) => {
    const params = { progressToken, ...told, message: safeText(message, { secrets, maxLength: 200 }) };
    // A client that is gone is noticed by the signal; its progress is of no use to anybody.
    mcpReq.notify({ method: "notifications/progress", params }).catch(() => {});
  };
  return new CallProgress({ clock, send });
}

const clientInfo = z.object({ name: z.string(), version: z.string() });

function clientName(given: unknown, caller: Caller): string | undefined {
  const client = clientInfo.safeParse(given).data;
  if (client === undefined) return undefined;
  return safeText(`${client.name} ${client.version}`, { secrets: caller.secrets, maxLength: 60 });
}
