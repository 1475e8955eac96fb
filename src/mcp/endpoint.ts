/**
 * MCP over Streamable HTTP without sessions, for 2025 and 2026 clients. Knows the protocol and the transport, but not
 * the tools.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { createMcpHandler, isLegacyRequest, type McpRequestContext } from "@modelcontextprotocol/server";
import type { AnswerForms, JsonBody } from "./json_rpc.ts";
import { LateHeads } from "./late_answer.ts";
import { type LeanOffer, LeanPath } from "./lean_path.ts";
import { LegacyLeg, type LegacyLegOptions } from "./legacy_leg.ts";
import { dropProgress } from "./message_form.ts";
import { refuseBatch, refuseHeaderMismatch } from "./message_rules.ts";
import { safeRefusal } from "./safe_refusal.ts";
import { isCall, isSlowCall } from "./slow_calls.ts";

/** What {@linkcode McpEndpoint} needs; `S` is the scope of one request. */
export interface McpEndpointOptions<S> extends LegacyLegOptions<S> {
  /** What is answered without the SDK; without it, nothing is. */
  lean?: LeanOffer<S> | undefined;
}

/** Serves parsed MCP requests. */
export class McpEndpoint<S extends object> {
  readonly #options: McpEndpointOptions<S>;
  /** The scope of the current request, for errors that the SDK's handlers report without the request. */
  readonly #current = new AsyncLocalStorage<S>();
  readonly #scopes = new WeakMap<Request, S>();
  readonly #heads = new LateHeads();
  readonly #legacy: LegacyLeg<S>;
  readonly #lean: LeanPath<S> | undefined;
  readonly #quick;
  readonly #streaming;

  constructor(options: McpEndpointOptions<S>) {
    this.#options = options;
    this.#legacy = new LegacyLeg(options, this.#heads);
    this.#lean = options.lean && new LeanPath(options.lean, this.#heads);
    const createServer = (context: McpRequestContext) => options.createServer(this.#scopeOf(context));
    const onerror = (error: Error) => options.onError(error, this.#current.getStore());
    const common = { legacy: "reject", onerror } as const;
    this.#quick = createMcpHandler(createServer, { ...common, responseMode: "auto" });
    this.#streaming = createMcpHandler(createServer, { ...common, responseMode: "sse" });
  }

  /** Answers one POST whose body is already parsed. */
  fetch(request: Request, body: JsonBody, scope: S, forms: AnswerForms): Response | Promise<Response> {
    if (!forms.stream) dropProgress(body);
    const usually = () => this.#throughSdk(request, body, scope, forms);
    return this.#lean?.answer({ request, body, scope, forms, usually }) ?? usually();
  }

  async #throughSdk(request: Request, body: JsonBody, scope: S, forms: AnswerForms): Promise<Response> {
    const response = await this.#current.run(scope, () => this.#answer(request, body, scope, forms));
    return await safeRefusal(response, this.#options.secretsOf(scope));
  }

  async #answer(request: Request, body: JsonBody, scope: S, forms: AnswerForms): Promise<Response> {
    const refusal = Array.isArray(body)
      ? refuseBatch(request.headers, body)
      : refuseHeaderMismatch(request.headers, body);
    if (refusal !== undefined) return refusal;
    if (await isLegacyRequest(request, body)) return await this.#legacy.fetch(request, body, scope, forms);
    this.#scopes.set(request, scope);
    const streams = !forms.json || (forms.stream && isSlowCall(body, this.#options.isSlow));
    if (streams) return await this.#streaming.fetch(request, { parsedBody: body });
    const answer = this.#quick.fetch(request, { parsedBody: body });
    return await (isCall(body) ? this.#heads.inTime(answer, (error) => this.#options.onError(error, scope)) : answer);
  }

  /** Ends requests that are still open. */
  async close(): Promise<void> {
    this.#lean?.close();
    this.#heads[Symbol.dispose]();
    await Promise.all([this.#quick.close(), this.#streaming.close()]);
  }

  #scopeOf({ requestInfo }: McpRequestContext): S {
    const scope = requestInfo && this.#scopes.get(requestInfo);
    if (scope === undefined) throw new Error("A request did not come through the endpoint.");
    return scope;
  }
}
