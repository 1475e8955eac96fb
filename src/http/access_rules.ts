import { CREDENTIAL_HEADERS, WISH_HEADERS } from "./caller_headers.ts";

/** Which host names requests may be addressed to, and which web origins may send them. */
export interface AccessLists {
  /** Host names in lower case, without ports. */
  allowedHosts: ReadonlySet<string>;
  /** In lower case: for http and https the host names, without ports; for other schemes complete origins. */
  allowedOrigins: ReadonlySet<string>;
}

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i;

const ALLOWED_HEADERS = [
  "content-type",
  "accept",
  "last-event-id",
  "mcp-session-id",
  "mcp-protocol-version",
  "mcp-method",
  "mcp-name",
  ...WISH_HEADERS,
  ...CREDENTIAL_HEADERS,
].join(", ");

/**
 * Whether a request is addressed to an allowed host name. This stops DNS rebinding.
 *
 * @param header The request's `Host`; null if it has none.
 */
export function isAllowedHost(header: string | null, url: string, { allowedHosts }: AccessLists): boolean {
  if (header === null) return allowedHosts.has(new URL(url).hostname);
  const name = HOST.exec(header)?.[1];
  return name !== undefined && allowedHosts.has(name.toLowerCase());
}

/** Whether a request with this `Origin` comes from no web page, or from a page of an allowed origin. */
export function isAllowedOrigin(header: string | null, { allowedOrigins }: AccessLists): boolean {
  if (header === null) return true;
  const origin = URL.parse(header);
  if (origin === null) return false;
  return allowedOrigins.has(/^https?:$/.test(origin.protocol) ? origin.hostname : header.toLowerCase());
}

/** The answer to a CORS preflight request of an allowed origin. */
export function preflight(): Response {
  const headers = {
    "access-control-allow-methods": "GET, POST, DELETE, OPTIONS",
    "access-control-allow-headers": ALLOWED_HEADERS,
    "access-control-max-age": "600",
  };
  return new Response(null, { status: 204, headers });
}

/**
 * Lets the page of an allowed origin read an answer.
 *
 * @param origin The header of the request; null for one that comes from no page.
 * @param exposed Headers that it may read besides the usual ones.
 */
export function allowOrigin(origin: string | null, headers: Headers, exposed: readonly string[] = []): void {
  headers.append("vary", "Origin");
  if (origin === null) return;
  headers.set("access-control-allow-origin", origin);
  headers.set("access-control-expose-headers", ["Mcp-Session-Id", "Retry-After", ...exposed].join(", "));
}
