import type { Limit } from "../errors.ts";
import { JSON_RPC_ERRORS, jsonRpcError } from "../mcp/json_rpc.ts";
import type { Networks } from "../text/networks.ts";
import type { FoldedLog } from "../telemetry/folded_log.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Tracer } from "../telemetry/tracing.ts";
import { type AccessLists, allowOrigin, isAllowedHost, isAllowedOrigin, preflight } from "./access_rules.ts";
import { clientAddress } from "./client_address.ts";
import { RefusedNames } from "./refused_names.ts";

/** What is known about a request before its handler runs. */
export interface RequestInfo {
  requestId: string;
  /** The path that was asked for. It may hold an id, so it is not logged. */
  pathname: string;
  /** The client's address or network; strangers are bounded by it. */
  address: string;
  log: Logger;
  /** Adds fields to the line that is logged when the request is answered. */
  note: (fields: Record<string, unknown>) => void;
  /** Marks the request as a known customer's, if `isKnown` is true at its end: then it gets its own log line. */
  known: (isKnown?: () => boolean) => void;
  /** Notes that one of our limits refuses the request. */
  limited: (limit: Limit) => void;
}

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
export interface RouterOptions {
  routes: readonly Route[];
  access: AccessLists;
  metrics: Metrics;
  tracer: Tracer;
  log: Logger;
  /** Folds the log lines of unknown callers. */
  folded: FoldedLog;
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
  const routes = new Map(options.routes.filter(({ matches }) => !matches).map((route) => [route.path, route]));
  const refusedNames = new RefusedNames(options.log);
  const patterns = options.routes.filter(({ matches }) => matches);
  const servesMcp = options.routes.some(({ path }) => path === "/mcp");
  const nothingHere = `There is nothing here.${servesMcp ? " MCP is served at /mcp." : ""}`;
  return async (request, connection) => {
    const startedAt = performance.now();
    const requestId = crypto.randomUUID();
    const log = options.log.with({ request_id: requestId, ...options.tracer.ids() });
    // A malformed Host makes an invalid URL; it is refused below.
    const pathname = URL.parse(request.url)?.pathname ?? "";
    const route = routes.get(pathname) ?? patterns.find(({ matches }) => matches?.(pathname));
    const name = route?.path ?? "unknown";
    const method = knownMethod(request.method);
    options.tracer.nameRequest(method, name);
    options.metrics.requestStarted();
    const noted: Record<string, unknown> = {};
    const address = addressOf(request, connection, options.trustedProxies);
    let isKnown = () => false;
    const requestLog = options.folded.of(address, log, () => isKnown());
    let status = 500;
    try {
      const note = (fields: Record<string, unknown>) => void Object.assign(noted, fields);
      const info: RequestInfo = {
        requestId,
        pathname,
        address,
        log,
        note,
        known: (when = () => true) => void (isKnown = when),
        limited: (limit) => {
          options.metrics.rateLimited(limit);
          note({ limited_by: limit });
        },
      };
      const response = await answer(request, route, { access: options.access, refusedNames, nothingHere }, info);
      status = response.status;
      return complete(response, route, requestId);
    } catch (error) {
      requestLog.error("internal error", { route: name, error });
      const response = plainError(500, "internal_error", `Something went wrong; request ${requestId}.`);
      return complete(response, route, requestId);
    } finally {
      const seconds = (performance.now() - startedAt) / 1000;
      options.metrics.requestFinished({ route: name, status, seconds });
      const level = route?.quiet === true && status < 400 ? "debug" : "info";
      requestLog[level]("request", { method, route: name, status, milliseconds: Math.round(seconds * 1000), ...noted });
      options.folded.sumUpWhenDue();
    }
  };
}

/** The access rules, the log of refused names, and what a path without a route is answered. */
interface AccessChecks {
  access: AccessLists;
  refusedNames: RefusedNames;
  nothingHere: string;
}

async function answer(request: Request, route: Route | undefined, checks: AccessChecks, info: RequestInfo) {
  const { access } = checks;
  if (route?.skipsAccessRules !== true) {
    const refusal = refuseAccess(request, checks, route);
    if (refusal !== undefined) return refusal;
  }
  const response = route === undefined
    ? plainError(404, "not_found", checks.nothingHere)
    : await routeAnswer(request, route, info);
  if (route?.allowsCors === true && isAllowedOrigin(request, access)) {
    allowOrigin(request, response.headers, route.exposes);
  }
  return response;
}

/** Adds the headers that all answers have. */
function complete(response: Response, route: Route | undefined, requestId: string): Response {
  response.headers.set("x-content-type-options", "nosniff");
  response.headers.set("x-request-id", requestId);
  for (const [name, value] of Object.entries(route?.headers ?? {})) response.headers.set(name, value);
  if (route?.noStore === true) response.headers.set("cache-control", "no-store");
  return response;
}

async function routeAnswer(request: Request, route: Route, info: RequestInfo): Promise<Response> {
  if (request.method === "OPTIONS" && route.allowsCors && request.headers.has("origin")) return preflight();
  const method = request.method === "HEAD" ? "GET" : request.method;
  if (route.methods !== undefined && !route.methods.includes(method)) {
    const refusal = plainError(405, "method_not_allowed", `${route.path} takes ${route.methods.join(", ")}.`);
    refusal.headers.set("allow", route.methods.join(", "));
    return refusal;
  }
  return await route.handle(request, info);
}

function refuseAccess(
  request: Request,
  { access, refusedNames }: AccessChecks,
  route: Route | undefined,
): Response | undefined {
  const host = isAllowedHost(request, access);
  if (host && isAllowedOrigin(request, access)) return undefined;
  refusedNames.report(host ? "origin" : "host", request.headers);
  const message = host
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

/** The method for the log. It is the caller's text, so an unknown one is not logged. */
function knownMethod(method: string): string {
  return ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].includes(method) ? method : "OTHER";
}
