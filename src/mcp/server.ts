import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  inputRequired,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { type Bounds, viewOf } from "../identity/bounds.ts";
import type { Caller } from "../identity/caller.ts";
import type { Clock } from "../async/clock.ts";
import type { Secrets } from "../text/redaction/hider.ts";
import { safeText } from "../text/safe.ts";
import type { Logger } from "../telemetry/log.ts";
import { SERVER_INFO } from "../version.ts";
import { CallProgress, type ProgressUpdate } from "./progress.ts";
import type { Catalogue } from "../calls/catalogue.ts";
import type { CallOutcome, Dispatcher } from "../calls/dispatch.ts";
import type { ToolCall } from "../calls/tool_call.ts";
import type { Prompts } from "../prompts/prompts.ts";
import { type Answer, ANSWER_KEY, elicitationModes, inputRequestOf } from "../confirm/elicitation.ts";
import { INSTRUCTIONS } from "./instructions.ts";
import type { LeanOffer } from "./lean_path.ts";
import { memberOf } from "../text/member.ts";
import type { ClientSession } from "../identity/client_session.ts";
import { ProtocolServer } from "./protocol_server.ts";
import { callAndAsk } from "./waiting_call.ts";

/** The caller that a protocol server works for, and the log: of one HTTP request, or of one stdio connection. */
export interface CallScope {
  caller: Caller;
  /** Adds the request id and the customer to each line, and hides the caller's credentials. */
  log: Logger;
}

/** What a protocol server offers. */
export interface Offer {
  catalogue: Catalogue;
  prompts: Prompts;
  dispatcher: Dispatcher;
}

/** How long 2026 clients may keep the lists; they change only with a release. */
const LIST_TTL_MS = 5 * 60_000;

/**
 * Makes the protocol server of one scope. This is cheap enough for every request, since schemas and lists are made
 * once, at start.
 *
 * @param session The client's session, if it has one.
 */
export function createProtocolServer(
  { catalogue, prompts, dispatcher }: Offer,
  scope: CallScope,
  session?: ClientSession,
): Server {
  const hint = { ttlMs: LIST_TTL_MS, cacheScope: "private" } as const;
  const server = new ProtocolServer(SERVER_INFO, {
    capabilities: { tools: {}, prompts: {} },
    instructions: INSTRUCTIONS,
    cacheHints: { "tools/list": hint, "prompts/list": hint, "server/discover": hint },
  }, {
    secrets: scope.caller.secrets,
    onUnexpected: (error) => scope.log.error("internal error", { error }),
  });
  server.setRequestHandler("tools/list", () => ({ tools: catalogue.list(scope.caller) }));
  server.setRequestHandler("prompts/list", () => ({ prompts: prompts.list(scope.caller) }));
  server.setRequestHandler("prompts/get", ({ params }) => prompts.get(params, scope.caller));
  server.setRequestHandler("tools/call", async ({ params }, context) => {
    const { envelope, signal } = context.mcpReq;
    const own = scopeOfCall(scope);
    const progress = progressOf(context, dispatcher.clock, scope.caller.secrets);
    const call = toolCall(own, {
      name: params.name,
      args: server.sentArguments(context),
      clientInfo: memberOf(envelope, CLIENT_INFO_META_KEY) ?? server.getClientVersion(),
      modes: elicitationModes(memberOf(envelope, CLIENT_CAPABILITIES_META_KEY) ?? server.getClientCapabilities()),
      session,
      answer: answerOf(context),
      gone: { signal },
      traceparent: memberOf(context.mcpReq._meta, "traceparent"),
      progress: (message, done, total) => progress?.report(message, done, total),
    });
    const work = envelope === undefined
      ? dispatcher.hold(callAndAsk(dispatcher, call, server, context))
      : callOnce(dispatcher, call);
    return await (progress?.during(work) ?? work);
  });
  return server;
}

/** What is served without the SDK. */
export function leanOffer(
  { catalogue, dispatcher }: Pick<Offer, "catalogue" | "dispatcher">,
  { bounds, ...callbacks }: { bounds: Bounds } & Pick<LeanOffer<CallScope>, "onAnswer" | "onError">,
): LeanOffer<CallScope> {
  return {
    viewOf: ({ caller }) => viewOf(caller, bounds),
    isPlain: (name) => catalogue.isPlain(name),
    call: ({ caller, log }, { name, args, clientInfo, traceparent }, gone) => {
      const client = clientName(clientInfo, caller);
      // It hears nothing of its client before its answer, and says nothing to it.
      return dispatcher.call({
        name,
        args,
        session: undefined,
        modes: CANNOT_ASK,
        answer: undefined,
        gone,
        traceparent,
        progress: noProgress,
        caller,
        client,
        log: log.with({ client }),
      }).then(plainResult);
    },
    onUnexpected: ({ log }, error) => log.error("internal error", { error }),
    ...callbacks,
  };
}

const CANNOT_ASK = { form: false, url: false } as const;

function noProgress(): void {}

function plainResult(outcome: CallOutcome) {
  if (outcome.kind === "result") return outcome.result;
  throw new Error("A plain tool asks a person.");
}

/** A call as it came. */
type SentCall = Omit<ToolCall, "caller" | "client" | "log"> & { clientInfo: unknown };

function toolCall({ caller, log }: CallScope, sent: SentCall): ToolCall {
  const { name, args, session, modes, answer, gone, traceparent, progress } = sent;
  const client = clientName(sent.clientInfo, caller);
  const ownLog = log.with({ client });
  return { name, args, session, modes, answer, gone, traceparent, progress, caller, client, log: ownLog };
}

/** Carries out a call of a 2026 client; a question is the answer to the call. */
async function callOnce(dispatcher: Dispatcher, call: ToolCall) {
  const outcome = await dispatcher.call(call);
  if (outcome.kind === "result") return outcome.result;
  const { question } = outcome;
  return inputRequired({
    inputRequests: { [ANSWER_KEY]: inputRequestOf(question) },
    requestState: question.state,
  });
}

/** Gives each call over stdio a request id of its own, since one connection serves many calls. */
function scopeOfCall(scope: CallScope): CallScope {
  if (scope.caller.transport !== "stdio") return scope;
  const requestId = crypto.randomUUID();
  return { caller: { ...scope.caller, requestId }, log: scope.log.with({ request_id: requestId }) };
}

/** The answer to a question, which a 2026 client sends when it repeats its call. */
function answerOf({ mcpReq }: ServerContext): Answer | undefined {
  const state = mcpReq.requestState<unknown>();
  return typeof state === "string" ? { state, reply: mcpReq.inputResponses?.[ANSWER_KEY] } : undefined;
}

/** Undefined for a client that did not ask for progress. */
function progressOf({ mcpReq }: ServerContext, clock: Clock, secrets: Secrets): CallProgress | undefined {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  const send = ({ message, ...rest }: ProgressUpdate) => {
    const params = { progressToken, ...rest, message: safeText(message, { secrets, maxLength: 200 }) };
    // If the client left, the signal ends the call; its progress can be dropped.
    mcpReq.notify({ method: "notifications/progress", params }).catch(() => {});
  };
  return new CallProgress({ clock, send });
}

function clientName(given: unknown, caller: Caller): string | undefined {
  const name = memberOf(given, "name");
  const version = memberOf(given, "version");
  if (typeof name !== "string" || typeof version !== "string") return undefined;
  return safeText(`${name} ${version}`, { secrets: caller.secrets, maxLength: 60 });
}
