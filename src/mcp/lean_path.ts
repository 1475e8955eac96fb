/**
 * Answers plain requests without making a server and a transport of the SDK. Everything else takes the usual path, and
 * gets the same bytes there: `tests/integration/lean_path_test.ts` compares the two.
 */
import { type CallToolResult, ProtocolError, SERVER_INFO_META_KEY } from "@modelcontextprotocol/server";
import { LRUCache } from "lru-cache";
import { SERVER_INFO } from "../version.ts";
import type { Gone } from "../calls/tool_call.ts";
import { goneResponse } from "./client_gone.ts";
import { ClientWatch, WatchedClients } from "./client_watch.ts";
import type { AnswerForms, JsonBody } from "./json_rpc.ts";
import type { LateHeads } from "./late_answer.ts";
import { type Era, type PlainCall, type PlainQuery, plainRequest } from "./plain_request.ts";
import { unexpectedError } from "./protocol_server.ts";

/** What is served. `S` is the scope of one request. */
export interface LeanOffer<S> {
  /**
   * Says what the lists of a scope depend on: scopes with the same view get the same lists. Empty for the view of the
   * process, which is everybody's who asks for no other.
   */
  viewOf: (scope: S) => string;
  /** Whether a tool only reads, asks nobody, waits for nothing and carries no other call. */
  isPlain: (toolName: string) => boolean;
  /**
   * Carries out the call of a plain tool.
   *
   * @throws {ProtocolError} For a tool that is not there for this caller.
   */
  call: (scope: S, call: LeanCall, gone: Gone) => Promise<CallToolResult>;
  /** Called for any other error of `call`. */
  onUnexpected: (scope: S, error: unknown) => void;
  /** Called for each request that is answered here. */
  onAnswer?: (() => void) | undefined;
  /** Called if an answer could not be sent, because the client left. */
  onError: (error: Error, scope: S) => void;
}

/** What a call says. */
export type LeanCall = Pick<PlainCall, "name" | "args" | "clientInfo" | "traceparent">;

/** One request, and the usual path for it. */
export interface LeanRequest<S> {
  request: Request;
  /** Parsed, and in the form of `normalizeBody`. */
  body: JsonBody;
  scope: S;
  forms: AnswerForms;
  /** Answers it by the SDK. */
  usually: () => Promise<Response>;
}

/**
 * Most characters of kept answers, apart from those of the process's own view. Callers choose their view, so they could
 * fill any table. If views push each other out, the SDK answers again, and nothing else happens.
 */
const MAX_NARROWED = 4_000_000;

const JSON_TYPE = { "content-type": "application/json" };

/** What comes between a result and the id of its request. */
const BEFORE_ID = ',"jsonrpc":"2.0","id":';

/** What each era adds to the result of a call. */
const AFTER_RESULT: Readonly<Record<Era, string>> = {
  "2025": "",
  "2026": `,"resultType":"complete","_meta":${JSON.stringify({ [SERVER_INFO_META_KEY]: SERVER_INFO })}`,
};

/** The path of plain requests. */
export class LeanPath<S> {
  readonly #offer: LeanOffer<S>;
  /** Answers of the process's own view. There are as many as methods, eras and revisions. */
  readonly #own = new Map<string, OwnAnswer>();
  /** Answers up to the id, of other views. */
  readonly #narrowed = new LRUCache<string, string>({
    maxSize: MAX_NARROWED,
    sizeCalculation: ({ length }, { length: keyLength }) => length + keyLength,
  });
  #watched = new WatchedClients();
  readonly #heads: LateHeads;

  constructor(offer: LeanOffer<S>, heads: LateHeads) {
    this.#offer = offer;
    this.#heads = heads;
  }

  /** Answers a request: by itself if it is a plain one. */
  answer(asked: LeanRequest<S>): Response | Promise<Response> {
    const { request, body, scope, forms, usually } = asked;
    const plain = forms.json ? plainRequest(request.headers, body) : undefined;
    if (plain?.kind === "query") return this.#query(plain, scope, usually);
    if (plain === undefined || !this.#offer.isPlain(plain.name)) return usually();
    const answer = this.#call(plain, scope, request);
    return this.#heads.inTime(answer, (error) => this.#offer.onError(error, scope));
  }

  /** Aborts the calls that are under way. */
  close(): void {
    this.#watched.end();
    this.#watched = new WatchedClients();
  }

  /**
   * Answers from what was kept of the SDK's own answer to such a request. That depends on the era, the view and the
   * revision alone, and holds nothing of a caller.
   */
  #query(
    { era, method, asksFor, id }: PlainQuery,
    scope: S,
    usually: () => Promise<Response>,
  ): Response | Promise<Response> {
    const view = method === "tools/list" ? this.#offer.viewOf(scope) : "";
    const key = `${era} ${method} ${asksFor} ${view}`;
    const known = this.#known(key, view, id);
    if (known === undefined) return this.#queryUsually({ key, view, id }, usually);
    this.#offer.onAnswer?.();
    return new Response(known, { headers: JSON_TYPE });
  }

  /** Asks the SDK, and keeps its answer. */
  async #queryUsually(
    { key, view, id }: { key: string; view: string; id: string | number },
    usually: () => Promise<Response>,
  ): Promise<Response> {
    const response = await usually();
    if (!isPlainResponse(response)) return response;
    const text = await response.text();
    const beforeId = upToId(text, id);
    if (beforeId !== undefined) this.#keep(key, view, beforeId);
    return new Response(text, response);
  }

  /** The whole answer, if it is kept. */
  #known(key: string, view: string, id: string | number): string | undefined {
    if (view === "") return this.#own.get(key)?.to(id);
    const beforeId = this.#narrowed.get(key);
    return beforeId === undefined ? undefined : withId(beforeId, id);
  }

  #keep(key: string, view: string, beforeId: string): void {
    if (view === "") this.#own.set(key, new OwnAnswer(beforeId));
    else this.#narrowed.set(key, beforeId);
  }

  /** Carries out a call. All its waits end when its client leaves, and so does the call. */
  async #call(call: PlainCall, scope: S, request: Request): Promise<Response> {
    this.#offer.onAnswer?.();
    // Not `using`, which takes longer than to watch nobody.
    const watch = new ClientWatch(request, this.#watched);
    let text: string;
    try {
      text = resultAnswer(call, await this.#offer.call(scope, call, watch));
    } catch (error) {
      const { code, message } = error instanceof ProtocolError ? error : this.#unexpected(scope, error);
      text = JSON.stringify({ jsonrpc: "2.0", id: call.id, error: { code, message } });
    } finally {
      watch[Symbol.dispose]();
    }
    return watch.hasLeft ? goneResponse() : new Response(text, { headers: JSON_TYPE });
  }

  #unexpected(scope: S, error: unknown): ProtocolError {
    this.#offer.onUnexpected(scope, error);
    return unexpectedError();
  }
}

/** Most ids whose whole answer is kept: clients begin to count at 0 or 1, and list the tools at once. */
const MAX_IDS = 8;

/** An answer of the process's own view. To put a list of 80 KB together costs more than the rest of the request. */
class OwnAnswer {
  readonly #beforeId: string;
  readonly #byId: (string | undefined)[] = [];

  constructor(beforeId: string) {
    this.#beforeId = beforeId;
  }

  /** The answer to the request with an id. */
  to(id: string | number): string {
    if (typeof id !== "number" || !Number.isInteger(id) || id < 0 || id >= MAX_IDS) return withId(this.#beforeId, id);
    return this.#byId[id] ??= withId(this.#beforeId, id);
  }
}

function withId(beforeId: string, id: string | number): string {
  return `${beforeId}${JSON.stringify(id)}}`;
}

/** Whether an answer is JSON, and has no header but that. */
function isPlainResponse({ status, headers }: Response): boolean {
  const names = [...headers.keys()];
  return status === 200 && names.length === 1 && headers.get("content-type") === JSON_TYPE["content-type"];
}

/** The text of an answer with a result, up to the id; undefined for any other. */
function upToId(text: string, id: string | number): string | undefined {
  const afterResult = `${BEFORE_ID}${JSON.stringify(id)}}`;
  return text.endsWith(afterResult) ? text.slice(0, text.length - afterResult.length + BEFORE_ID.length) : undefined;
}

/** The whole answer to a call that has a result. */
function resultAnswer({ era, id }: PlainCall, result: CallToolResult): string {
  return `{"result":${resultText(result, era)}${BEFORE_ID}${JSON.stringify(id)}}`;
}

/** A call's result as JSON. The text of a success is the JSON of its structured content, so that is written once. */
function resultText({ content, structuredContent, isError }: CallToolResult, era: Era): string {
  const [first] = content;
  const json = () => first?.type === "text" ? first.text : JSON.stringify(structuredContent);
  const structured = structuredContent === undefined ? "" : `,"structuredContent":${json()}`;
  const failed = isError === undefined ? "" : `,"isError":${isError}`;
  return `{"content":${JSON.stringify(content)}${structured}${failed}${AFTER_RESULT[era]}}`;
}
