import { isJsonContentType } from "@modelcontextprotocol/server";
import { type Caller, credentialSecrets } from "../caller.ts";
import { type CustomerIds, shortCustomerId } from "../crypto/customer_id.ts";
import { ToolError } from "../errors.ts";
import type { JsonBody, McpEndpoint } from "../mcp/endpoint.ts";
import { JSON_RPC_ERRORS, jsonRpcError, memberOf } from "../mcp/json_rpc.ts";
import type { CallScope } from "../mcp/server.ts";
import { cleanText } from "../text.ts";
import { identify } from "./credentials.ts";
import { accepts } from "./media_types.ts";
import { type Bounds, narrow } from "./narrowing.ts";
import type { RequestInfo } from "./router.ts";
import { BodyTooLargeError, readBody } from "./request_body.ts";

/** What {@linkcode McpRoute} needs. */
export interface McpRouteOptions {
  endpoint: McpEndpoint<CallScope>;
  customerIds: CustomerIds;
  /** What the process allows at most. */
  bounds: Bounds;
}

const ACCEPTED = "application/json, text/event-stream";

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
    const bounds = this.#bounds(request.headers);
    if (bounds instanceof Response) return bounds;
    const body = await readJson(request);
    if (body instanceof Response) return body;
    arrival.note(describeBody(body));
    const scope = await this.#scope(request.headers, bounds, arrival);
    return await this.#options.endpoint.fetch(withExactAccept(request), body, scope);
  }

  #bounds(headers: Headers): Bounds | Response {
    try {
      return narrow(headers, this.#options.bounds);
    } catch (error) {
      if (error instanceof RangeError) return jsonRpcError(400, JSON_RPC_ERRORS.invalidRequest, error.message);
      throw error;
    }
  }

  async #scope(headers: Headers, bounds: Bounds, { requestId, address, log, note }: RequestInfo): Promise<CallScope> {
    const identity = await identify(headers, this.#options.customerIds);
    const caller: Caller = { identity, ...bounds, address, requestId };
    if (identity instanceof ToolError) return { caller, log };
    const customer = shortCustomerId(identity.id);
    note({ customer });
    const named = log.with({ customer });
    return { caller, log: named.withSecrets(credentialSecrets(identity.credential)) };
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
  const accept = request.headers.get("accept");
  if (!accepts(accept, "application/json") || !accepts(accept, "text/event-stream")) {
    return refuse(406, `Not acceptable: Accept must take both ${ACCEPTED}.`);
  }
  return undefined;
}

/** The transports below look for both types by name, so a wildcard is spelt out for them. */
function withExactAccept(request: Request): Request {
  const accept = request.headers.get("accept") ?? "";
  if (accept.includes("application/json") && accept.includes("text/event-stream")) return request;
  const headers = new Headers(request.headers);
  headers.set("accept", ACCEPTED);
  return new Request(request.url, { method: request.method, headers, signal: request.signal });
}

async function readJson(request: Request): Promise<JsonBody | Response> {
  try {
    const value: unknown = JSON.parse(await readBody(request));
    if (isJsonBody(value)) return value;
    return jsonRpcError(400, JSON_RPC_ERRORS.invalidRequest, "Invalid request: the body is not a JSON-RPC message.");
  } catch (error) {
    if (error instanceof BodyTooLargeError) {
      return jsonRpcError(413, JSON_RPC_ERRORS.refused, "The body is larger than 1 MiB.");
    }
    return jsonRpcError(400, JSON_RPC_ERRORS.parseError, "Parse error: the body is not valid JSON.");
  }
}

function isJsonBody(value: unknown): value is JsonBody {
  return typeof value === "object" && value !== null;
}

/** What the log says of a message: its method and tool, cut and cleaned, for both are the caller's text. */
function describeBody(body: JsonBody): Record<string, unknown> {
  if (Array.isArray(body)) return { batch: body.length };
  const text = (value: unknown) => typeof value === "string" ? cleanText(value, { maxLength: 60 }) : undefined;
  const method = text(body.method);
  const tool = method === "tools/call" ? text(memberOf(body.params, "name")) : undefined;
  return { ...(method !== undefined && { mcp_method: method }), ...(tool !== undefined && { tool }) };
}
