/**
 * MCP over Streamable HTTP without sessions, for clients of both eras. Knows protocol and transport, and nothing of the
 * tools behind it.
 */
import {
  createMcpHandler,
  isLegacyRequest,
  type McpRequestContext,
  type Server,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { whenDone } from "../streams.ts";
import { memberOf } from "./json_rpc.ts";
import { refuseBatch, refuseHeaderMismatch } from "./message_rules.ts";

/** What {@linkcode McpEndpoint} needs; `S` is what one request is served with. */
export interface McpEndpointOptions<S> {
  /** Makes the protocol server of one request. */
  createServer: (scope: S) => Server;
  /** Whether calls of this tool wait or poll: they answer as a stream, for only then a client's going away is noticed. */
  isSlow: (toolName: string) => boolean;
  /** Told of requests that were refused and of errors outside a call; never alters an answer. */
  onError: (error: Error) => void;
}

/** What the log shows where the client left before the answer. */
const CLIENT_GONE = 499;

/** A parsed request body: one message, or a list of them. */
export type JsonBody = Record<string, unknown> | unknown[];

/** Serves parsed MCP requests. */
export class McpEndpoint<S extends object> {
  readonly #options: McpEndpointOptions<S>;
  readonly #scopes = new WeakMap<Request, S>();
  readonly #quick;
  readonly #streaming;

  constructor(options: McpEndpointOptions<S>) {
    this.#options = options;
    const createServer = (context: McpRequestContext) => options.createServer(this.#scopeOf(context));
    const common = { legacy: "reject", onerror: options.onError } as const;
    this.#quick = createMcpHandler(createServer, { ...common, responseMode: "auto" });
    this.#streaming = createMcpHandler(createServer, { ...common, responseMode: "sse" });
  }

  /** Answers one POST whose body was read and parsed already. */
  async fetch(request: Request, body: JsonBody, scope: S): Promise<Response> {
    const refusal = Array.isArray(body)
      ? refuseBatch(request.headers, body)
      : refuseHeaderMismatch(request.headers, body);
    if (refusal !== undefined) return refusal;
    if (await isLegacyRequest(request, body)) return await this.#serveLegacy(request, body, scope);
    this.#scopes.set(request, scope);
    const handler = this.#isSlow(body) ? this.#streaming : this.#quick;
    return await handler.fetch(request, { parsedBody: body });
  }

  /** Ends exchanges that are still open. */
  async close(): Promise<void> {
    await Promise.all([this.#quick.close(), this.#streaming.close()]);
  }

  #scopeOf({ requestInfo }: McpRequestContext): S {
    const scope = requestInfo && this.#scopes.get(requestInfo);
    if (scope === undefined) throw new Error("A request came past the endpoint.");
    return scope;
  }

  #isSlow(body: JsonBody): boolean {
    return messagesOf(body).some((message) => isSlowCall(message, this.#options.isSlow));
  }

  /** The 2025 revisions: JSON where nothing comes before the answer, a stream where something may. */
  async #serveLegacy(request: Request, body: JsonBody, scope: S): Promise<Response> {
    const enableJsonResponse = !this.#isSlow(body) && !messagesOf(body).some(asksForProgress);
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse });
    const server = this.#options.createServer(scope);
    const end = () => void server.close().catch(this.#options.onError);
    transport.onerror = this.#options.onError;
    await server.connect(transport);
    // A transport that was closed never answers, and an answer nobody waits for must not keep the process from ending.
    const clientGone = Promise.withResolvers<Response>();
    request.signal.addEventListener("abort", () => {
      end();
      clientGone.resolve(new Response(null, { status: CLIENT_GONE }));
    }, { once: true });
    const response = await Promise.race([
      transport.handleRequest(request, { parsedBody: body }),
      clientGone.promise,
    ]);
    const streams = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
    if (streams && response.body !== null) return new Response(whenDone(response.body, end), response);
    end();
    return Array.isArray(body) ? await asBatch(response) : response;
  }
}

/** The transport answers a batch with a single request in it by the bare answer; a batch is answered by a batch. */
async function asBatch(response: Response): Promise<Response> {
  if (response.status !== 200) return response;
  const answers: unknown = await response.json();
  return Response.json(Array.isArray(answers) ? answers : [answers]);
}

function messagesOf(body: JsonBody): unknown[] {
  return Array.isArray(body) ? body : [body];
}

function isSlowCall(message: unknown, isSlow: (toolName: string) => boolean): boolean {
  const name = memberOf(memberOf(message, "params"), "name");
  return memberOf(message, "method") === "tools/call" && typeof name === "string" && isSlow(name);
}

function asksForProgress(message: unknown): boolean {
  return memberOf(memberOf(memberOf(message, "params"), "_meta"), "progressToken") !== undefined;
}
