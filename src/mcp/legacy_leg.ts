/** Serves 2025 clients, each request by itself. */
import {
  isJSONRPCResponse,
  type JSONRPCResponse,
  type Server,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import type { Secrets } from "../text/redaction/hider.ts";
import { safeText } from "../text/safe.ts";
import { StoreError } from "../store/store.ts";
import { whenDone } from "../async/streams.ts";
import { untilGone } from "./client_gone.ts";
import { type AnswerForms, idOf, JSON_RPC_ERRORS, type JsonBody, jsonRpcError } from "./json_rpc.ts";
import type { LateHeads } from "./late_answer.ts";
import type { Relay, RelaySession } from "./relay.ts";
import { RelayTransport } from "./relay_transport.ts";
import { MAX_NAME_LENGTH, type SessionIds, type SessionMemo } from "./session_id.ts";
import { isCall, type IsSlow, isSlowCall } from "./slow_calls.ts";
import { memberOf } from "../text/member.ts";
import type { ClientSession } from "../identity/client_session.ts";

/** What {@linkcode LegacyLeg} needs; `S` is the scope of one request. */
export interface LegacyLegOptions<S> {
  /** Makes the protocol server of one request; `session` is set if the request came with a session id. */
  createServer: (scope: S, session?: ClientSession) => Server;
  /** Whether a call waits or polls. Such calls are answered by a stream, which begins at once. */
  isSlow: IsSlow;
  /** Secrets that must not get into the memo that the client receives. */
  secretsOf: (scope: S) => Secrets;
  /** Who asks and answers; undefined for a caller without credentials, who can't be asked. */
  askerOf: (scope: S) => Asker | undefined;
  sessionIds: SessionIds;
  relay: Relay;
  /**
   * Called for refused requests and for errors outside a call; never changes an answer. The scope is needed to hide
   * secrets, since an error may repeat what the caller wrote.
   */
  onError: (error: Error, scope?: S) => void;
}

/** Whose questions and answers they are. */
export type Asker = Pick<RelaySession, "customer" | "boundTo">;

type RequestTransport = RelayTransport | WebStandardStreamableHTTPServerTransport;

/** A session id that verifies, sent with credentials. */
interface Session extends Asker {
  memo: SessionMemo;
}

type OnError = (error: Error) => void;

const SESSION_HEADER = "mcp-session-id";
/** The first revision without sessions; a session id sent with it is ignored. */
const NO_SESSIONS_SINCE = "2026-07-28";

/** Answers by JSON, or by a stream if progress or a question may come before the answer. */
export class LegacyLeg<S> {
  readonly #options: LegacyLegOptions<S>;
  readonly #heads: LateHeads;

  constructor(options: LegacyLegOptions<S>, heads: LateHeads) {
    this.#options = options;
    this.#heads = heads;
  }

  /** Answers one POST. */
  async fetch(request: Request, body: JsonBody, scope: S, forms: AnswerForms): Promise<Response> {
    // The only revision with batches has no questions.
    const named = Array.isArray(body) ? undefined : await this.#sessionOf(request.headers, scope);
    const session = named === "unknown" ? undefined : named;
    const onError = (error: Error) => this.#options.onError(error, scope);
    if (isJSONRPCResponse(body)) return await this.#relayAnswer(body, session, onError);
    if (session !== undefined) await this.#relayCancellation(body, session, onError);
    const { transport, allowsEarlyHead } = this.#transportFor(body, session, forms);
    transport.onerror = onError;
    const server = this.#options.createServer(scope, named === "unknown" ? named : named?.memo);
    const answer = this.#answer({ transport, server }, request, body, scope);
    return await (allowsEarlyHead ? this.#heads.inTime(answer, onError) : answer);
  }

  async #answer(
    { transport, server }: { transport: RequestTransport; server: Server },
    request: Request,
    body: JsonBody,
    scope: S,
  ): Promise<Response> {
    const end = () => void server.close().catch((error) => this.#options.onError(error, scope));
    await server.connect(transport);
    const response = await untilGone(transport.handleRequest(request, { parsedBody: body }), request.signal, end);
    const streams = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
    if (streams && response.body !== null) return new Response(whenDone(response.body, end), response);
    end();
    if (memberOf(body, "method") === "initialize") {
      await this.#addSessionId(response, server, this.#options.secretsOf(scope));
    }
    return Array.isArray(body) ? await asBatch(response) : response;
  }

  /** The transport for one request, and whether its answer may have an early head: if it is JSON and answers a call. */
  #transportFor(
    body: JsonBody,
    session: Session | undefined,
    forms: AnswerForms,
  ): { transport: RequestTransport; allowsEarlyHead: boolean } {
    // Questions are sent on a stream, so a client that accepts no streams can't be asked.
    if (session !== undefined && isCall(body) && forms.stream) {
      return { transport: new RelayTransport({ relay: this.#options.relay, ...session }), allowsEarlyHead: false };
    }
    const messages = Array.isArray(body) ? body : [body];
    const wantsStream = (message: unknown) => isSlowCall(message, this.#options.isSlow) || asksForProgress(message);
    const streams = !forms.json || (forms.stream && messages.some(wantsStream));
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: !streams });
    return { transport, allowsEarlyHead: !streams && messages.some(isCall) };
  }

  /** The session of a request. `unknown` for an id that does not verify: it is forged, or signed with another key. */
  async #sessionOf(headers: Headers, scope: S): Promise<Session | "unknown" | undefined> {
    const sessionId = headers.get(SESSION_HEADER);
    const asker = this.#options.askerOf(scope);
    if (!sessionId || asker === undefined) return undefined;
    if ((headers.get("mcp-protocol-version") ?? "") >= NO_SESSIONS_SINCE) return undefined;
    const memo = await this.#options.sessionIds.read(sessionId);
    return memo === undefined ? "unknown" : { ...asker, memo };
  }

  /** Gives a client that can be asked something a session id, which it sends with each request. */
  async #addSessionId(response: Response, server: Server, secrets: Secrets): Promise<void> {
    const client = server.getClientVersion();
    const protocolVersion = server.getNegotiatedProtocolVersion();
    if (client === undefined || protocolVersion === undefined) return;
    const capabilities = server.getClientCapabilities();
    const [name = "", version = ""] = [client.name, client.version].map((text) =>
      safeText(text, { secrets, maxLength: MAX_NAME_LENGTH })
    );
    const sessionId = await this.#options.sessionIds.issue({ protocolVersion, capabilities, name, version });
    if (sessionId !== undefined) response.headers.set(SESSION_HEADER, sessionId);
  }

  async #relayAnswer(answer: JSONRPCResponse, session: Session | undefined, onError: OnError): Promise<Response> {
    try {
      const isAwaited = session !== undefined && await this.#options.relay.answer(keyOf(session), answer);
      if (isAwaited) return new Response(null, { status: 202 });
      return jsonRpcError(400, JSON_RPC_ERRORS.invalidRequest, "Nobody waits for this answer.", idOf(answer));
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      onError(error);
      return jsonRpcError(503, JSON_RPC_ERRORS.refused, "The answer could not be passed on.", idOf(answer));
    }
  }

  /** Passes a cancellation on. It is answered like any other notification, whether or not it reaches a call. */
  async #relayCancellation(body: JsonBody, session: Session, onError: OnError): Promise<void> {
    const requestId = memberOf(memberOf(body, "params"), "requestId");
    if (memberOf(body, "method") !== "notifications/cancelled") return;
    if (typeof requestId !== "string" && typeof requestId !== "number") return;
    await this.#options.relay.cancel(keyOf(session), requestId).catch(onError);
  }
}

function keyOf({ customer, boundTo, memo }: Session): RelaySession {
  return { customer, boundTo, nonce: memo.nonce };
}

/** Makes the answer to a batch a batch. The transport answers a batch with one request by a single answer. */
async function asBatch(response: Response): Promise<Response> {
  if (response.status !== 200) return response;
  const answers: unknown = await response.json();
  return Response.json(Array.isArray(answers) ? answers : [answers]);
}

function asksForProgress(message: unknown): boolean {
  // initialize sends no progress, even if the client asks for it.
  if (memberOf(message, "method") === "initialize") return false;
  return memberOf(memberOf(memberOf(message, "params"), "_meta"), "progressToken") !== undefined;
}
