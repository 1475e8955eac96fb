/**
 * Recognises plain requests: those that need nothing of the SDK but their answer. The check is narrower than the
 * protocol. What it does not know, however valid, is no plain request.
 */
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  PROTOCOL_VERSION_META_KEY,
  SUPPORTED_PROTOCOL_VERSIONS,
} from "@modelcontextprotocol/server";
import type { JsonBody } from "./json_rpc.ts";

/** The revisions of 2025 and before, which begin with `initialize`; or the one of 2026, without sessions. */
export type Era = "2025" | "2026";

/** A plain request for something that is the same for many callers. */
export interface PlainQuery {
  kind: "query";
  era: Era;
  id: string | number;
  method: "initialize" | "ping" | "server/discover" | "tools/list";
  /** The revision that `initialize` asks for. Empty for any other method. */
  asksFor: string;
}

/** A plain call of a tool. */
export interface PlainCall {
  kind: "call";
  era: Era;
  id: string | number;
  name: string;
  args: Readonly<Record<string, unknown>>;
  /** What a client of 2026 says of itself in each request; one of 2025 says so in `initialize` alone. */
  clientInfo: unknown;
  /** The trace that the caller's own span belongs to, as it was sent. */
  traceparent: unknown;
}

/** One request of a known form. */
export type PlainRequest = PlainQuery | PlainCall;

type JsonObject = Record<string, unknown>;

const REVISION_2026 = "2026-07-28";
/** The start of the names that the protocol keeps for itself. */
const RESERVED = "io.modelcontextprotocol/";

const MESSAGE = new Set(["jsonrpc", "id", "method", "params"]);
const PARAMS = {
  initialize: new Set(["_meta", "protocolVersion", "capabilities", "clientInfo"]),
  query: new Set(["_meta"]),
  call: new Set(["_meta", "name", "arguments"]),
} as const;

/**
 * Reads a plain request; undefined for everything else.
 *
 * @param body Parsed, and in the form of `normalizeBody`.
 */
export function plainRequest(headers: Headers, body: JsonBody): PlainRequest | undefined {
  if (!isObject(body) || !hasOnly(body, MESSAGE)) return undefined;
  const { jsonrpc, id, method, params = {} } = body;
  if (jsonrpc !== "2.0" || !isId(id) || typeof method !== "string" || !isObject(params)) return undefined;
  const { _meta: meta = {} } = params;
  const era = isObject(meta) ? eraOf(headers, method, meta) : undefined;
  if (era === undefined || !isObject(meta)) return undefined;
  if (method !== "tools/call") {
    return headers.get("mcp-name") === null ? plainQuery(method, params, { era, id }) : undefined;
  }
  // A session may belong to a client that can be asked in the middle of its call.
  if (era === "2025" && headers.get("mcp-session-id") !== null) return undefined;
  const { name, arguments: args = {} } = params;
  if (!hasOnly(params, PARAMS.call) || typeof name !== "string" || !isObject(args)) return undefined;
  const named = headers.get("mcp-name");
  if (named !== name && (named !== null || era === "2026")) return undefined;
  const { [CLIENT_INFO_META_KEY]: clientInfo, traceparent } = meta;
  return { kind: "call", era, id, name, args, clientInfo, traceparent };
}

/** The era whose rules the headers and the `_meta` keep; undefined where they keep neither. */
function eraOf(headers: Headers, method: string, meta: JsonObject): Era | undefined {
  const revision = headers.get("mcp-protocol-version");
  const named = headers.get("mcp-method");
  if (revision === REVISION_2026) return named === method && isModernMeta(meta) ? "2026" : undefined;
  if (named !== null && named !== method) return undefined;
  const isKnown = revision === null || SUPPORTED_PROTOCOL_VERSIONS.includes(revision);
  return isKnown && areKnownOrIgnored(meta, NONE) ? "2025" : undefined;
}

function plainQuery(
  method: string,
  params: JsonObject,
  { era, id }: Pick<PlainQuery, "era" | "id">,
): PlainQuery | undefined {
  if (era === "2025" && method === "initialize") {
    const { protocolVersion: asksFor } = params;
    return typeof asksFor === "string" && isPlainInitialize(params)
      ? { kind: "query", era, id, method, asksFor }
      : undefined;
  }
  const isOffered = method === "tools/list" || method === (era === "2025" ? "ping" : "server/discover");
  return isOffered && hasOnly(params, PARAMS.query) ? { kind: "query", era, id, method, asksFor: "" } : undefined;
}

/** A client that declares `elicitation` gets a session id, and one that declares `tasks` means an extension. */
function isPlainInitialize(params: JsonObject): boolean {
  const { protocolVersion, capabilities, clientInfo } = params;
  const isKnown = typeof protocolVersion === "string" && SUPPORTED_PROTOCOL_VERSIONS.includes(protocolVersion);
  return isKnown && hasOnly(params, PARAMS.initialize) && isImplementation(clientInfo) &&
    isObject(capabilities) && !Object.hasOwn(capabilities, "elicitation") && areCapabilities(capabilities);
}

/** Whether the `_meta` of a 2026 client is complete, and says nothing that the answer depends on. */
function isModernMeta(meta: JsonObject): boolean {
  return meta[PROTOCOL_VERSION_META_KEY] === REVISION_2026 &&
    areCapabilities(meta[CLIENT_CAPABILITIES_META_KEY]) &&
    (!Object.hasOwn(meta, CLIENT_INFO_META_KEY) || isImplementation(meta[CLIENT_INFO_META_KEY])) &&
    areKnownOrIgnored(meta, OF_EACH_REQUEST);
}

const NONE: ReadonlySet<string> = new Set();
const OF_EACH_REQUEST = new Set([
  PROTOCOL_VERSION_META_KEY,
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
]);

function areKnownOrIgnored(meta: JsonObject, known: ReadonlySet<string>): boolean {
  for (const name in meta) if (!known.has(name) && !isIgnoredMeta(name)) return false;
  return true;
}

/** Names of other parties, which mean nothing here. */
function isIgnoredMeta(name: string): boolean {
  return name !== "progressToken" && name !== "__proto__" && !name.startsWith(RESERVED);
}

function isImplementation(value: unknown): boolean {
  if (!isObject(value) || Object.hasOwn(value, "icons")) return false;
  const { name, version, title = "", websiteUrl = "", description = "" } = value;
  return typeof name === "string" && typeof version === "string" && typeof title === "string" &&
    typeof websiteUrl === "string" && typeof description === "string";
}

/** Capabilities in their usual forms. */
function areCapabilities(value: unknown): boolean {
  if (!isObject(value)) return false;
  for (const name in value) if (!isCapability(name, value[name])) return false;
  return true;
}

function isCapability(name: string, declared: unknown): boolean {
  if (!isObject(declared)) return false;
  switch (name) {
    case "elicitation":
    case "sampling":
      return Object.values(declared).every(isEmpty);
    case "roots":
      return Object.entries(declared).every(([member, given]) =>
        member === "listChanged" && typeof given === "boolean"
      );
    case "experimental":
    case "extensions":
      return Object.values(declared).every((member) => isObject(member) && isJson(member));
    default:
      return false;
  }
}

function isEmpty(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}

/** Whether a parsed value could be written as JSON again: a number may have become infinite. */
function isJson(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value !== "object" || value === null || Object.values(value).every(isJson);
}

function isId(value: unknown): value is string | number {
  return typeof value === "string" || Number.isSafeInteger(value);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// A loop over a parsed object's names, which are all its own, makes no list of them.
function hasOnly(value: object, names: ReadonlySet<string>): boolean {
  for (const name in value) if (!names.has(name)) return false;
  return true;
}
