/** Messages in the forms in which languages, gateways and HTTP clients write them. */
import assert from "node:assert/strict";
import * as z from "zod";
import { toAnswer, TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { LegacySession } from "../support/legacy_session.ts";
import { rawRequest } from "../support/raw_http.ts";
import { readMessage } from "../support/rpc.ts";
import { modernHeaders, modernMeta } from "../support/rpc_2026.ts";

type Headers = Record<string, string>;
interface Message {
  [member: string]: unknown;
  method: string;
  params: Record<string, unknown>;
}

const BOTH = "application/json, text/event-stream";
const META = modernMeta("forms");

/** Posts a body exactly as given, with only the given headers. */
async function send(service: Service, body: string, headers: Headers = {}, path = "/mcp"): Promise<Response> {
  return await fetch(new URL(path, service.url), {
    method: "POST",
    headers: { "content-type": "application/json", accept: BOTH, ...headers },
    body,
  });
}

const OLD: readonly Message[] = [
  {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "forms", version: "1.0.0" } },
  },
  { jsonrpc: "2.0", id: 2, method: "ping", params: {} },
  { jsonrpc: "2.0", id: 3, method: "tools/list", params: {} },
  { jsonrpc: "2.0", id: 4, method: "tools/call", params: { name: "list_projects", arguments: {} } },
];
const NEW: readonly Message[] = [
  { jsonrpc: "2.0", id: 5, method: "server/discover", params: { _meta: META } },
  { jsonrpc: "2.0", id: 6, method: "tools/list", params: { _meta: META } },
  { jsonrpc: "2.0", id: 7, method: "tools/call", params: { name: "list_projects", arguments: {}, _meta: META } },
];

function headersOf({ method, params }: Message): Headers {
  if (!("_meta" in params)) return TOKEN_HEADERS;
  const name = typeof params.name === "string" ? params.name : undefined;
  return { ...TOKEN_HEADERS, ...modernHeaders(method, name) };
}

/** The same message with everything optional written as null, or as an empty list where an object belongs. */
function variantsOf(message: Message): Message[] {
  const { params, ...rest } = message;
  const { arguments: args, ...others } = params;
  const meta = { ...Object(params._meta ?? {}), progressToken: null };
  const nulls = { cursor: null, arguments: null, requestState: null, inputResponses: null, ...others };
  const client = { name: "forms", version: "1.0.0", title: null, icons: null, websiteUrl: null };
  const initialize = message.method === "initialize" && {
    clientInfo: client,
    capabilities: { elicitation: null, roots: null, sampling: null, experimental: null },
  };
  return [
    { ...rest, result: null, error: null, params: { ...nulls, ...initialize, _meta: meta } },
    ...(args === undefined ? [] : [{ ...rest, params: { ...others, arguments: [] } }]),
    ...(message.method === "initialize" ? [{ ...rest, params: { ...params, capabilities: [] } }] : []),
  ];
}

for (const message of [...OLD, ...NEW]) {
  const era = message.params._meta === undefined ? "2025" : "2026";

  Deno.test(`${message.method} of ${era} takes null and [] for what is absent or empty`, async () => {
    await using service = await startService();
    const plain = await readMessage(await send(service, JSON.stringify(message), headersOf(message)));

    assert.equal(plain.error, undefined);
    for (const variant of variantsOf(message)) {
      const answer = await readMessage(await send(service, JSON.stringify(variant), headersOf(message)));

      assert.deepEqual(answer, plain, JSON.stringify(variant));
    }
  });

  Deno.test(`${message.method} of ${era} is answered in the only form that a client takes`, async () => {
    await using service = await startService();
    const body = JSON.stringify(message);

    for (
      const [accept, type] of [["application/json", "application/json"], ["text/event-stream", "text/event-stream"]]
    ) {
      const response = await send(service, body, { ...headersOf(message), accept: accept ?? "" });

      assert.equal(response.status, 200, accept);
      assert.ok(response.headers.get("content-type")?.startsWith(type ?? ""), accept);
      assert.equal((await readMessage(response)).error, undefined);
    }
  });
}

Deno.test("params and arguments that are null or [] are empty", async () => {
  await using service = await startService();

  for (const params of ["null", "[]", "{}"]) {
    const body = `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":${params}}`;
    const answer = await readMessage(await send(service, body));

    assert.equal(answer.error, undefined, params);
  }
});

Deno.test("a client that takes only JSON gets it from a call that waits, and its person is asked on the page", async () => {
  await using service = await startService({ sandbox: { pace: { polls: 1, seconds: 0 } } });
  const session = await LegacySession.open([service.mcpUrl], { headers: TOKEN_HEADERS });
  const call = (name: string, args: unknown) =>
    JSON.stringify({
      jsonrpc: "2.0",
      id: 9,
      method: "tools/call",
      params: { name, arguments: args, _meta: { progressToken: 1 } },
    });
  const headers = { ...session.headers, accept: "application/json" };

  const waited = await send(service, call("backup_app", { app_id: 200001 }), headers);
  const asking = await send(service, call("stop_server", { server_id: 100001 }), headers);

  for (const response of [waited, asking]) {
    assert.ok(response.headers.get("content-type")?.startsWith("application/json"));
  }
  assert.equal(toAnswer((await readMessage(waited)).result).isError, false);
  assert.equal(toAnswer((await readMessage(asking)).result).json.code, "confirmation_required");
});

Deno.test("a person's yes counts beside a null error", async () => {
  await using service = await startService({ sandbox: { pace: { polls: 1, seconds: 0 } } });
  const session = await LegacySession.open([service.mcpUrl], { headers: TOKEN_HEADERS });

  await using call = await session.call("stop_server", { server_id: 100001 });
  const question = await call.question();
  const taken = await session.post({
    jsonrpc: "2.0",
    id: question.id,
    error: null,
    result: { action: "accept", content: { approve: true }, _meta: null },
  });
  await taken.body?.cancel();
  const answer = await call.result();

  assert.equal(answer.isError, false, JSON.stringify(answer.json));
  assert.equal(service.sandbox.requestsTo("server_stop").length, 1);
});

const errorSchema = z.object({ error: z.object({ code: z.number(), message: z.string() }), id: z.unknown() });

const UNREADABLE: readonly { body: string; names: string; id?: unknown }[] = [
  { body: '{"id":1,"method":"ping"}', names: "jsonrpc", id: 1 },
  { body: '{"jsonrpc":"1.0","id":1,"method":"ping"}', names: "jsonrpc", id: 1 },
  { body: '{"jsonrpc":"2.0","id":1}', names: "method", id: 1 },
  { body: '{"jsonrpc":"2.0","id":1,"method":7}', names: "method", id: 1 },
  { body: '{"jsonrpc":"2.0","id":1.5,"method":"ping"}', names: "id" },
  { body: '{"jsonrpc":"2.0","id":null,"method":"ping"}', names: "id" },
  { body: '{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}', names: "2^53" },
  { body: '{"jsonrpc":"2.0","id":1,"method":"ping","params":"x"}', names: "params", id: 1 },
  { body: '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":7}}', names: "params._meta", id: 1 },
  {
    body: '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"progressToken":9007199254740993}}}',
    names: "params._meta.progressToken",
    id: 1,
  },
  { body: '{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":"x"}}', names: "result", id: 1 },
  { body: '{"jsonrpc":"2.0","id":1,"error":{"code":"1"}}', names: "error", id: 1 },
  { body: '"text"', names: "object" },
];

for (const { body, names, id = null } of UNREADABLE) {
  Deno.test(`the refusal of ${body} names ${names}`, async () => {
    await using service = await startService();

    const response = await send(service, body);
    const { error, id: answered } = errorSchema.parse(await response.json());

    assert.equal(response.status, 400);
    assert.equal(error.code, -32600);
    assert.ok(error.message.includes(names), error.message);
    assert.equal(answered, id);
  });
}

Deno.test("the refusal of a call's parameters names the member", async () => {
  await using service = await startService();
  const wrong: readonly [params: unknown, names: string][] = [
    [{}, "name"],
    [{ name: 5 }, "name"],
    [{ name: "ping", arguments: "x" }, "arguments"],
    [{ name: "ping", arguments: [1] }, "arguments"],
  ];

  for (const [params, names] of wrong) {
    for (const meta of [undefined, META]) {
      const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { ...Object(params), _meta: meta } };
      const name = memberText(params, "name");
      const headers = meta === undefined ? {} : {
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        ...(name !== undefined && { "mcp-name": name }),
      };
      const { error } = errorSchema.parse(await readMessage(await send(service, JSON.stringify(message), headers)));

      assert.equal(error.code, -32602, JSON.stringify(params));
      assert.ok(error.message.includes(names), error.message);
    }
  }
});

function memberText(value: unknown, name: string): string | undefined {
  const member = z.looseObject({ [name]: z.string() }).safeParse(value).data?.[name];
  return typeof member === "string" ? member : undefined;
}

Deno.test("/mcp/ is /mcp", async () => {
  await using service = await startService();

  const response = await send(service, JSON.stringify(OLD[1]), TOKEN_HEADERS, "/mcp/");

  assert.equal(response.status, 200);
  assert.deepEqual((await readMessage(response)).result, {});
});

Deno.test("a request without Accept takes anything", async () => {
  await using service = await startService();
  const body = JSON.stringify(OLD[2]);
  const headers = [["Host", service.mcpUrl.host], ["Content-Type", "application/json"]] as const;

  const answer = await rawRequest(service.url, "POST /mcp", headers, body);

  assert.equal(answer.status, 200);
});

Deno.test("a compressed body gets 415, and a reason", async () => {
  await using service = await startService();

  for (const encoding of ["gzip", "br", "deflate", "zstd", "gzip, identity"]) {
    const response = await send(service, JSON.stringify(OLD[1]), { "content-encoding": encoding });
    const { error } = errorSchema.parse(await response.json());

    assert.equal(response.status, 415, encoding);
    assert.ok(error.message.includes("Content-Encoding"), error.message);
  }
  const plain = await send(service, JSON.stringify(OLD[1]), { "content-encoding": "identity" });
  await plain.body?.cancel();
  assert.equal(plain.status, 200);
});

Deno.test("origins of other schemes are allowed only if the whole origin is listed", async () => {
  await using service = await startService({ env: { ALLOWED_ORIGINS: "tauri://localhost,app://x" } });
  const body = JSON.stringify(OLD[1]);
  const expected: readonly [string, number][] = [
    ["tauri://localhost", 200],
    ["app://x", 200],
    ["app://y", 403],
    ["tauri://localhost:1", 403],
    ["http://localhost", 403],
    ["null", 403],
  ];

  for (const [origin, status] of expected) {
    const response = await send(service, body, { origin });
    await response.body?.cancel();

    assert.equal(response.status, status, origin);
    assert.equal(response.headers.get("access-control-allow-origin"), status === 200 ? origin : null);
  }
});

Deno.test("an upgrade to h2c with a body is refused by Deno before the server sees it", async () => {
  await using service = await startService();
  const upgrade = [
    ["Host", service.mcpUrl.host],
    ["Content-Type", "application/json"],
    ["Connection", "Upgrade, HTTP2-Settings"],
    ["Upgrade", "h2c"],
    ["HTTP2-Settings", "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA"],
  ] as const;

  const answer = await rawRequest(service.url, "POST /mcp", upgrade, JSON.stringify(OLD[1]));

  // If this fails, Deno answers such requests now: remove the row on h2c from docs/troubleshooting.md.
  assert.equal(answer.status, 400);
  assert.equal(answer.body, "");
});

for (const host of ["::1", "127.0.0.2", "localhost"]) {
  Deno.test(`with HOST=${host} that address is allowed, and approval links lead to it`, async () => {
    await using service = await startService({ env: { HOST: host } });
    const origin = `http://${host.includes(":") ? `[${host}]` : host}:7000`;
    const call = { name: "stop_server", arguments: { server_id: 100001 } };
    const request = new Request(`${origin}/mcp`, {
      method: "POST",
      headers: {
        ...TOKEN_HEADERS,
        "content-type": "application/json",
        accept: BOTH,
        host: new URL(origin).host,
        origin,
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: call }),
    });

    const answer = toAnswer((await readMessage(await service.app.fetch(request))).result);
    const { approval_url: address } = z.object({ approval_url: z.string() }).parse(answer.json.details);
    const approve = new Request(address, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", host: new URL(origin).host, origin },
      body: "decision=approve",
    });
    const page = await service.app.fetch(approve);
    await page.body?.cancel();

    assert.ok(address.startsWith(`${origin}/approve/`), address);
    assert.ok(page.status < 400, String(page.status));
  });
}
