import { isJsonContentType } from "@modelcontextprotocol/server";
import { type Caller, customerIdOf } from "../identity/caller.ts";
import { shortCustomerId } from "../identity/customer_id.ts";
import type { Limit } from "../errors.ts";
import type { Owner } from "../async/fair_shares.ts";
import type { McpEndpoint } from "../mcp/endpoint.ts";
import { type AnswerForms, JSON_RPC_ERRORS, jsonRpcError } from "../mcp/json_rpc.ts";
import { EarlyHeadResponse } from "../mcp/late_answer.ts";
import type { CallScope } from "../mcp/server.ts";
import { whenDone } from "../async/streams.ts";
import type { FoldedLog } from "../telemetry/folded_log.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Admission, LoadLimit } from "./load_limit.ts";
import type { Guest, GuestAsks, McpDoor } from "./mcp_door.ts";
import { describeBody, readMessage, startsWork, unavailable } from "./mcp_body.ts";
import { accepts } from "./media_types.ts";
import type { BodyReader } from "./request_body.ts";
import type { RequestInfo } from "./handled_request.ts";

/** Knows which credentials Cloudways has accepted before. */
export interface Acceptance {
  /** Whether this process knows that they were accepted. */
  isKnown(customer: string): boolean;
  /** Asks the store too. */
  isAccepted(customer: { id: string }): Promise<boolean>;
}

/** What {@linkcode McpRoute} needs. */
export interface McpRouteOptions {
  endpoint: Pick<McpEndpoint<CallScope>, "fetch">;
  /** Says who the caller is. */
  door: McpDoor;
  load: LoadLimit;
  acceptance: Acceptance;
  /** Takes the log lines of callers that Cloudways has not accepted. */
  folded: FoldedLog;
  bodies: BodyReader;
  /** Whether the process is shutting down, so that no new work may begin. */
  isDraining: () => boolean;
}

/** A request that was admitted. */
interface Entry {
  scope: CallScope;
  place: Admission;
}

const TYPES = { json: "application/json", stream: "text/event-stream" } as const;

/** The text of a refusal, by the limit. */
const REFUSED_LOAD: Partial<Record<Limit, string>> = {
  load_customer: "Too many requests with these credentials are in progress.",
  load_strangers: "Too many requests without accepted credentials are in progress.",
};

/** MCP at one door and its narrowing forms: reads the caller and the message from an HTTP request, or refuses it. */
export class McpRoute {
  readonly #options: McpRouteOptions;

  constructor(options: McpRouteOptions) {
    this.#options = options;
  }

  /** Answers one request. */
  async fetch(request: Request, info: RequestInfo): Promise<Response> {
    const guest = await this.#options.door.open(request, info);
    if (guest instanceof Response) return guest;
    const forms = answerForms(request.headers);
    const refusal = refuseHttpForm(request, forms);
    if (refusal !== undefined) return refusal;
    const { asks } = guest;
    if (asks instanceof RangeError) return jsonRpcError(400, JSON_RPC_ERRORS.invalidRequest, asks.message);
    const body = await readMessage(request, this.#options.bodies, info);
    if (body instanceof Response) return body;
    const scope = scopeOf(guest, asks, info);
    info.note(describeBody(body, scope.caller.secrets));
    // During shutdown, answers to open questions and notifications are still accepted.
    if (this.#options.isDraining() && startsWork(body)) {
      const refusal = unavailable("This server is shutting down.");
      refusal.headers.set("connection", "close");
      return refusal;
    }
    // Only now that the body is complete: a client that never ends its body takes no place.
    const entry = await this.#enter(scope, info);
    if (typeof entry === "string") {
      info.limited(entry);
      return unavailable(REFUSED_LOAD[entry] ?? "This server has too much to do.");
    }
    const { place } = entry;
    try {
      const { endpoint } = this.#options;
      const response = await endpoint.fetch(withExactAccept(request), body, entry.scope, forms);
      return leaveAtEnd(response, place);
    } catch (error) {
      place.leave();
      throw error;
    }
  }

  /** Takes a place: as a customer if Cloudways has accepted the credentials before, otherwise as a stranger. */
  #enter(scope: CallScope, info: RequestInfo): Entry | Limit | Promise<Entry | Limit> {
    const { load, acceptance } = this.#options;
    const customer = customerIdOf(scope.caller.identity);
    const isKnown = customer !== undefined && acceptance.isKnown(customer);
    // Checked at the end, since this call may be the first one that Cloudways accepts.
    const isKnownNow = () => customer !== undefined && acceptance.isKnown(customer);
    info.known(isKnownNow);
    const place = load.enter(ownerOf(info.address, customer, isKnown));
    if (typeof place === "string") return place;
    const entry = { scope: { ...scope, log: this.#options.folded.of(info.address, scope.log, isKnownNow) }, place };
    return customer === undefined || isKnown ? entry : this.#claim(entry, customer, info.log);
  }

  /** Asked only after the request has a place, so that strangers can't cause unbounded store requests. */
  async #claim(entry: Entry, customer: string, log: Logger): Promise<Entry | Limit> {
    const isAccepted = await this.#wasAccepted(customer, log);
    return isAccepted && !entry.place.claim(customer) ? "load_customer" : entry;
  }

  /** Whether the store knows the customer. While the store fails, the caller is served as a stranger. */
  async #wasAccepted(id: string, log: Logger): Promise<boolean> {
    return await this.#options.acceptance.isAccepted({ id }).catch((error) => {
      log.debug("store failed", { error });
      return false;
    });
  }
}

function ownerOf(address: string, customer: string | undefined, isKnown: boolean): Owner {
  if (customer === undefined) return { stranger: address };
  return isKnown ? { customer } : { stranger: address, credentials: customer };
}

function scopeOf({ identity, connection }: Guest, asks: GuestAsks, info: RequestInfo): CallScope {
  const { requestId, address, log } = info;
  const { wishes, boundTo } = asks;
  const secrets = asks.secrets.again();
  const caller: Caller = {
    identity,
    ...wishes,
    boundTo,
    connection,
    secrets,
    transport: "http",
    address,
    requestId,
  };
  const safeLog = log.withSecrets(secrets);
  if (identity.kind === "none") return { caller, log: safeLog };
  const named = { customer: shortCustomerId(identity.id), ...(connection && { connection: connection.id }) };
  info.note(named);
  return { caller, log: safeLog.with(named) };
}

function refuseHttpForm(request: Request, { json, stream }: AnswerForms): Response | undefined {
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
  if (!json && !stream) return refuse(406, `Not acceptable: Accept must take ${TYPES.json} or ${TYPES.stream}.`);
  return undefined;
}

/** The usual header of clients. */
const BOTH_TYPES = `${TYPES.json}, ${TYPES.stream}`;

/** The forms of answer that a client accepts; without an Accept header, both. */
function answerForms(headers: Headers): AnswerForms {
  const accept = headers.get("accept") ?? BOTH_TYPES;
  if (accept === BOTH_TYPES) return { json: true, stream: true };
  return { json: accepts(accept, TYPES.json), stream: accepts(accept, TYPES.stream) };
}

/** Makes Accept name both types, as the SDK's transports require. Which type is used is decided elsewhere. */
function withExactAccept(request: Request): Request {
  const accept = request.headers.get("accept") ?? "";
  if (accept.includes("application/json") && accept.includes("text/event-stream")) return request;
  const headers = new Headers(request.headers);
  headers.set("accept", BOTH_TYPES);
  return new Request(request.url, { method: request.method, headers, signal: request.signal });
}

/** Gives the place back, for a streamed or late answer only when its body has ended. */
function leaveAtEnd(response: Response, { leave }: Admission): Response {
  const streams = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  if ((streams || response instanceof EarlyHeadResponse) && response.body !== null) {
    return new Response(whenDone(response.body, leave), response);
  }
  leave();
  return response;
}
