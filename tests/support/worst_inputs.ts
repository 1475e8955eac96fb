/**
 * The worst that a stranger can send within the limits: 1 MiB of body, 64 KB of headers, in every place that takes
 * text.
 */
import { modernMeta } from "./rpc_2026.ts";

/** One request to `/mcp`. */
export interface WorstInput {
  name: string;
  headers: Record<string, string>;
  body: string;
}

const BODY_BYTES = 1024 * 1024;
/** The size of one header: 64 KB less those that every request has. */
const HEADER_BYTES = 60_000;
/** The longest credential that counts. */
const CREDENTIAL_BYTES = 4096;

/** Repeated pieces whose texts cost most to search. Tokens are assembled only here. */
export const FILLERS: Readonly<Record<string, string>> = {
  "one letter": "a",
  "percent codes": "%E0%22 ",
  "percent codes of percents": "%2525252522",
  "quotes": '"',
  "backslashes": "\\",
  "backslashes and quotes": '\\"',
  "names and values": "password= ",
  "quoted values": "token='",
  "names without end": "a.",
  "beginnings of addresses": "://a:",
  "at signs": "://a@",
  "beginnings of keys": "-----BEGIN PRIVATE KEY",
  "dashes": "-",
  "options": "--a ",
  "beginnings of tokens": "cw" + "_",
  "web tokens": "ey" + "Jaaaaaaaa.",
  "bearers": "Bearer ",
  "basics": "Basic YTpi ",
  "lists": "[[",
  "JSON in JSON": '{"password":"',
  "SQL": "IDENTIFIED BY '",
  "serialised": 's:1:"a";',
  "markup": "&quot;",
  "invisible": "\u200b\u202e",
  "spaces": "\u3000 ",
  "lone surrogates": "\ud800",
  "emoji": "👍\ufe0f",
  "one long ligature": "\ufdfa",
  "dotted capitals": "\u0130",
  "control characters": "\u0000\u001b",
  "lines": "\n\r\t",
};

/** Repeats a piece until it is `bytes` long as JSON. */
function filled(piece: string, bytes: number): string {
  const size = new TextEncoder().encode(JSON.stringify(piece)).length - 2;
  return piece.repeat(Math.max(1, Math.floor(bytes / size)));
}

type Message = Record<string, unknown>;

const META = modernMeta("worst", { elicitation: {} });

function message(method: string, params: Message, id: unknown = 1): Message {
  return { jsonrpc: "2.0", id, method, params };
}

function call(name: string, args: unknown, more: Message = {}): Message {
  return message("tools/call", { name, arguments: args, ...more });
}

/** Every place of a body that takes text. */
const PLACES: Readonly<Record<string, (text: string) => unknown>> = {
  "method": (text) => message(text, {}),
  "id": (text) => message("ping", {}, text),
  "revision of JSON-RPC": (text) => ({ jsonrpc: text, id: 1, method: "ping" }),
  "member of a message": (text) => ({ ...message("ping", {}), [text]: text.slice(0, 1) }),
  "tool name": (text) => call(text, {}),
  "name of an argument": (text) => call("restart_server", { [text]: 1 }),
  "number as text": (text) => call("restart_server", { server_id: text }),
  "argument": (text) => call("find_resources", { query: text }),
  "argument of a read": (text) => call("get_operation_status", { operation_id: text }),
  "address": (text) => call("update_whitelisted_ips", { server_id: 1, list: "ssh", add: [text] }),
  "addresses": (text) => call("update_whitelisted_ips", { server_id: 1, list: "ssh", add: texts(text, 500) }),
  "domain": (text) => call("install_letsencrypt", { app_id: 1, domains: [text], email: text.slice(0, 99) }),
  "repository": (text) => call("git_clone", { app_id: 1, git_url: `git@${text}`, branch: "main" }),
  "certificate": (text) =>
    call("install_ssl_certificate", {
      app_id: 1,
      certificate: `-----BEGIN CERTIFICATE-----${text.slice(0, 99_000)}`,
      private_key: `-----BEGIN PRIVATE KEY-----${text.slice(0, 29_000)}`,
    }),
  "argument of a tool that is recorded": (text) => call("restart_server", { server_id: 1, reason: text }),
  "list in an argument": (text) => call("restart_server", { server_id: texts(text, 5_000) }),
  "object in an argument": (text) =>
    call("restart_server", { server_id: Object.fromEntries(texts(text, 4_000).map((item, at) => [at + item, item])) }),
  "progress token": (text) => call("ping", {}, { _meta: { progressToken: text } }),
  "cancelled id": (text) => ({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: text } }),
  "notification": (text) => ({ jsonrpc: "2.0", method: text.slice(0, 200), params: { text } }),
  "answer": (text) => ({ jsonrpc: "2.0", id: "x", result: { text } }),
  "error": (text) => ({ jsonrpc: "2.0", id: "x", error: { code: -1, message: text, data: text.slice(0, 1) } }),
  "client's name": (text) => initialize({ clientInfo: { name: text, version: "1" } }),
  "client's revision": (text) => initialize({ protocolVersion: text }),
  "capabilities": (text) => initialize({ capabilities: { elicitation: {}, [text]: {} } }),
  "cursor": (text) => message("tools/list", { cursor: text }),
  "uri": (text) => message("resources/read", { uri: text }),
  "level": (text) => message("logging/setLevel", { level: text }),
  "state": (text) => call("restart_server", { server_id: 1 }, { requestState: text }),
  "input response": (text) =>
    call("restart_server", { server_id: 1 }, { requestState: "x", inputResponses: { approval: { action: text } } }),
  "batch": (text) => texts(text, 20).map((item, id) => message("ping", { item }, id)),
  "batch of calls": (text) => texts(text, 20).map((item, id) => ({ ...call(item, { [item]: item }), id })),
  "text alone": (text) => text,
  "list alone": (text) => texts(text, 1000),
};

function initialize(params: Message): Message {
  const usual = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "worst", version: "1" } };
  return message("initialize", { ...usual, ...params });
}

/** A text in so many parts. */
function texts(text: string, count: number): string[] {
  const size = Math.max(1, Math.floor(text.length / count));
  return Array.from({ length: count }, (_, at) => text.slice(at * size, (at + 1) * size));
}

/** Bodies with a costly structure. */
const SHAPES: Readonly<Record<string, () => string>> = {
  "many names": () => around("{", (at) => `"k${at.toString(36)}":1`, "}"),
  "many names that are numbers": () => around("{", (at) => `"${at * 7919 % 16777216}":1`, "}"),
  "many lists": () => around("[", () => "[]", "]"),
  "many objects": () => around("[", () => "{}", "]"),
  "many numbers": () => around("[", () => "1e9", "]"),
  "many arguments": () => around(CALL_OPEN, (at) => `"k${at.toString(36)}":1`, "}}}"),
  "many lists in an argument": () => around(`${CALL_OPEN}"server_id":[`, () => "[]", "]}}}"),
  "the largest number of arguments": () =>
    around(CALL_OPEN, (at) => `"${at}${"k".repeat(90)}":"${"v".repeat(8)}"`, "}}}", 4_900),
  "the largest number of values": () =>
    around(`${CALL_OPEN}"server_id":[`, () => JSON.stringify("password=".repeat(10)), "]}}}", 9_900),
  "the largest number of notifications": () => around("[", () => '{"jsonrpc":"2.0","method":"a"}', "]", 3_000),
  "deep lists": () => "[".repeat(500_000) + "]".repeat(500_000),
  "deep objects": () => '{"a":'.repeat(170_000) + "1" + "}".repeat(170_000),
  "lists within the depth": () => around("[".repeat(60), () => "[]", "]".repeat(60), 9_000),
  "a long number": () => "1".repeat(BODY_BYTES),
  "escapes": () => `"${"\\u0061".repeat(BODY_BYTES / 6 - 1)}"`,
  "no end": () => '{"a":"'.padEnd(BODY_BYTES, "a"),
  "spaces": () => " ".repeat(BODY_BYTES),
};

const CALL_OPEN = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"restart_server","arguments":{';

function around(open: string, item: (at: number) => string, close: string, most = Infinity): string {
  const items: string[] = [];
  let size = open.length + close.length;
  for (let at = 0; at < most; at++) {
    const next = item(at);
    size += next.length + 1;
    if (size > BODY_BYTES) break;
    items.push(next);
  }
  return open + items.join(",") + close;
}

/** Headers that the server reads. */
const HEADERS = [
  "x-cloudways-access-token",
  "x-access-token",
  "x-cloudways-api-key",
  "x-cw-api-key",
  "x-cloudways-email",
  "authorization",
  "x-api-key",
  "x-mcp-approval-code",
  "x-mcp-toolsets",
  "x-mcp-tools",
  "x-mcp-exclude-tools",
  "x-mcp-list-toolsets",
  "x-mcp-servers",
  "x-mcp-readonly",
  "mcp-session-id",
  "mcp-protocol-version",
  "mcp-method",
  "mcp-name",
  "origin",
  "accept",
  "content-type",
  "user-agent",
  "accept-language",
  "x-forwarded-for",
] as const;

/** Of the credentials below, those with the most secrets to search for. */
export const WORST_CREDENTIALS = "credentials of every kind";
/** Malformed credentials. */
export const CREDENTIALS: Readonly<Record<string, Record<string, string>>> = {
  "no credentials": {},
  "one made-up token": { "x-cloudways-access-token": "a".repeat(CREDENTIAL_BYTES) },
  [WORST_CREDENTIALS]: {
    "x-cloudways-access-token": `${"a".repeat(CREDENTIAL_BYTES - 1)}b`,
    "x-access-token": `${"a".repeat(CREDENTIAL_BYTES - 2)}%b`,
    "x-cloudways-api-key": '"'.repeat(CREDENTIAL_BYTES),
    "x-cw-api-key": "%E0%22/+".repeat(CREDENTIAL_BYTES / 8),
    authorization: `Bearer ${"ab".repeat(CREDENTIAL_BYTES / 2)}`,
    "x-api-key": "ba".repeat(CREDENTIAL_BYTES / 2),
    "x-mcp-approval-code": "a".repeat(64),
  },
  "a foreign bearer": { authorization: `Bearer ${"a".repeat(HEADER_BYTES)}` },
  "many short values": { "x-cloudways-access-token": "aaaaaa, ".repeat(HEADER_BYTES / 8) },
  "many values": {
    "x-cloudways-access-token": Array.from({ length: 8_000 }, (_, at) => at.toString(36).padStart(6, "a")).join(", "),
  },
};

const MODERN = { "mcp-protocol-version": "2026-07-28" };

/** Adds the members that revision 2026-07-28 requires to a message, if possible. */
function modern(body: unknown): { body: unknown; headers: Record<string, string> } {
  if (typeof body !== "object" || body === null || !("method" in body) || !("params" in body)) {
    return { body, headers: MODERN };
  }
  const params: Record<string, unknown> = Object.assign({}, body.params);
  const own: Record<string, unknown> = Object.assign({}, params._meta);
  const name = "name" in params && typeof params.name === "string" && params.name.length < 100
    ? params.name
    : undefined;
  const method = String(body.method);
  const headers = {
    ...MODERN,
    ...(isSendable(method) && method.length < 100 && { "mcp-method": method }),
    ...(name !== undefined && isSendable(name) && { "mcp-name": name }),
  };
  return { body: { ...body, params: { ...params, _meta: { ...META, ...own } } }, headers };
}

/** Every place with every filler, in both eras; then every structure and every header. */
export function* worstInputs(fillers: Readonly<Record<string, string>> = FILLERS): Generator<WorstInput> {
  for (const [place, put] of Object.entries(PLACES)) {
    for (const [filler, piece] of Object.entries(fillers)) {
      const legacy = fitting(put, piece);
      yield { name: `2025 ${place}: ${filler}`, headers: {}, body: JSON.stringify(legacy) };
      const { body, headers } = modern(legacy);
      yield { name: `2026 ${place}: ${filler}`, headers, body: JSON.stringify(body) };
    }
  }
  for (const [shape, make] of Object.entries(SHAPES)) yield { name: `shape: ${shape}`, headers: {}, body: make() };
  yield* worstHeaders(fillers);
}

function* worstHeaders(fillers: Readonly<Record<string, string>>): Generator<WorstInput> {
  const body = JSON.stringify(call("ping", {}));
  for (const header of HEADERS) {
    for (const [filler, piece] of Object.entries(fillers).filter(([, piece]) => isSendable(piece))) {
      const text = piece.repeat(Math.floor(HEADER_BYTES / piece.length)).trim();
      yield { name: `header ${header}: ${filler}`, headers: { [header]: text }, body };
    }
  }
  const many = Array.from({ length: 90 }, (_, at) => [`x-header-${at}`, "a".repeat(600)]);
  yield { name: "many headers", headers: Object.fromEntries(many), body };
}

function isSendable(text: string): boolean {
  return /^[\x20-\x7e]+$/.test(text);
}

/** A message of the largest allowed size; some hold the text more than once. */
function fitting(put: (text: string) => unknown, piece: string): unknown {
  const most = BODY_BYTES - 2_000;
  const size = new TextEncoder().encode(JSON.stringify(put(filled(piece, most)))).length;
  return put(filled(piece, size <= BODY_BYTES - 1_000 ? most : Math.floor(most * most / size) - 2_000));
}
