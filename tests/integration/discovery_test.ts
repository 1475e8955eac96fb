import assert from "node:assert/strict";
import fc from "fast-check";
import { MIN_THOUGHT_MS } from "../../src/confirm/elicitation.ts";
import { FakeClock } from "../sandbox/mod.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { loggedRecords } from "../support/audit_lines.ts";
import { afterFirstChange } from "../support/first_change.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool, post, readMessage } from "../support/rpc.ts";
import { callModern, modernHeaders, modernMeta, YES } from "../support/rpc_2026.ts";
import { until } from "../support/until.ts";
import { toolRows } from "../tool_rows/mod.ts";
import { withoutMadePassword } from "../tool_rows/sent.ts";

/** Work ends at the first look, so that no test waits. */
const AT_ONCE = { polls: 1, seconds: 0 };

type Headers = Record<string, string>;

/** What `find_tools` gives. */
interface Found {
  tools: { name: string; toolset: string; effect: string; input_schema: { properties: Record<string, unknown> } }[];
  not_possible?: string[];
  note?: string;
}

async function find(service: Service, args: Record<string, unknown>, headers: Headers = {}): Promise<Found> {
  const { json, isError } = await callTool(service.mcpUrl, "find_tools", args, { ...TOKEN_HEADERS, ...headers });
  assert.equal(isError, false, JSON.stringify(json));
  const { tools = [], ...rest } = json as Partial<Found>;
  return { tools, ...rest };
}

const call = (service: Service, name: string, args: Record<string, unknown>, headers: Headers = {}) =>
  callTool(service.mcpUrl, name, args, { ...TOKEN_HEADERS, ...headers });

/** Calls a tool through `call_tool`, with its arguments as text. */
const callInside = (service: Service, name: string, args: Record<string, unknown>, headers: Headers = {}) =>
  call(service, "call_tool", { name, arguments: JSON.stringify(args) }, headers);

Deno.test("find_tools gives the best tool first with all that a call needs, whether or not it is listed", async () => {
  await using service = await startService({ env: { LIST_TOOLSETS: "basic" } });
  const { listed } = service.app.catalogue.entries().find(({ tool }) => tool.name === "install_ssl_certificate") ?? {};

  const { tools } = await find(service, { query: "install my own ssl certificate", limit: 2 });

  assert.equal(tools.length, 2);
  assert.deepEqual(tools[0], {
    name: "install_ssl_certificate",
    toolset: "security",
    effect: "destructive",
    description: listed?.description,
    input_schema: JSON.parse(JSON.stringify(listed?.inputSchema)),
  });
  assert.ok("password" in (tools[0]?.input_schema.properties ?? {}));
});

Deno.test("find_tools finds nothing that a caller may not use, however it was taken away", async () => {
  await using service = await startService();
  const found = async (headers: Headers, more: Record<string, unknown> = {}) =>
    (await find(service, { query: "restart server", limit: 10, ...more }, headers)).tools;

  const all = await found({});
  const reading = await found({ "x-mcp-readonly": "true" });
  const apps = await found({ "x-mcp-toolsets": "apps" });
  const others = await found({ "x-mcp-exclude-tools": "restart_server" });
  const one = await found({ "x-mcp-tools": "find_tools,stop_server" });
  const basic = await found({}, { toolset: "basic" });

  assert.equal(all[0]?.name, "restart_server");
  assert.deepEqual(new Set(reading.map(({ effect }) => effect)), new Set(["read"]));
  assert.deepEqual(new Set(apps.map(({ toolset }) => toolset)), new Set(["apps"]));
  assert.ok(others.length === 10 && others.every(({ name }) => name !== "restart_server"));
  assert.deepEqual(one.map(({ name }) => name), ["stop_server"]);
  assert.deepEqual(new Set(basic.map(({ toolset }) => toolset)), new Set(["basic"]));
});

Deno.test("find_tools says what Cloudways can't do, and advises no tool that the caller may not use", async () => {
  await using service = await startService();

  const csr = await find(service, { query: "make a signing request" });
  const narrow = await find(service, { query: "make a signing request" }, { "x-mcp-toolsets": "basic" });
  const nothing = await find(service, { query: "zzzz" });

  assert.match(String(csr.not_possible), /no longer makes certificate signing requests.*install_letsencrypt/);
  assert.deepEqual(narrow.not_possible, ["Cloudways' API no longer makes certificate signing requests."]);
  assert.deepEqual(nothing.tools, []);
  assert.match(String(nothing.note), /other words/);
});

Deno.test("find_tools never finds itself or what calls other tools", async () => {
  await using service = await startService();

  const { tools } = await find(service, { query: "find tools call_tool call_read_tool find_tools", limit: 10 });

  assert.ok(tools.length > 0 && tools.every(({ toolset }) => toolset !== "discovery"));
});

for (const row of toolRows.filter(({ tool }) => !/^(find_tools|call_)/.test(tool))) {
  Deno.test(`${row.tool} does and answers the same through call_tool`, async () => {
    const [direct, inside] = await Promise.all([call, callInside].map(async (way) => {
      await using service = await startService({ env: { CONFIRM: "off" }, sandbox: { pace: AT_ONCE } });
      row.setUp?.(service.sandbox);
      const args = await afterFirstChange(service.mcpUrl, row, row.minimal, TOKEN_HEADERS);
      const { isError } = await way(service, row.tool, args);
      const sent = service.sandbox.requests.map(({ method, path, query, fields }) => (
        { method, path, query, fields: withoutMadePassword(fields) }
      ));
      const changes = sent.filter(({ method }) => method !== "GET");
      // Some tools read several things at the same time.
      const reads = sent.filter(({ method }) => method === "GET").map((read) => JSON.stringify(read)).sort();
      const records = loggedRecords(service).map(({ event, tool, outcome, arguments: args }) => ({
        event,
        tool,
        outcome,
        // Plans have other ids in each account.
        args: JSON.stringify(args).replace(/"plan_id":"[^"]+"/, ""),
      }));
      const metrics = await (await fetch(`${service.url}/metrics`)).text();
      const counted = metrics.split("\n").filter((line) => /^\w+calls_total.*tool="/.test(line));
      return { isError, changes, reads, records, counted };
    }));

    assert.deepEqual(inside, direct);
    assert.equal(direct?.isError, false);
  });
}

Deno.test("call_read_tool calls what reads, and asks where that asks", async () => {
  await using service = await startService({ env: { PUBLIC_URL: "http://127.0.0.1:7000" } });
  const args = { app_id: 200001, reveal: true };

  const plain = await call(service, "call_read_tool", { name: "list_servers" });
  const asked = await call(service, "call_read_tool", { name: "get_app_credentials", arguments: args });
  const refused = await call(service, "call_read_tool", { name: "restart_server", arguments: { server_id: 100001 } });

  assert.equal(plain.isError, false);
  assert.equal(asked.json.code, "confirmation_required");
  assert.equal(refused.json.code, "invalid_arguments");
  assert.match(String(refused.json.message), /call_tool/);
});

Deno.test("a tool that may not be used is answered as one that does not exist", async () => {
  await using service = await startService();
  const answers = (name: string, headers: Headers) =>
    Promise.all(["call_tool", "call_read_tool"].map(async (carrier) => {
      const { json } = await call(service, carrier, { name, arguments: {} }, headers);
      const { code, message, hint, details } = json;
      return { code, message, hint, problems: Object(details).problems };
    }));

  for (
    const headers of [
      { "x-mcp-toolsets": "apps" },
      { "x-mcp-exclude-tools": "ping" },
      { "x-mcp-tools": "find_tools,call_tool,call_read_tool" },
    ]
  ) {
    const known = await answers("ping", headers);
    assert.deepEqual(known, await answers("pingpong", headers));
    assert.equal(known[0]?.code, "invalid_arguments");
    assert.match(String(known[0]?.hint), /find_tools/);
  }
});

Deno.test("an unknown name is answered with tools of a similar name, and with what can't be done", async () => {
  await using service = await startService();

  const similar = await callInside(service, "reboot_server", {});
  const impossible = await callInside(service, "set_cache_mode", {});

  assert.ok(Object(similar.json.details).similar_tools.includes("restart_server"));
  assert.match(String(Object(impossible.json.details).not_possible), /cache mode can't be set/);
  await assert.rejects(call(service, "reboot_server", {}), /Unknown tool: reboot_server\..*restart_server.*find_tools/);
});

Deno.test("a slow tool answers as a stream with progress through call_tool too, in both eras", async () => {
  await using service = await startService({ sandbox: { pace: AT_ONCE } });
  const params = { name: "call_tool", arguments: { name: "backup_app", arguments: '{"app_id":200001}' } };
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call" };
  const quick = { ...params, arguments: { name: "ping" } };

  const old = await post(service.mcpUrl, { ...message, params }, TOKEN_HEADERS);
  const young = await post(service.mcpUrl, { ...message, params: { ...params, _meta: modernMeta("test") } }, {
    ...TOKEN_HEADERS,
    ...modernHeaders("tools/call", "call_tool"),
  });
  const other = await post(service.mcpUrl, { ...message, params: quick }, TOKEN_HEADERS);

  for (const response of [old, young]) {
    assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
    assert.ok((await readMessage(response)).result !== undefined);
  }
  assert.match(other.headers.get("content-type") ?? "", /^application\/json/);
  await other.body?.cancel();
});

Deno.test("a decline is taken back with again among the inner arguments", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock });
  const args = { server_id: 100001, wait_seconds: 0 };
  const wrapped = (more: Record<string, unknown> = {}) => ({
    url: service.mcpUrl,
    name: "call_tool",
    args: { name: "restart_server", arguments: { ...args, ...more } },
    headers: TOKEN_HEADERS,
  });
  const asked = await callModern(wrapped());
  assert.equal(asked.kind, "question");
  if (asked.kind !== "question") return;
  await clock.advance(MIN_THOUGHT_MS);

  const declined = await callModern({ ...wrapped(), answered: { state: asked.state, reply: { action: "decline" } } });
  const again = await callModern(wrapped({ again: true }));

  assert.equal(declined.kind === "result" && declined.answer.json.code, "confirmation_declined");
  assert.equal(again.kind, "question");
  assert.match(asked.message, /restart/i);
  assert.doesNotMatch(asked.message, /call_tool/);
});

Deno.test("a yes counts for nothing where the bounds have become narrower since", async () => {
  await using service = await startService();
  const narrowed: Headers[] = [
    { "x-mcp-readonly": "true" },
    { "x-mcp-exclude-tools": "restart_server" },
    { "x-mcp-toolsets": "basic" },
  ];

  for (const headers of narrowed) {
    const asking = {
      url: service.mcpUrl,
      name: "call_tool",
      args: { name: "restart_server", arguments: '{"server_id":100001}' },
    };
    const asked = await callModern({ ...asking, headers: TOKEN_HEADERS });
    assert.equal(asked.kind, "question");
    if (asked.kind !== "question") return;
    const answered = { state: asked.state, reply: YES };

    const refused = await callModern({ ...asking, headers: { ...TOKEN_HEADERS, ...headers }, answered });

    assert.ok(refused.kind === "result" && refused.answer.isError, JSON.stringify(refused));
  }
  assert.equal(service.sandbox.requests.filter(({ method }) => method !== "GET").length, 0);
});

Deno.test("a call that can't be read is on record without the arguments that it carried", async () => {
  await using service = await startService();
  const canary = "canary-7d21";

  await call(service, "list_servers", {});
  const carried = [
    { name: "install_ssl_certificate", arguments: `{"password":"${canary}"` },
    { name: "no_such_tool", arguments: { password: canary } },
    { name: "call_tool", arguments: { name: canary } },
  ];

  for (const args of carried) await call(service, "call_tool", args);
  await until(() => loggedRecords(service).length > 0);

  const records = loggedRecords(service).map(({ event, tool, outcome }) => [event, tool, outcome]);
  assert.deepEqual(records[0], ["refused", "call_tool", "invalid_arguments"]);
  assert.ok(records.every(([event, tool]) => event === "refused" && tool === "call_tool"));
  assert.ok(!service.logLines.join("\n").includes(canary));
});

Deno.test("arguments are understood as text and as an object, and none in every form of none", async () => {
  await using service = await startService();

  const found = await Promise.all(
    [{ query: "shop" }, '{"query":"shop"}', ' { "query" : "shop" } '].map((args) =>
      call(service, "call_tool", { name: "find_resources", arguments: args })
    ),
  );
  const none = await Promise.all(
    [undefined, null, "", " ", {}, [], "{}", "[]"].map((args) =>
      call(service, "call_read_tool", { name: "list_projects", arguments: args })
    ),
  );

  for (const [all, json] of [[found, found[0]?.json], [none, none[0]?.json]] as const) {
    for (const one of all) assert.deepEqual([one.isError, one.json], [false, json]);
  }
});

Deno.test("characters that nobody can see are refused in the arguments of the inner tool", async () => {
  await using service = await startService();

  const { json } = await callInside(service, "find_resources", { query: "sh\u200bop" });

  assert.equal(json.code, "invalid_arguments");
  assert.match(String(json.message), /find_resources.*U\+200B/);
});

const json = fc.json({ maxDepth: 3 });
const hostileArguments: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "x".repeat(400_000),
    `{"query":"${"a".repeat(400_000)}"}`,
    "[".repeat(100_000),
    '{"a":'.repeat(90_000),
    `{"query":[${"1,".repeat(20_000)}1]}`,
    `{${Array.from({ length: 20_000 }, (_, n) => `"${n}":1`).join()}}`,
    '{"query":"shop","query":"blog"}',
    '{"query":"shop","\\u0071uery":"blog"}',
    '{"__proto__":{"query":"shop"}}',
    '{"query":"shop","__proto__":{"limit":1}}',
    '{"query":{"length":{"toString":0}}}',
    "null",
    "true",
    "7",
    '"{}"',
    "[{}]",
    "{}{}",
    "{'query':'shop'}",
    "\ufeff{}x",
    '{"query":"\ud800"}',
    "NaN",
  ),
  json.map((text) => `{"query":${text},"bogus":${text}}`),
  json.map((text) => `${text},`),
  fc.string({ unit: "binary", minLength: 1, maxLength: 200 }).map((text) => `{${text}`),
);

Deno.test("hostile arguments of an inner tool are refused in words, and nothing is sent", async () => {
  await using service = await startService({ env: { RATE_LIMIT_REQUESTS: "100000" } });

  await fc.assert(
    fc.asyncProperty(hostileArguments, async (text) => {
      const { json } = await call(service, "call_tool", { name: "find_resources", arguments: text });

      assert.equal(json.code, "invalid_arguments", text.slice(0, 100));
      assert.ok(JSON.stringify(json).length < 5_000);
    }),
    { numRuns: 150 },
  );
  assert.equal(service.sandbox.requests.length, 0);
});
