import assert from "node:assert/strict";
import { systemClock } from "../../src/async/clock.ts";
import { VERSION } from "../../src/version.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { startService } from "../support/harness.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { rawPost, rawRequest } from "../support/raw_http.ts";
import { startRedis } from "../support/redis_server.ts";
import { callTool, post } from "../support/rpc.ts";
import { modernHeaders, modernMeta } from "../support/rpc_2026.ts";

const MAX_BODY = 1024 * 1024;
const [ENCRYPTION_KEY] = TEST_KEYS;
const LIST = { jsonrpc: "2.0", id: 1, method: "tools/list", params: {} };
const PING_CALL = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "ping", arguments: {} } };

/** A message of revision 2026-07-28, and the headers that go with it. */
function modern(method: string, params: Record<string, unknown> = {}) {
  return {
    message: { jsonrpc: "2.0", id: 1, method, params: { ...params, _meta: modernMeta("test") } },
    headers: modernHeaders(method, typeof params.name === "string" ? params.name : undefined),
  };
}

function pings(count: number): unknown[] {
  return Array.from({ length: count }, (_, id) => ({ jsonrpc: "2.0", id, method: "ping" }));
}

async function errorCode(response: Response): Promise<unknown> {
  const { jsonrpc, error } = await response.json();
  assert.equal(jsonrpc, "2.0");
  return error.code;
}

interface Listed {
  name: string;
  annotations: { readOnlyHint: boolean };
}

async function listed(url: URL, headers: Record<string, string> = {}): Promise<Listed[]> {
  const response = await post(url, LIST, headers);
  const { result } = await response.json();
  return result.tools;
}

async function listedNames(url: URL, headers: Record<string, string> = {}): Promise<string[]> {
  return (await listed(url, headers)).map(({ name }) => name);
}

Deno.test("an unknown path answers 404 in JSON", async () => {
  await using service = await startService();

  for (const path of ["/nothing", "/mcp//", "/MCP", "//health", "/approve/"]) {
    const response = await fetch(service.url + path);

    assert.equal(response.status, 404, path);
    assert.equal(response.headers.get("content-type"), "application/json", path);
    assert.equal((await response.json()).error, "not_found", path);
  }
});

Deno.test("/health says that the process serves, with version, store and uptime", async () => {
  await using service = await startService();

  const response = await fetch(`${service.url}/health`);

  const { uptime_s, ...rest } = await response.json();
  assert.equal(response.status, 200);
  assert.deepEqual(rest, { status: "healthy", version: VERSION, store: "embedded" });
  assert.ok(Number.isInteger(uptime_s) && uptime_s >= 0);
});

Deno.test("/ready follows Redis, and /health does not", async () => {
  await using redis = await startRedis();
  await using service = await startService({ env: { REDIS_URL: redis.url, ENCRYPTION_KEY } });
  const before = await fetch(`${service.url}/ready`);
  await redis.kill();

  const after = await fetch(`${service.url}/ready`);
  const health = await fetch(`${service.url}/health`);

  assert.equal(before.status, 200);
  assert.deepEqual(await before.json(), { status: "ready" });
  assert.equal(after.status, 503);
  assert.match(await after.text(), /store/);
  assert.equal(health.status, 200);
  assert.equal((await health.json()).store, "redis");
});

Deno.test("/ready is 503 while the process shuts down", async () => {
  await using service = await startService();
  service.app.startDraining();

  const response = await fetch(`${service.url}/ready`);

  assert.equal(response.status, 503);
  assert.match(await response.text(), /shutting down/);
});

Deno.test("/metrics is Prometheus text", async () => {
  await using service = await startService();
  await callTool(service.mcpUrl, "ping");

  const response = await fetch(`${service.url}/metrics`);

  const lines = (await response.text()).split("\n").filter((line) => line !== "");
  const sample = /^[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-z_]+="[^"]*",?)*\})? (NaN|[+-]?Inf|[-+0-9.e]+)$/;
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain/);
  assert.ok(lines.length > 10);
  for (const line of lines) assert.match(line, line.startsWith("#") ? /^# (HELP|TYPE) \S+ / : sample);
});

Deno.test("/ is JSON for programs and a page for browsers", async () => {
  await using service = await startService();

  const json = await fetch(service.url);
  const page = await fetch(service.url, { headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8" } });

  const about = await json.json();
  const html = await page.text();
  assert.equal(json.headers.get("content-type"), "application/json");
  assert.equal(about.version, VERSION);
  assert.equal(about.mcp, "/mcp");
  assert.match(page.headers.get("content-type") ?? "", /^text\/html/);
  assert.match(html, /list_servers/);
  assert.match(html, /mcpServers/);
  assert.match(json.headers.get("vary") ?? "", /Accept/);
});

Deno.test("HEAD answers like GET, without a body", async () => {
  await using service = await startService();

  for (const path of ["/", "/health", "/ready", "/metrics"]) {
    const response = await fetch(service.url + path, { method: "HEAD" });

    assert.equal(response.status, 200, path);
    assert.equal(await response.text(), "", path);
  }
});

Deno.test("a method that a route does not take gets 405 with the ones it takes", async () => {
  await using service = await startService();

  for (const [path, allowed] of [["/health", "GET"], ["/metrics", "GET"], ["/", "GET"], ["/mcp", "POST, OPTIONS"]]) {
    const response = await fetch(`${service.url}${path}`, { method: "PUT", body: "x" });

    await response.body?.cancel();
    assert.equal(response.status, 405, path);
    assert.equal(response.headers.get("allow"), allowed, path);
  }
});

Deno.test("GET and DELETE of 2025 clients get 405, since there are no sessions", async () => {
  await using service = await startService();

  for (const method of ["GET", "DELETE"]) {
    const response = await fetch(service.mcpUrl, {
      method,
      headers: { accept: "text/event-stream", "mcp-protocol-version": "2025-11-25", "mcp-session-id": "x" },
    });

    assert.equal(response.status, 405, method);
    assert.equal(await errorCode(response), -32000, method);
  }
});

const HOSTS: readonly (readonly [host: string, status: number])[] = [
  ["localhost", 200],
  ["localhost:1234", 200],
  ["LocalHost", 200],
  ["127.0.0.1:80", 200],
  ["[::1]:7000", 200],
  ["evil.example.com", 403],
  ["127.0.0.1.evil.example.com", 403],
  ["localhost.evil.example.com:7000", 403],
  ["localhost@evil.example.com", 403],
  ["evil.example.com/localhost", 403],
  ["localhost, evil.example.com", 403],
  ["", 403],
];

for (const [host, status] of HOSTS) {
  Deno.test(`a request addressed to ${JSON.stringify(host)} gets ${status}`, async () => {
    await using service = await startService();

    const home = await rawRequest(service.url, "GET /", [["Host", host]]);
    const mcp = await rawRequest(service.url, "POST /mcp", [
      ["Host", host],
      ["Content-Type", "application/json"],
      ["Accept", "application/json, text/event-stream"],
    ], JSON.stringify(LIST));

    assert.equal(home.status, status);
    assert.equal(mcp.status, status);
    if (status === 403) assert.match(mcp.body, /This Host is not allowed/);
  });
}

Deno.test("two Host headers are refused, even if both are allowed", async () => {
  await using service = await startService();

  for (
    const hosts of [["localhost", "evil.example.com"], ["evil.example.com", "localhost"], ["localhost", "localhost"]]
  ) {
    const answer = await rawRequest(service.url, "GET /", hosts.map((host) => ["Host", host] as const));

    assert.ok(answer.status === 400 || answer.status === 403, `${hosts}: ${answer.status}`);
  }
});

Deno.test("an allowed address in the request line does not replace a refused Host", async () => {
  await using service = await startService();

  const answer = await rawRequest(service.url, "GET http://localhost/", [["Host", "evil.example.com"]]);

  assert.equal(answer.status, 403);
});

Deno.test("ALLOWED_HOSTS replaces the loopback names, and PUBLIC_URL's host is allowed too", async () => {
  await using service = await startService({
    env: { HOST: "0.0.0.0", ALLOWED_HOSTS: "inside.example.com", PUBLIC_URL: "https://mcp.example.com" },
  });
  const statusFor = async (host: string) => (await rawRequest(service.url, "GET /", [["Host", host]])).status;

  assert.equal(await statusFor("inside.example.com:8080"), 200);
  assert.equal(await statusFor("mcp.example.com"), 200);
  assert.equal(await statusFor("localhost"), 403);
});

Deno.test("probes answer under any host name", async () => {
  await using service = await startService();

  for (const path of ["/health", "/ready", "/metrics"]) {
    const answer = await rawRequest(service.url, `GET ${path}`, [
      ["Host", "10.0.0.7:9999"],
      ["Origin", "https://evil.example.com"],
    ]);

    assert.equal(answer.status, 200, path);
    assert.equal(answer.headers.get("access-control-allow-origin"), null, path);
  }
});

const ORIGINS: readonly (readonly [origin: string, status: number])[] = [
  ["http://localhost", 200],
  ["https://localhost:3000", 200],
  ["http://127.0.0.1:5173", 200],
  ["http://[::1]:5173", 200],
  ["https://evil.example.com", 403],
  ["http://localhost.evil.example.com", 403],
  ["null", 403],
  ["localhost", 403],
  ["file://", 403],
  ["chrome-extension://localhost", 403],
  ["", 403],
];

for (const [origin, status] of ORIGINS) {
  Deno.test(`a request from the origin ${JSON.stringify(origin)} gets ${status}`, async () => {
    await using service = await startService();

    const answer = await rawPost(service.mcpUrl, LIST, [["Origin", origin]]);

    const echo = status === 200 ? origin : null;
    assert.equal(answer.status, status);
    assert.equal(answer.headers.get("access-control-allow-origin"), echo);
    if (status === 200) assert.match(answer.headers.get("vary") ?? "", /Origin/);
  });
}

Deno.test("an origin outside the operator's list is refused, one inside is echoed", async () => {
  await using service = await startService({ env: { ALLOWED_ORIGINS: "https://app.example.com" } });

  const inside = await post(service.mcpUrl, LIST, { origin: "https://app.example.com:8443" });
  const outside = await post(service.mcpUrl, LIST, { origin: "http://localhost" });

  await Promise.all([inside.body?.cancel(), outside.body?.cancel()]);
  assert.equal(inside.headers.get("access-control-allow-origin"), "https://app.example.com:8443");
  assert.equal(outside.status, 403);
});

Deno.test("an answer varies by origin, even if none was sent", async () => {
  await using service = await startService();

  const response = await post(service.mcpUrl, LIST);

  await response.body?.cancel();
  assert.match(response.headers.get("vary") ?? "", /Origin/);
  assert.equal(response.headers.get("access-control-allow-origin"), null);
});

Deno.test("a preflight of an allowed origin is answered with the headers that clients send", async () => {
  await using service = await startService();

  const response = await fetch(service.mcpUrl, {
    method: "OPTIONS",
    headers: { origin: "http://localhost:3000", "access-control-request-method": "POST" },
  });

  const allowed = (response.headers.get("access-control-allow-headers") ?? "").split(", ");
  const exposed = (response.headers.get("access-control-expose-headers") ?? "").split(", ");
  assert.equal(response.status, 204);
  assert.equal(response.headers.get("access-control-allow-origin"), "http://localhost:3000");
  assert.equal(response.headers.get("access-control-allow-credentials"), null);
  assert.match(response.headers.get("access-control-allow-methods") ?? "", /POST/);
  assert.match(response.headers.get("vary") ?? "", /Origin/);
  for (
    const name of [
      "content-type",
      "accept",
      "mcp-protocol-version",
      "mcp-method",
      "mcp-name",
      "mcp-session-id",
      "x-mcp-readonly",
      "x-mcp-toolsets",
      "x-mcp-tools",
      "x-mcp-exclude-tools",
      "x-mcp-list-toolsets",
      "x-mcp-servers",
      "x-mcp-approval-code",
      "authorization",
      "x-api-key",
      "x-cloudways-email",
      "x-cloudways-api-key",
      "x-cloudways-access-token",
      "x-cw-email",
      "x-cw-api-key",
      "x-access-token",
    ]
  ) assert.ok(allowed.includes(name), name);
  assert.deepEqual(exposed, ["Mcp-Session-Id", "Retry-After"]);
});

Deno.test("a preflight of another origin is refused", async () => {
  await using service = await startService();

  for (const origin of ["https://evil.example.com", "null"]) {
    const response = await fetch(service.mcpUrl, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });

    await response.body?.cancel();
    assert.equal(response.status, 403, origin);
    assert.equal(response.headers.get("access-control-allow-origin"), null, origin);
  }
});

Deno.test("/metrics has no CORS", async () => {
  await using service = await startService();
  const headers = { origin: "http://localhost:3000", "access-control-request-method": "GET" };

  const response = await fetch(`${service.url}/metrics`, { headers });
  const preflight = await fetch(`${service.url}/metrics`, { method: "OPTIONS", headers });

  await Promise.all([response.body?.cancel(), preflight.body?.cancel()]);
  assert.equal(response.headers.get("access-control-allow-origin"), null);
  assert.equal(preflight.headers.get("access-control-allow-origin"), null);
  assert.equal(preflight.status, 405);
});

Deno.test("a body that is not declared as JSON gets 415", async () => {
  await using service = await startService();

  for (const type of ["text/plain", "application/x-www-form-urlencoded", "text/json", ""]) {
    const response = await post(service.mcpUrl, LIST, { "content-type": type });

    assert.equal(response.status, 415, type);
    assert.equal(await errorCode(response), -32000, type);
  }
});

Deno.test("JSON with a character set is JSON", async () => {
  await using service = await startService();

  const response = await post(service.mcpUrl, LIST, { "content-type": "Application/JSON; charset=utf-8" });

  await response.body?.cancel();
  assert.equal(response.status, 200);
});

Deno.test("a client that takes neither JSON nor streams gets 406", async () => {
  await using service = await startService();

  for (const accept of ["text/html", "application/xml, image/*", "application/json;q=0, text/event-stream;q=0"]) {
    const response = await post(service.mcpUrl, LIST, { accept });

    assert.equal(response.status, 406, accept);
    assert.equal(await errorCode(response), -32000, accept);
  }
});

Deno.test("wildcards in Accept take both JSON and streams", async () => {
  await using service = await startService();
  const { message, headers } = modern("tools/list");

  for (const accept of ["*/*", "application/*, text/*", "text/event-stream;q=0.5, application/json"]) {
    const old = await post(service.mcpUrl, LIST, { accept });
    const young = await post(service.mcpUrl, message, { ...headers, accept });

    await Promise.all([old.body?.cancel(), young.body?.cancel()]);
    assert.equal(old.status, 200, accept);
    assert.equal(young.status, 200, accept);
  }
});

Deno.test("a body of 1 MiB is read, a larger one gets 413", async () => {
  await using service = await startService();
  const text = JSON.stringify(LIST);

  const just = await fetch(service.mcpUrl, jsonBody(text.padEnd(MAX_BODY)));
  const declared = await fetch(service.mcpUrl, jsonBody(text.padEnd(MAX_BODY + 1)));
  const streamed = await fetch(service.mcpUrl, jsonBody(ReadableStream.from(pieces(text.padEnd(MAX_BODY + 1)))));

  await just.body?.cancel();
  assert.equal(just.status, 200);
  assert.equal(declared.status, 413);
  assert.equal(await errorCode(declared), -32000);
  assert.equal(streamed.status, 413);
  assert.equal(await errorCode(streamed), -32000);
});

function jsonBody(body: string | ReadableStream<Uint8Array>): RequestInit {
  return {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
    body,
  };
}

function* pieces(text: string): Generator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.slice(at, at + 65_536);
}

Deno.test("a body that is not JSON gets a parse error", async () => {
  await using service = await startService();

  for (const body of ["", "{", "not JSON", '{"jsonrpc":"2.0",}', "\u0000"]) {
    const response = await fetch(service.mcpUrl, jsonBody(body));

    assert.equal(response.status, 400, body);
    assert.equal(await errorCode(response), -32700, body);
  }
});

Deno.test("JSON that is not a JSON-RPC message is an invalid request", async () => {
  await using service = await startService();

  for (const body of ["5", '"text"', "null", "true", "{}", '{"jsonrpc":"1.0","id":1,"method":"ping"}']) {
    const response = await fetch(service.mcpUrl, jsonBody(body));

    assert.equal(response.status, 400, body);
    assert.equal(await errorCode(response), -32600, body);
  }
});

Deno.test("a notification gets 202 without a body", async () => {
  await using service = await startService();

  for (const method of ["notifications/initialized", "notifications/cancelled"]) {
    const response = await post(service.mcpUrl, { jsonrpc: "2.0", method, params: { requestId: 1 } });

    assert.equal(response.status, 202, method);
    assert.equal(await response.text(), "", method);
  }
});

Deno.test("a method that does not exist is a JSON-RPC error", async () => {
  await using service = await startService();

  const response = await post(service.mcpUrl, { jsonrpc: "2.0", id: 1, method: "no/such" });

  assert.equal(await errorCode(response), -32601);
});

/** Parameters of a wrong form. */
const WRONG_PARAMS: { method: string; params: Record<string, unknown> }[] = [
  { method: "initialize", params: {} },
  { method: "initialize", params: { protocolVersion: 5, capabilities: {}, clientInfo: { name: "x", version: "1" } } },
  { method: "tools/list", params: { cursor: 5 } },
  { method: "tools/call", params: { name: 5 } },
  { method: "tools/call", params: { name: "ping", arguments: [1] } },
];

for (const { method, params } of WRONG_PARAMS) {
  Deno.test(`${method} with ${JSON.stringify(params)} has invalid parameters, which is not an internal error`, async () => {
    await using service = await startService();
    const { message, headers } = modern(method, params);

    const legacy = await post(service.mcpUrl, { jsonrpc: "2.0", id: 1, method, params });
    const current = await post(service.mcpUrl, message, headers);

    assert.equal(await errorCode(legacy), -32602);
    // This revision has no handshake.
    assert.equal(await errorCode(current), method === "initialize" ? -32601 : -32602);
  });
}

Deno.test("no answer of /mcp may be cached, refusals too", async () => {
  await using service = await startService();

  const answers = await Promise.all([
    post(service.mcpUrl, LIST),
    post(service.mcpUrl, PING_CALL),
    post(service.mcpUrl, { jsonrpc: "2.0", method: "notifications/initialized" }),
    post(service.mcpUrl, LIST, { "content-type": "text/plain" }),
    post(service.mcpUrl, LIST, { accept: "text/html" }),
    post(service.mcpUrl, LIST, { "x-mcp-readonly": "perhaps" }),
    post(service.mcpUrl, LIST, { origin: "https://evil.example.com" }),
    fetch(service.mcpUrl, jsonBody("{")),
    fetch(service.mcpUrl),
  ]);

  for (const answer of answers) {
    await answer.body?.cancel();
    assert.equal(answer.headers.get("cache-control"), "no-store", `status ${answer.status}`);
  }
});

Deno.test("X-MCP-Readonly is true or false in any case, and keeps the tools that read", async () => {
  await using service = await startService();
  const all = await listed(service.mcpUrl);
  const reading = all.filter(({ annotations }) => annotations.readOnlyHint);

  for (const value of ["true", "TRUE", "False", "false"]) {
    const left = await listed(service.mcpUrl, { "x-mcp-readonly": value });

    assert.deepEqual(left, value.toLowerCase() === "true" ? reading : all, value);
  }
});

Deno.test("with X-MCP-Readonly no tool that changes something is carried out, whether or not it asks", async () => {
  await using service = await startService({ env: { CONFIRM: "off" } });
  const all = await listed(service.mcpUrl, { "x-mcp-list-toolsets": "all" });
  const changing = all.filter(({ name, annotations }) => !annotations.readOnlyHint && name !== "call_tool");
  const careful = { ...TOKEN_HEADERS, "x-mcp-readonly": "true" };

  for (const { name } of changing) {
    const args = { server_id: 100001, app_id: 200001 };
    const direct = await callTool(service.mcpUrl, name, args, careful);
    assert.equal(direct.json.code, "read_only", name);
    for (const carrier of ["call_tool", "call_read_tool"]) {
      const { json } = await callTool(service.mcpUrl, carrier, { name, arguments: args }, careful);
      assert.deepEqual({ ...json, request_id: "" }, { ...direct.json, request_id: "" }, name);
    }
  }

  assert.ok(changing.length > 20);
  assert.equal(service.sandbox.requests.length, 0);
});

Deno.test("X-MCP-Toolsets keeps the toolsets that it names, and tools of others are unknown", async () => {
  await using service = await startService();
  const all = await listedNames(service.mcpUrl);

  const basic = await listedNames(service.mcpUrl, { "x-mcp-toolsets": "basic,apps" });
  const apps = await listedNames(service.mcpUrl, { "x-mcp-toolsets": "apps" });
  const call = await post(service.mcpUrl, PING_CALL, { "x-mcp-toolsets": "apps" });

  assert.ok(basic.includes("ping"));
  assert.ok(basic.every((name) => all.includes(name)));
  assert.ok(!apps.includes("ping"));
  assert.equal(await errorCode(call), -32602);
});

Deno.test("a narrowing header that is not understood is refused, whatever the message", async () => {
  await using service = await startService();
  const { message, headers } = modern("tools/list");
  const wrong = [
    { "x-mcp-readonly": "yes" },
    { "x-mcp-readonly": "1" },
    { "x-mcp-readonly": "" },
    { "x-mcp-readonly": "true, true" },
    { "x-mcp-toolsets": "everything" },
    { "x-mcp-toolsets": "Basic" },
    { "x-mcp-toolsets": "basic,everything" },
    { "x-mcp-toolsets": "" },
    { "x-mcp-toolsets": "basic," },
    { "x-mcp-list-toolsets": "everything" },
    { "x-mcp-list-toolsets": "" },
    { "x-mcp-tools": "ping,delete_everything" },
    { "x-mcp-tools": "ping, list_servers" },
    { "x-mcp-tools": "" },
    { "x-mcp-exclude-tools": "reboot_server" },
    { "x-mcp-exclude-tools": "Ping" },
    { "x-mcp-servers": "" },
    { "x-mcp-servers": "all" },
    { "x-mcp-servers": "100001,100002," },
    { "x-mcp-servers": "100001, 100002" },
    { "x-mcp-servers": "100001;100002" },
    { "x-mcp-servers": "0" },
    { "x-mcp-servers": "0100001" },
    { "x-mcp-servers": "-1" },
    { "x-mcp-servers": "1e5" },
    { "x-mcp-servers": "1".repeat(16) },
    { "x-mcp-servers": Array.from({ length: 101 }, (_, at) => at + 1).join(",") },
  ];

  for (const header of wrong) {
    const old = await post(service.mcpUrl, LIST, header);
    const young = await post(service.mcpUrl, message, { ...headers, ...header });

    for (const response of [old, young]) {
      assert.equal(response.status, 400, JSON.stringify(header));
      assert.equal(await errorCode(response), -32600, JSON.stringify(header));
    }
  }
});

Deno.test("a narrowing header that comes twice is refused", async () => {
  await using service = await startService();

  for (
    const [name, value] of [
      ["X-MCP-Readonly", "true"],
      ["X-MCP-Toolsets", "basic"],
      ["X-MCP-Tools", "ping"],
      ["X-MCP-Servers", "100001"],
    ] as const
  ) {
    const answer = await rawPost(service.mcpUrl, LIST, [[name, value], [name, value]]);

    assert.equal(answer.status, 400, name);
    assert.equal(JSON.parse(answer.body).error.code, -32600, name);
  }
});

Deno.test("X-MCP-Servers takes up to a hundred ids, whether or not there are such servers", async () => {
  await using service = await startService();
  const ids = Array.from({ length: 100 }, (_, at) => 100_002 + at).join(",");

  const { json } = await callTool(service.mcpUrl, "list_servers", {}, { ...TOKEN_HEADERS, "x-mcp-servers": ids });

  assert.deepEqual(Array.from(Object(json.servers), (server) => Object(server).id), [100_002]);
});

Deno.test("narrowing headers never allow more than the process does", async () => {
  await using service = await startService({ env: { READ_ONLY: "true", TOOLSETS: "servers" } });
  const allowed = await listedNames(service.mcpUrl);

  const wider = await listedNames(service.mcpUrl, { "x-mcp-readonly": "false", "x-mcp-toolsets": "all" });
  const other = await listedNames(service.mcpUrl, { "x-mcp-toolsets": "basic" });
  const call = await post(service.mcpUrl, PING_CALL, { "x-mcp-readonly": "false", "x-mcp-toolsets": "basic" });

  assert.deepEqual(wider, allowed);
  assert.deepEqual(other, ["call_read_tool", "find_tools"]);
  assert.equal(await errorCode(call), -32602);
});

const MISMATCHES = [
  { message: LIST, headers: { "mcp-method": "tools/call" } },
  { message: LIST, headers: { "mcp-method": "Tools/List" } },
  { message: LIST, headers: { "mcp-method": "tools/list", "mcp-name": "ping" } },
  { message: PING_CALL, headers: { "mcp-name": "delete_server" } },
  { message: PING_CALL, headers: { "mcp-method": "tools/list", "mcp-name": "ping" } },
];

for (const { message, headers } of MISMATCHES) {
  Deno.test(`headers that say ${JSON.stringify(headers)} of a ${message.method} are refused in both eras`, async () => {
    await using service = await startService();
    const young = modern(message.method, message.params);

    const of2025 = await post(service.mcpUrl, message, headers);
    const of2026 = await post(service.mcpUrl, young.message, { ...young.headers, ...headers });

    for (const response of [of2025, of2026]) {
      assert.equal(response.status, 400);
      assert.equal(await errorCode(response), -32020);
    }
  });
}

Deno.test("a 2025 client may send headers that match the body", async () => {
  await using service = await startService();

  const response = await post(service.mcpUrl, PING_CALL, { "mcp-method": "tools/call", "mcp-name": "ping" });

  await response.body?.cancel();
  assert.equal(response.status, 200);
});

for (const headers of [{}, { "mcp-protocol-version": "2025-03-26" }]) {
  Deno.test(`a batch with the headers ${JSON.stringify(headers)} is answered message by message`, async () => {
    await using service = await startService();
    const batch = [
      { jsonrpc: "2.0", id: "a", method: "tools/call", params: { name: "customer_info", arguments: {} } },
      { jsonrpc: "2.0", method: "notifications/initialized" },
      { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "no_such_tool", arguments: {} } },
      { jsonrpc: "2.0", id: 3, method: "ping" },
    ];

    const response = await post(service.mcpUrl, batch, { ...TOKEN_HEADERS, ...headers });

    const answers: { id: unknown; error?: { code: number }; result?: { isError?: boolean } }[] = await response.json();
    const byId = new Map(answers.map((answer) => [answer.id, answer]));
    assert.deepEqual(new Set(byId.keys()), new Set(["a", 2, 3]));
    assert.notEqual(byId.get("a")?.result?.isError, true);
    assert.equal(byId.get(2)?.error?.code, -32602);
    assert.deepEqual(byId.get(3)?.result, {});
  });
}

Deno.test("a batch with one request is answered by a list, one without any gets 202", async () => {
  await using service = await startService();

  const one = await post(service.mcpUrl, pings(1));
  const none = await post(service.mcpUrl, [{ jsonrpc: "2.0", method: "notifications/initialized" }]);

  assert.deepEqual(await one.json(), [{ jsonrpc: "2.0", id: 0, result: {} }]);
  assert.equal(none.status, 202);
  assert.equal(await none.text(), "");
});

Deno.test("each message of a batch costs its own tokens", async () => {
  await using service = await startService({ env: { RATE_LIMIT_REQUESTS: "2", RATE_LIMIT_WINDOW: "3600" } });
  const call = (id: number) => ({
    jsonrpc: "2.0",
    id,
    method: "tools/call",
    params: { name: "get_alerts", arguments: {} },
  });

  const response = await post(service.mcpUrl, [1, 2, 3].map(call), TOKEN_HEADERS);

  const answers: { result: { isError?: boolean } }[] = await response.json();
  const refused = answers.filter(({ result }) => result.isError);
  assert.equal(refused.length, 1);
  assert.match(JSON.stringify(refused), /rate_limited/);
});

Deno.test("a batch holds one to twenty messages", async () => {
  await using service = await startService();

  const twenty = await post(service.mcpUrl, pings(20));
  const tooMany = await post(service.mcpUrl, pings(21));
  const none = await post(service.mcpUrl, []);

  assert.equal((await twenty.json()).length, 20);
  for (const response of [tooMany, none]) {
    assert.equal(response.status, 400);
    assert.equal(await errorCode(response), -32600);
  }
});

Deno.test("a batch with the same id in two messages is refused, since their answers could not be told apart", async () => {
  await using service = await startService();
  const ping = (id: unknown) => ({ jsonrpc: "2.0", id, method: "ping" });

  const twice = await post(service.mcpUrl, [ping(1), ping(1)]);
  const apart = await post(service.mcpUrl, [ping(1), ping("1")]);

  assert.equal(twice.status, 400);
  assert.equal(await errorCode(twice), -32600);
  assert.equal((await apart.json()).length, 2);
});

Deno.test("a batch with initialize in it is refused", async () => {
  await using service = await startService();
  const params = { protocolVersion: "2025-03-26", capabilities: {}, clientInfo: { name: "test", version: "1" } };

  const response = await post(service.mcpUrl, [...pings(1), { jsonrpc: "2.0", id: 9, method: "initialize", params }]);

  assert.equal(response.status, 400);
  assert.equal(await errorCode(response), -32600);
});

Deno.test("a message that is nested too deep is refused, wherever it is deep", async () => {
  await using service = await startService();
  const capabilities = { experimental: { here: 1 } };
  const params = { protocolVersion: "2025-11-25", capabilities, clientInfo: { name: "test", version: "1" } };
  const { message } = modern("tools/call", { name: "ping", arguments: {} });
  const declared = { ...message.params._meta, "io.modelcontextprotocol/clientCapabilities": capabilities };
  const messages = [
    { jsonrpc: "2.0", id: 1, method: "initialize", params },
    { ...message, params: { ...message.params, _meta: declared } },
    { ...PING_CALL, id: "a", extra: { here: 1 } },
    { jsonrpc: "2.0", id: "a", result: { here: 1 } },
    [{ ...PING_CALL, params: { name: "ping", arguments: { here: 1 } } }],
  ];
  const send = async (body: string) => {
    const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
    const response = await fetch(service.mcpUrl, { method: "POST", headers, body });
    return { status: response.status, text: await response.text() };
  };

  for (const text of messages.map((each) => JSON.stringify(each))) {
    for (const depth of [64, 30_000]) {
      const { status, text: answer } = await send(
        text.replace('"here":1', `"here":${"[".repeat(depth)}${"]".repeat(depth)}`),
      );

      assert.equal(status, 400, answer);
      assert.match(answer, /"code":-32600,"message":"Invalid request: the body is nested/);
    }
    assert.doesNotMatch(
      (await send(text.replace('"here":1', `"here":${"[".repeat(40)}${"]".repeat(40)}`))).text,
      /nested/,
    );
  }
});

Deno.test("a batch in which one message cancels another is refused, since it would never be answered", async () => {
  await using service = await startService();
  const cancels = (requestId: unknown) => ({
    jsonrpc: "2.0",
    method: "notifications/cancelled",
    params: { requestId },
  });

  const own = await post(service.mcpUrl, [cancels(1), PING_CALL]);
  const another = await post(service.mcpUrl, [cancels("1"), PING_CALL]);

  assert.equal(own.status, 400);
  assert.equal(await errorCode(own), -32600);
  assert.equal(another.status, 200);
  assert.equal((await another.json()).length, 1);
});

const NO_BATCHES: readonly Record<string, string>[] = [
  { "mcp-protocol-version": "2024-11-05" },
  { "mcp-protocol-version": "2025-06-18" },
  { "mcp-protocol-version": "2025-11-25" },
  { "mcp-protocol-version": "2026-07-28" },
  { "mcp-protocol-version": "2026-07-28", "mcp-method": "ping" },
  { "mcp-method": "ping" },
  { "mcp-name": "ping" },
];

for (const headers of NO_BATCHES) {
  Deno.test(`a batch with the headers ${JSON.stringify(headers)} is refused`, async () => {
    await using service = await startService();

    const response = await post(service.mcpUrl, pings(2), headers);

    assert.equal(response.status, 400);
    assert.equal(await errorCode(response), -32600);
  });
}

Deno.test("narrowing headers apply to each message of a batch", async () => {
  await using service = await startService();

  const response = await post(service.mcpUrl, [PING_CALL], { "x-mcp-toolsets": "apps" });

  const answers: { error?: { code: number } }[] = await response.json();
  assert.equal(answers[0]?.error?.code, -32602);
});

for (const method of ["server/discover", "tools/list"]) {
  Deno.test(`${method} of 2026-07-28 says how long it may be cached, and for whom`, async () => {
    await using service = await startService();
    const { message, headers } = modern(method);

    const response = await post(service.mcpUrl, message, headers);

    const { result } = await response.json();
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.ok(Number.isInteger(result.ttlMs) && result.ttlMs > 0);
    assert.equal(result.cacheScope, "private");
  });
}

Deno.test("a call of 2026-07-28 needs no handshake", async () => {
  await using service = await startService();
  const { message, headers } = modern("tools/call", { name: "list_servers", arguments: {} });

  const response = await post(service.mcpUrl, message, { ...headers, ...TOKEN_HEADERS });

  const { result } = await response.json();
  assert.equal(response.status, 200);
  assert.equal(result.structuredContent.servers.length, 2);
});

Deno.test("an unexpected error shows neither its stack trace nor its text", async () => {
  let broken = false;
  const clock = {
    now() {
      if (broken) throw new Error("secret words at /somewhere/in/file.ts:1:2");
      return systemClock.now();
    },
    monotonic() {
      return this.now();
    },
    sleep: systemClock.sleep.bind(systemClock),
  };
  await using service = await startService({ clock });
  const { message, headers } = modern("tools/call", { name: "get_alerts", arguments: {} });
  broken = true;

  const answers = await Promise.all([
    post(service.mcpUrl, { ...PING_CALL, params: { name: "get_alerts", arguments: {} } }, TOKEN_HEADERS),
    post(service.mcpUrl, message, { ...headers, ...TOKEN_HEADERS }),
    fetch(`${service.url}/health`),
  ]);

  broken = false;
  for (const answer of answers) {
    const text = await answer.text();
    assert.match(text, /internal_error/);
    assert.doesNotMatch(text, /secret words|file\.ts|\bat /);
  }
  assert.ok(service.logLines.some((line) => line.includes("secret words")));
});

Deno.test("the server gives every request an id, whatever the caller sends", async () => {
  await using service = await startService();

  const response = await fetch(`${service.url}/health`, { headers: { "x-request-id": "mine" } });

  await response.body?.cancel();
  assert.match(response.headers.get("x-request-id") ?? "", /^[0-9a-f]{8}-[0-9a-f-]{27}$/);
});
