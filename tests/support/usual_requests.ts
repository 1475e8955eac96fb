/** The requests that the bench measures and whose work is counted, of both eras of the protocol. */

/** The eras of the protocol. */
export type Era = "2025" | "2026";

/** One kind of request. */
export interface Kind {
  /** As the tables name it. */
  name: string;
  method: string;
  params: Record<string, unknown>;
  eras: readonly Era[];
  /** Sent without credentials. */
  anonymous?: boolean;
  /** The answer differs from customer to customer, or from time to time: only its length is compared. */
  varies?: boolean;
  /** What the floor does besides: one request to Cloudways, and with Redis one EVALSHA. */
  floor?: "fetch";
  /** The plain server of the SDK answers it too. */
  bySdk?: boolean;
}

const BOTH: readonly Era[] = ["2025", "2026"];

function call(name: string, args: Record<string, unknown> = {}): Pick<Kind, "method" | "params"> {
  return { method: "tools/call", params: { name, arguments: args } };
}

const CLIENT = { name: "bench", version: "1.0.0" };

/** Every kind of request, in the order of the tables. */
export const KINDS = {
  initialize: {
    name: "`initialize`",
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: CLIENT },
    eras: ["2025"],
  },
  discover: { name: "`server/discover`", method: "server/discover", params: {}, eras: ["2026"] },
  list: { name: "`tools/list`", method: "tools/list", params: {}, eras: BOTH, bySdk: true },
  ping: { name: "`ping`, no credentials", ...call("ping"), eras: BOTH, anonymous: true, bySdk: true },
  own: { name: "`customer_info`: nothing from Cloudways", ...call("customer_info"), eras: BOTH, varies: true },
  listing: {
    name: "`get_app_details`: the cached list",
    ...call("get_app_details", { app_id: 200001 }),
    eras: BOTH,
    varies: true,
  },
  reference: {
    name: "`get_available_providers`: cached reference data",
    ...call("get_available_providers"),
    eras: BOTH,
  },
  read: {
    name: "`get_server_settings`: one request to Cloudways",
    ...call("get_server_settings", { server_id: 100001 }),
    eras: BOTH,
    floor: "fetch",
  },
} as const satisfies Record<string, Kind>;

/** The name of a kind of request. */
export type KindName = keyof typeof KINDS;

/** The access token of one customer. */
export function tokenOf(customer: number): string {
  return `cw_bench_not_real_${String(customer).padStart(6, "0")}`;
}

/** What `wrk.lua` replaces by the token of the next customer. */
const TOKEN_PLACE = "{token}";

/** The headers and the body of a kind of request. */
export function messageOf(kind: Kind, era: Era, token = TOKEN_PLACE): { headers: [string, string][]; body: string } {
  const { method, params } = kind;
  const headers: [string, string][] = [
    ["content-type", "application/json"],
    ["accept", "application/json, text/event-stream"],
  ];
  if (method !== "initialize") headers.push(["mcp-protocol-version", era === "2025" ? "2025-11-25" : "2026-07-28"]);
  if (era === "2026") headers.push(["mcp-method", method]);
  if (era === "2026" && typeof params.name === "string") headers.push(["mcp-name", params.name]);
  if (kind.anonymous !== true) headers.push(["x-cloudways-access-token", token]);
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": CLIENT,
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const sent = era === "2026" ? { ...params, _meta: meta } : params;
  return { headers, body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: sent }) };
}
