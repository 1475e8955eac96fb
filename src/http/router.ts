import { JSON_RPC_ERRORS, jsonRpcError } from "../mcp/json_rpc.ts";
import type { Networks } from "../text/networks.ts";
import { type AccessLists, allowOrigin, isAllowedHost, isAllowedOrigin, preflight } from "./access_rules.ts";
import { clientAddress } from "./client_address.ts";
import { HandledRequest, type HandlingParts, type RequestInfo } from "./handled_request.ts";
import { RefusedNames } from "./refused_names.ts";

/** A route of the HTTP server. */
export interface Route {
  /** Its name in logs and metrics; without `matches`, also the only path it answers. */
  path: string;
  /** Whether it answers a path. For paths with an id, which must not be logged. */
  matches?: (pathname: string) => boolean;
  /** The methods it answers; `GET` includes `HEAD`. If undefined, the handler decides. */
  methods?: readonly string[];
  /** Skips the checks of host and origin, for probes. */
  skipsAccessRules?: boolean;
  /** Logs successful answers only at DEBUG, for probes, which may be frequent. */
  quiet?: boolean;
  /** Lets pages of allowed origins read the answers. */
  allowsCors: boolean;
  /** Refusals are JSON-RPC errors. */
  speaksMcp?: boolean;
  /** Headers that pages of allowed origins may read, besides the usual ones. */
  exposes?: readonly string[];
  /** Forbids caching of all answers, including refusals. */
  noStore?: boolean;
  /** Added to all answers, including refusals. */
  headers?: Readonly<Record<string, string>>;
  handle: (request: Request, info: RequestInfo) => Response | Promise<Response>;
}

/** What {@linkcode createRouter} needs. */
export interface RouterOptions extends HandlingParts {
  routes: readonly Route[];
  access: AccessLists;
  /** Proxies whose `X-Forwarded-For` is believed. */
  trustedProxies: Networks;
}

/** A connection's peer, as `Deno.serve` reports it. */
export interface ConnectionInfo {
  remoteAddr: Deno.Addr;
}

/** Serves HTTP requests. */
export type FetchHandler = (request: Request, connection?: ConnectionInfo) => Promise<Response>;

/** Makes the outermost handler: finds the route, applies the access rules, logs and counts, and never throws. */
export function createRouter(options: RouterOptions): FetchHandler {
  const { routes, access, trustedProxies } = options;
  const addresses = new Addresses(options);
  const refusedNames = new RefusedNames(options.log);
  const nothing = nothingHere(routes);
  return async (request, connection) => {
    const sentTo = addresses.of(request);
    const { route } = sentTo;
    const handled = new HandledRequest(options, {
      pathname: sentTo.pathname,
      address: addressOf(request, connection, trustedProxies),
      method: knownMethod(request.method),
      route: route?.path ?? "unknown",
    });
    let status = 500;
    try {
      const origin = request.headers.get("origin");
      const isOurs = isAllowedOrigin(origin, access);
      const isRefused = route?.skipsAccessRules !== true && !(sentTo.isAllowedHost && isOurs);
      const answer = isRefused
        ? refuseAccess(request, sentTo, refusedNames)
        : route === undefined
        ? plainError(404, "not_found", nothing)
        : routeAnswer(request, route, handled);
      const response = answer instanceof Response ? answer : await answer;
      status = response.status;
      const letsRead = !isRefused && route?.allowsCors === true && isOurs;
      return complete(response, route, handled.requestId, letsRead ? { origin } : undefined);
    } catch (error) {
      handled.failed(error);
      const response = plainError(500, "internal_error", `Something went wrong; request ${handled.requestId}.`);
      return complete(response, route, handled.requestId, undefined);
    } finally {
      handled.answered(status, route?.quiet === true);
    }
  };
}

/** Finds the route of a path: one with just this path, or the first that matches it. */
class RouteTable {
  readonly #byPath = new Map<string, Route>();
  readonly #patterns: readonly Route[];

  constructor(routes: readonly Route[]) {
    this.#patterns = routes.filter(({ matches }) => matches);
    for (const route of routes) if (route.matches === undefined) this.#byPath.set(route.path, route);
    // The usual form of an address needs no search.
    for (const { path } of this.#patterns) {
      const route = this.find(path);
      if (route !== undefined) this.#byPath.set(path, route);
    }
  }

  find(pathname: string): Route | undefined {
    return this.#byPath.get(pathname) ?? this.#patterns.find(({ matches }) => matches?.(pathname));
  }
}

/** Where a request is addressed to. */
class Address {
  readonly url: string;
  /** The header; null if there is none. */
  readonly host: string | null;
  /** Empty for a malformed `Host`, which makes an invalid URL; such a request is refused. */
  readonly pathname: string;
  readonly route: Route | undefined;
  readonly #access: AccessLists;
  #isAllowedHost: boolean | undefined;

  constructor(url: string, host: string | null, table: RouteTable, access: AccessLists) {
    this.url = url;
    this.host = host;
    this.pathname = URL.parse(url)?.pathname ?? "";
    this.route = table.find(this.pathname);
    this.#access = access;
  }

  /** Throws for an invalid URL without a `Host`. */
  get isAllowedHost(): boolean {
    return this.#isAllowedHost ??= isAllowedHost(this.host, this.url, this.#access);
  }
}

/** Reads addresses. Most requests have the same one as the request before. */
class Addresses {
  readonly #table: RouteTable;
  readonly #access: AccessLists;
  #latest: Address | undefined;

  constructor({ routes, access }: Pick<RouterOptions, "routes" | "access">) {
    this.#table = new RouteTable(routes);
    this.#access = access;
  }

  of({ url, headers }: Request): Address {
    const host = headers.get("host");
    const latest = this.#latest;
    if (latest?.url === url && latest.host === host) return latest;
    return this.#latest = new Address(url, host, this.#table, this.#access);
  }
}

function nothingHere(routes: readonly Route[]): string {
  const servesMcp = routes.some(({ path }) => path === "/mcp");
  return `There is nothing here.${servesMcp ? " MCP is served at /mcp." : ""}`;
}

/**
 * Adds the headers that all answers have, and those that let the page of an allowed origin read this one.
 *
 * @param reader Undefined if no page may read it.
 */
function complete(
  response: Response,
  route: Route | undefined,
  requestId: string,
  reader: { origin: string | null } | undefined,
): Response {
  const { headers } = response;
  if (reader !== undefined) allowOrigin(reader.origin, headers, route?.exposes);
  headers.set("x-content-type-options", "nosniff");
  headers.set("x-request-id", requestId);
  if (route?.headers !== undefined) {
    for (const [name, value] of Object.entries(route.headers)) headers.set(name, value);
  }
  if (route?.noStore === true) headers.set("cache-control", "no-store");
  return response;
}

function routeAnswer(request: Request, route: Route, info: RequestInfo): Response | Promise<Response> {
  if (request.method === "OPTIONS" && route.allowsCors && request.headers.has("origin")) return preflight();
  const method = request.method === "HEAD" ? "GET" : request.method;
  if (route.methods !== undefined && !route.methods.includes(method)) {
    const refusal = plainError(405, "method_not_allowed", `${route.path} takes ${route.methods.join(", ")}.`);
    refusal.headers.set("allow", route.methods.join(", "));
    return refusal;
  }
  return route.handle(request, info);
}

function refuseAccess(
  { headers }: Request,
  { isAllowedHost, route }: Address,
  refusedNames: RefusedNames,
): Response {
  refusedNames.report(isAllowedHost ? "origin" : "host", headers);
  const message = isAllowedHost
    ? "This Origin is not allowed. The operator allows origins with ALLOWED_ORIGINS."
    : "This Host is not allowed. The operator allows host names with ALLOWED_HOSTS.";
  return route?.speaksMcp === true
    ? jsonRpcError(403, JSON_RPC_ERRORS.refused, message)
    : plainError(403, "forbidden", message);
}

/** An error outside MCP, as JSON. */
function plainError(status: number, error: string, message: string): Response {
  return Response.json({ error, message }, { status });
}

function addressOf({ headers }: Request, connection: ConnectionInfo | undefined, trusted: Networks): string {
  const peer = connection?.remoteAddr;
  const hostname = peer !== undefined && "hostname" in peer ? peer.hostname : undefined;
  return clientAddress(hostname, headers.get("x-forwarded-for"), trusted);
}

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** The method for the log. It is the caller's text, so an unknown one is not logged. */
function knownMethod(method: string): string {
  return METHODS.has(method) ? method : "OTHER";
}
