import { isJsonContentType } from "@modelcontextprotocol/server";
import { type Caller, customerIdOf } from "../identity/caller.ts";
import type { Limit } from "../errors.ts";
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
  place: Admission;
  /** Whether Cloudways has accepted the caller. If not before, this call may be the first, so it is asked at the end. */
  isKnown: true | (() => boolean);
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
    const { door, bodies, endpoint, folded } = this.#options;
    const opened = door.open(request, info);
    const guest = opened instanceof Promise ? await opened : opened;
    if (guest instanceof Response) return guest;
    const accept = request.headers.get("accept");
    const forms = answerForms(accept);
    const refusal = refuseHttpForm(request, forms);
    if (refusal !== undefined) return refusal;
    const { asks, named } = guest;
    if (asks instanceof RangeError) return jsonRpcError(400, JSON_RPC_ERRORS.invalidRequest, asks.message);
    const body = await readMessage(request, bodies, info);
    if (body instanceof Response) return body;
    const caller = callerOf(guest, asks, info);
    if (named !== undefined) info.note(named);
    info.note(describeBody(body, caller.secrets));
    // During shutdown, answers to open questions and notifications are still accepted.
    if (this.#options.isDraining() && startsWork(body)) {
      const refusal = unavailable("This server is shutting down.");
      refusal.headers.set("connection", "close");
      return refusal;
    }
    // Only now that the body is complete: a client that never ends its body takes no place.
    const entered = this.#enter(caller, info);
    const entry = entered instanceof Promise ? await entered : entered;
    if (typeof entry === "string") {
      info.limited(entry);
      return unavailable(REFUSED_LOAD[entry] ?? "This server has too much to do.");
    }
    const { place, isKnown } = entry;
    try {
      const safeLog = info.log.withSecrets(caller.secrets);
      const log = named === undefined ? safeLog : safeLog.with(named);
      const scope = { caller, log: isKnown === true ? log : folded.of(info.address, log, isKnown) };
      const answer = endpoint.fetch(withExactAccept(request, accept), body, scope, forms);
      const response = answer instanceof Promise ? await answer : answer;
      return leaveAtEnd(response, place);
    } catch (error) {
      place.leave();
      throw error;
    }
  }

  /** Takes a place: as a customer if Cloudways has accepted the credentials before, otherwise as a stranger. */
  #enter({ identity }: Caller, info: RequestInfo): Entry | Limit | Promise<Entry | Limit> {
    const { load, acceptance } = this.#options;
    const customer = customerIdOf(identity);
    if (customer === undefined) return entryOf(load.enter({ stranger: info.address }), isStranger);
    if (acceptance.isKnown(customer)) {
      info.known();
      return entryOf(load.enter({ customer }), true);
    }
    const isKnown = () => acceptance.isKnown(customer);
    info.known(isKnown);
    const entry = entryOf(load.enter({ stranger: info.address, credentials: customer }), isKnown);
    return typeof entry === "string" ? entry : this.#claim(entry, customer, info.log);
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

const isStranger = () => false;

function entryOf(place: Admission | Limit, isKnown: Entry["isKnown"]): Entry | Limit {
  return typeof place === "string" ? place : { place, isKnown };
}

function callerOf({ identity, connection }: Guest, asks: GuestAsks, { address, requestId }: RequestInfo): Caller {
  const { boundTo, secrets, wishes } = asks;
  const { readOnly, toolsets, onlyTools, excludedTools, listedToolsets, servers, approvalCode, confirmByPage } = wishes;
  // Named one by one: to spread them takes several times as long as all the rest.
  return {
    identity,
    readOnly,
    toolsets,
    onlyTools,
    excludedTools,
    listedToolsets,
    servers,
    approvalCode,
    confirmByPage,
    boundTo,
    connection,
    secrets: secrets.again(),
    transport: "http",
    address,
    requestId,
  };
}

function refuseHttpForm(request: Request, { json, stream }: AnswerForms): Response | undefined {
  const refuse = (status: number, message: string) => jsonRpcError(status, JSON_RPC_ERRORS.refused, message);
  if (request.method !== "POST") {
    const refusal = refuse(405, "Method not allowed: this endpoint keeps no sessions and takes POST alone.");
    refusal.headers.set("allow", "POST, OPTIONS");
    return refusal;
  }
  const type = request.headers.get("content-type");
  if (type !== TYPES.json && !isJsonContentType(type)) {
    return refuse(415, "Unsupported media type: Content-Type must be application/json.");
  }
  const encoding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  if (encoding !== "identity" && encoding !== "") {
    return refuse(415, "Unsupported media type: the body must not be compressed; leave Content-Encoding out.");
  }
  if (!json && !stream) return refuse(406, `Not acceptable: Accept must take ${TYPES.json} or ${TYPES.stream}.`);
  return undefined;
}

/** The usual header of clients. */
const BOTH_TYPES = `${TYPES.json}, ${TYPES.stream}`;

/** The forms of answer that a client accepts; without an Accept header, both. */
function answerForms(accept: string | null): AnswerForms {
  if (accept === null || accept === BOTH_TYPES) return { json: true, stream: true };
  return { json: accepts(accept, TYPES.json), stream: accepts(accept, TYPES.stream) };
}

/** Makes Accept name both types, as the SDK's transports require. Which type is used is decided elsewhere. */
function withExactAccept(request: Request, accept: string | null): Request {
  if (accept === BOTH_TYPES) return request;
  if (accept?.includes(TYPES.json) && accept.includes(TYPES.stream)) return request;
  const headers = new Headers(request.headers);
  headers.set("accept", BOTH_TYPES);
  return new Request(request.url, { method: request.method, headers, signal: request.signal });
}

/** Gives the place back, for a streamed or late answer only when its body has ended. */
function leaveAtEnd(response: Response, place: Admission): Response {
  const streams = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  if ((streams || response instanceof EarlyHeadResponse) && response.body !== null) {
    return new Response(whenDone(response.body, () => place.leave()), response);
  }
  place.leave();
  return response;
}
