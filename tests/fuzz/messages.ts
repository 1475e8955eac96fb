/** Input: any body with any headers over HTTP, and any line over stdio, is answered as the contract says. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { JSON_RPC_ERRORS } from "../../src/mcp/json_rpc.ts";
import { readStdioLine } from "../../src/mcp/stdio/message.ts";
import { KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { startSandbox } from "../sandbox/mod.ts";
import { toolRows } from "../tool_rows/mod.ts";
import { anyJson, anyMutation, anyText, mutate, toText } from "./json_cases.ts";
import { type Bench, defineProperty, type FuzzProperty } from "./property.ts";
import { assertNoLeak, messagesOf, type ReadAnswer, type RunningApp, startApp } from "./running_app.ts";
import { modernMeta } from "../support/rpc_2026.ts";

const BASE = "http://127.0.0.1:7000";
const OUR_HEADERS = { "content-type": "application/json", accept: "application/json, text/event-stream" };
const META = modernMeta("fuzz", { elicitation: { form: {}, url: {} } });

const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: { elicitation: {}, sampling: {}, roots: { listChanged: true } },
    clientInfo: { name: "fuzz", version: "1" },
  },
};

const call = (name: string, args: Record<string, unknown>) => (
  { jsonrpc: "2.0", id: "a", method: "tools/call", params: { name, arguments: args } }
);
const modern = (method: string, params: Record<string, unknown> = {}) => (
  { jsonrpc: "2.0", id: 7, method, params: { ...params, _meta: META } }
);

/** Valid messages of both eras; their calls have no lasting effect. */
const MESSAGES: readonly unknown[] = [
  initialize,
  { jsonrpc: "2.0", method: "notifications/initialized" },
  { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "a", reason: "no" } },
  { jsonrpc: "2.0", id: 2, method: "ping" },
  { jsonrpc: "2.0", id: 3, method: "tools/list", params: { cursor: "x" } },
  { jsonrpc: "2.0", id: "4", result: { action: "accept", content: { approve: true } } },
  { jsonrpc: "2.0", id: crypto.randomUUID(), result: { action: "accept", content: { approve: true } } },
  { jsonrpc: "2.0", id: 5, error: { code: -1, message: "no", data: {} } },
  { ...call("list_servers", {}), params: { name: "list_servers", _meta: { progressToken: 1 } } },
  call("stop_server", { server_id: 100001 }),
  call("ping", {}),
  [call("ping", {}), { jsonrpc: "2.0", id: 2, method: "ping" }],
  [{ jsonrpc: "2.0", method: "notifications/initialized" }],
  modern("server/discover"),
  modern("tools/list"),
  modern("tools/call", { name: "find_resources", arguments: { query: "shop" } }),
  modern("tools/call", { name: "stop_server", arguments: { server_id: 100001 } }),
  modern("tools/call", {
    name: "stop_server",
    arguments: { server_id: 100001 },
    requestState: "v1.00000000.AAAA",
    inputResponses: { approval: { action: "accept", content: { approve: true } } },
  }),
  modern("subscriptions/listen", { notifications: {} }),
  ...toolRows.filter(({ tool }) => tool.startsWith("get_")).map(({ tool, full }) => call(tool, full)),
];

/** Each header with valid values, nearly valid ones, and those of other headers. */
const HEADER_VALUES: Readonly<Record<string, readonly string[]>> = {
  "content-type": [
    "application/json",
    "application/json; charset=utf-8",
    "text/plain",
    "application/json; charset=utf-16",
    "",
  ],
  accept: [
    "application/json, text/event-stream",
    "*/*",
    "application/json",
    "text/html;q=0.9",
    "*",
    "application/*, text/*;q=0",
  ],
  "mcp-protocol-version": ["2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28", "2024-11-05", "9999-99-99", "x"],
  "mcp-method": ["tools/call", "tools/list", "initialize", "=?base64?dG9vbHMvY2FsbA==?=", "=?base64?%%?="],
  "mcp-name": ["ping", "list_servers", "=?base64?cGluZw==?="],
  "mcp-session-id": ["v1.AAAA." + "0".repeat(64), "v1..", "x"],
  "last-event-id": ["1", "x"],
  "x-mcp-readonly": ["true", "false", "TRUE", "yes", "true, true"],
  "x-mcp-toolsets": ["basic", "basic,servers", "all", "none", "basic,,", ","],
  "x-mcp-tools": ["ping", "ping,list_servers", "delete_everything", "__proto__", ","],
  "x-mcp-exclude-tools": ["ping", "restart_server,stop_server", "nothing", ",,"],
  "x-mcp-list-toolsets": ["basic", "all", "none", ""],
  "x-mcp-servers": ["100001", "100002,100001", "999999", "0", "100001,", "x"],
  "x-api-key": [TOKEN_HEADERS["x-cloudways-access-token"], "cw_EXAMPLE_OF_NOBODY", "x"],
  "x-mcp-approval-code": ["open-sesame", "short", "x".repeat(65)],
  "x-cloudways-email": [KEY_HEADERS["x-cloudways-email"], "nobody@example.com"],
  "x-cloudways-api-key": [KEY_HEADERS["x-cloudways-api-key"], "EXAMPLE-KEY", "cw_EXAMPLE_OF_NOBODY"],
  "x-cw-email": ["other@example.com"],
  "x-cw-api-key": ["EXAMPLE-OTHER"],
  "x-cloudways-access-token": [TOKEN_HEADERS["x-cloudways-access-token"], "cw_EXAMPLE_OF_NOBODY"],
  "x-access-token": [TOKEN_HEADERS["x-cloudways-access-token"], "x"],
  authorization: ["Bearer cw_EXAMPLE_OF_NOBODY", "Bearer x", "Basic eDp5", "Bearer"],
  origin: ["http://localhost:7000", "https://evil.example", "null", "http://["],
  host: ["127.0.0.1:7000", "localhost", "evil.example", "", "[::1]"],
  "content-length": ["0", "5", "99999999", "-1", "x"],
  "sec-fetch-site": ["same-origin", "cross-site"],
  "transfer-encoding": ["chunked"],
};

/** The characters of a header; the HTTP server refuses others. */
const headerText = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
  maxLength: 60,
})
  .filter((text) => !text.includes("\x7f"));

const header = fc.constantFrom(...Object.keys(HEADER_VALUES)).chain((name) => {
  const values = HEADER_VALUES[name] ?? [];
  const value = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: headerText });
  return value.map((text): [string, string] => [name, text]);
});
const headers = fc.array(header, { maxLength: 4 });

const body = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ base: fc.constantFrom(...MESSAGES), mutations: fc.array(anyMutation, { maxLength: 3 }) })
      .map(({ base, mutations }) => toText(mutate(base, mutations))),
  },
  {
    weight: 2,
    arbitrary: fc.array(fc.constantFrom(...MESSAGES), { maxLength: 24 }).map((list) => JSON.stringify(list)),
  },
  { weight: 1, arbitrary: anyJson.map(toText) },
  { weight: 1, arbitrary: anyText },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "[".repeat(100_000),
      '{"a":'.repeat(50_000),
      "\ufeff{}",
      "[" + "1,".repeat(200_000) + "1]",
    ),
  },
);

interface MessageCase {
  credentials: Record<string, string>;
  headers: [string, string][];
  body: string;
  session: boolean;
}

const messageCases: fc.Arbitrary<MessageCase> = fc.record({
  credentials: fc.constantFrom<Record<string, string>>({ ...TOKEN_HEADERS }, { ...KEY_HEADERS }, {}),
  headers,
  body,
  session: fc.boolean(),
});

/** A session id of a client that can be asked. */
async function openSession({ send }: RunningApp): Promise<string> {
  const request = new Request(`${BASE}/mcp`, {
    method: "POST",
    headers: OUR_HEADERS,
    body: JSON.stringify(initialize),
  });
  return (await send(request)).headers.get("mcp-session-id") ?? "";
}

function headersOf(pairs: readonly (readonly [string, string])[]): Headers {
  const all = new Headers();
  // The first few may be sent twice.
  for (const [index, [name, value]] of pairs.entries()) {
    index % 5 === 4 ? all.append(name, value) : all.set(name, value);
  }
  return all;
}

const STATUSES = new Set([200, 202, 204, 400, 403, 404, 405, 406, 408, 413, 415, 429]);

/** Checks that hold for every answer. */
function assertContract(answer: ReadAnswer, { assertQuietLog }: RunningApp): void {
  const { status, headers, text } = answer;
  assert.ok(
    STATUSES.has(status) || (status === 503 && headers.has("retry-after")),
    `HTTP ${status}: ${text.slice(0, 500)}`,
  );
  assertNoLeak(text, "the answer");
  assertNoLeak(JSON.stringify([...headers]), "a header of the answer");
  assert.ok(headers.has("x-request-id"));
  assertQuietLog();
}

/** Everything that would grow without end is created with each bench. */
async function appBench<T>(
  cases: fc.Arbitrary<T>,
  holds: (value: T, app: RunningApp, session: string) => Promise<void>,
): Promise<Bench<T>> {
  const sandbox = await startSandbox({
    rateLimitPerMinute: 1e9,
    exchangesPerMinute: 1e9,
    pace: { polls: 1, seconds: 0 },
  });
  const app = await startApp({ apiBaseUrl: sandbox.baseUrl });
  const session = await openSession(app);
  return {
    cases,
    holds: (value) => holds(value, app, session),
    async end() {
      await app.close();
      await sandbox[Symbol.asyncDispose]();
      sandbox.assertNoViolations();
      assert.equal(sandbox.requestsTo("server_stop").length, 0, "a server was stopped without a yes");
    },
  };
}

const messages = defineProperty({
  name: "messages/mcp",
  claim: "any message with any headers is answered in JSON as the contract says, and reveals no internals",
  quick: 600,
  perBench: 500,
  bench: () =>
    appBench(messageCases, async ({ credentials, headers, body, session: withSession }, app, session) => {
      const own = { ...OUR_HEADERS, ...credentials, ...(withSession && { "mcp-session-id": session }) };
      const all = headersOf([...Object.entries(own), ...headers]);

      const answer = await app.send(new Request(`${BASE}/mcp`, { method: "POST", headers: all, body }));

      assertContract(answer, app);
      assert.equal(answer.headers.get("cache-control"), "no-store");
      for (const message of messagesOf(answer)) {
        const text = JSON.stringify(message);
        assert.match(text, /"jsonrpc":"2\.0"/);
        assert.ok(!text.includes("internal_error"), text);
        assert.ok(!text.includes('"code":-32603'), text);
      }
    }),
});

const paths = defineProperty({
  name: "messages/paths",
  claim: "any method at any path is answered as the contract says, and reveals no internals",
  quick: 300,
  perBench: 2000,
  bench: () => {
    const piece = fc.oneof(
      fc.constantFrom("mcp", "health", "ready", "metrics", "approve", "x".repeat(43), "..", "%2e%2e", "%", ""),
      fc.webSegment(),
    );
    const path = fc.array(piece, { maxLength: 3 }).map((pieces) => `/${pieces.join("/")}`);
    const query = fc.oneof(fc.constant(""), fc.webQueryParameters().map((text) => `?${text}`));
    const form = fc.oneof(
      fc.constantFrom(
        "decision=approve",
        "decision=deny&code=open-sesame",
        "decision=approve&decision=deny",
        "decision=",
        "%",
      ),
      anyText,
    );
    const method = fc.constantFrom("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND");
    const type = fc.constantFrom(
      "application/x-www-form-urlencoded",
      "application/json",
      "multipart/form-data; boundary=x",
    );
    const cases = fc.record({ method, path, query, headers, form, type });
    return appBench(cases, async ({ method, path, query, headers, form, type }, app) => {
      const all = headersOf([["origin", BASE], ["content-type", type], ...headers]);
      const hasBody = method !== "GET" && method !== "HEAD";

      const answer = await app.send(
        new Request(BASE + path + query, { method, headers: all, ...(hasBody && { body: form }) }),
      );

      assertContract(answer, app);
      const isJson = answer.headers.get("content-type")?.startsWith("application/json") === true;
      if (isJson && answer.text !== "") JSON.parse(answer.text);
    });
  },
});

const lines = defineProperty({
  name: "messages/line",
  claim: "any line over stdio is a message, gets an error with its id, or needs no answer",
  quick: 1000,
  bench: () => ({
    cases: body,
    holds: (text) => {
      const line = readStdioLine(text);

      if (line.kind !== "refused") return;
      assert.ok(line.code === JSON_RPC_ERRORS.parseError || line.code === JSON_RPC_ERRORS.invalidRequest);
      assert.ok(line.id === null || typeof line.id === "string" || Number.isSafeInteger(line.id));
    },
  }),
});

/** What clients, browsers and others send. */
export const messageProperties: readonly FuzzProperty[] = [messages, paths, lines];
