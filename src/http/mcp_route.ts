import { isJsonContentType } from "@modelcontextprotocol/server";
import { type Caller, callerSecrets } from "../caller.ts";
import { type CustomerIds, shortCustomerId } from "../crypto/customer_id.ts";
import { ToolError } from "../errors.ts";
import type { McpEndpoint } from "../mcp/endpoint.ts";
import { type AnswerForms, JSON_RPC_ERRORS, type JsonBody, jsonRpcError } from "../mcp/json_rpc.ts";
import { BegunAnswer } from "../mcp/late_answer.ts";
import type { CallScope } from "../mcp/server.ts";
import { whenDone } from "../streams.ts";
import type { WorkCounts } from "../work.ts";
import { readApprovalCode } from "./approval_code.ts";
import { identify, sentSecrets } from "./credentials.ts";
import type { Admission, LoadLimit } from "./load_limit.ts";
import { describeBody, readMessage, startsWork, unavailable } from "./mcp_body.ts";
import { accepts } from "./media_types.ts";
import { type Bounds, narrow } from "./narrowing.ts";
import type { BodyReader } from "./request_body.ts";
import type { RequestInfo } from "./router.ts";

/** What {@linkcode McpRoute} needs. */
export interface McpRouteOptions {
  endpoint: Pick<McpEndpoint<CallScope>, "fetch">;
  customerIds: CustomerIds;
  /** What the process allows at most. */
  bounds: Bounds;
  load: LoadLimit;
  bodies: BodyReader;
  /** Whether the process is ending, so that nothing new may begin. */
  isDraining: () => boolean;
  /** Counts what is done for callers. */
  work?: WorkCounts | undefined;
}

/** What a request's own headers ask for. */
type Wishes = Bounds & Pick<Caller, "approvalCode">;

/** A request that was let in. */
interface Entry {
  wishes: Wishes;
  place: Admission;
  arrival: RequestInfo;
}

const TYPES = { json: "application/json", stream: "text/event-stream" } as const;

/** `/mcp`: turns an HTTP request into a caller and a message, and refuses what is neither. */
export class McpRoute {
  readonly #options: McpRouteOptions;

  constructor(options: McpRouteOptions) {
    this.#options = options;
  }

  /** Answers one request. */
  async fetch(request: Request, arrival: RequestInfo): Promise<Response> {
    const refusal = refuseForm(request);
    if (refusal !== undefined) return refusal;
    const wishes = this.#wishes(request.headers);
    if (wishes instanceof Response) return wishes;
    const body = await readMessage(request, this.#options.bodies);
    if (body instanceof Response) return body;
    // Not before the body is there: whoever never ends it keeps nobody's place.
    const place = this.#options.load.enter();
    if (place === undefined) return unavailable("This server has too much to do.");
    try {
      return leaveAtEnd(await this.#serve(request, body, { wishes, place, arrival }), place);
    } catch (error) {
      place.leave();
      throw error;
    }
  }

  async #serve(request: Request, body: JsonBody, { wishes, place, arrival }: Entry): Promise<Response> {
    const scope = await this.#scope(request.headers, wishes, arrival);
    arrival.note(describeBody(body, scope.caller.secrets));
    // Answers to what is under way are still taken while the process ends.
    if (this.#options.isDraining() && startsWork(body)) {
      const refusal = unavailable("This server is shutting down.");
      refusal.headers.set("connection", "close");
      return refusal;
    }
    const { identity } = scope.caller;
    if (!(identity instanceof ToolError) && !place.claim(identity.id)) {
      return unavailable("Too many requests with these credentials are under way.");
    }
    const forms = answerForms(request.headers);
    return await this.#options.endpoint.fetch(withExactAccept(request), body, scope, forms);
  }

  /** What the headers of ours ask for; one that is not understood refuses the request. */
  #wishes(headers: Headers): Wishes | Response {
    try {
      return { ...narrow(headers, this.#options.bounds), approvalCode: readApprovalCode(headers) };
    } catch (error) {
      if (error instanceof RangeError) return jsonRpcError(400, JSON_RPC_ERRORS.invalidRequest, error.message);
      throw error;
    }
  }

  async #scope(headers: Headers, wishes: Wishes, { requestId, address, log, note }: RequestInfo): Promise<CallScope> {
    const identity = await identify(headers, this.#options.customerIds);
    const secrets = callerSecrets({ identity, ...wishes }, {
      alsoSent: sentSecrets(headers),
      work: this.#options.work,
    });
    const caller: Caller = { identity, ...wishes, secrets, transport: "http", address, requestId };
    const careful = log.withSecrets(secrets);
    if (identity instanceof ToolError) return { caller, log: careful };
    const customer = shortCustomerId(identity.id);
    note({ customer });
    return { caller, log: careful.with({ customer }) };
  }
}

function refuseForm(request: Request): Response | undefined {
  const refuse = (status: number, message: string) => jsonRpcError(status, JSON_RPC_ERRORS.refused, message);
  if (request.method !== "POST") {
    const refusal = refuse(405, "Method not allowed: this endpoint keeps no sessions and takes POST alone.");
    refusal.headers.set("allow", "POST, OPTIONS");
    return refusal;
  }
  if (!isJsonContentType(request.headers.get("content-type"))) {
    return refuse(415, "Unsupported media type: Content-Type must be application/json.");
  }
  const encoding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (encoding !== "identity" && encoding !== "") {
    return refuse(415, "Unsupported media type: the body must not be compressed; leave Content-Encoding out.");
  }
  const { json, stream } = answerForms(request.headers);
  if (!json && !stream) return refuse(406, `Not acceptable: Accept must take ${TYPES.json} or ${TYPES.stream}.`);
  return undefined;
}

/** What a client takes: without an Accept header, anything. */
function answerForms(headers: Headers): AnswerForms {
  const accept = headers.get("accept") ?? "*/*";
  return { json: accepts(accept, TYPES.json), stream: accepts(accept, TYPES.stream) };
}

/** The transports below insist on both types by name; which one is used is said to them otherwise. */
function withExactAccept(request: Request): Request {
  const accept = request.headers.get("accept") ?? "";
  if (accept.includes("application/json") && accept.includes("text/event-stream")) return request;
  const headers = new Headers(request.headers);
  headers.set("accept", `${TYPES.json}, ${TYPES.stream}`);
  return new Request(request.url, { method: request.method, headers, signal: request.signal });
}

/** Keeps the place of an answer that has only begun until it has ended. */
function leaveAtEnd(response: Response, { leave }: Admission): Response {
  const streams = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  if ((streams || response instanceof BegunAnswer) && response.body !== null) {
    return new Response(whenDone(response.body, leave), response);
  }
  leave();
  return response;
}
