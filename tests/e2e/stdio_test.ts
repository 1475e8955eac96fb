import assert from "node:assert/strict";
import { Client as ModernClient } from "@modelcontextprotocol/client";
import { StdioClientTransport as ModernTransport } from "@modelcontextprotocol/client/stdio";
import { Client as LegacyClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as LegacyTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import * as z from "zod";
import { type Answer, toAnswer } from "../support/clients.ts";
import { DEFAULT_LIST } from "../support/default_list.ts";
import { TEST_KEYS } from "../support/keys.ts";
import {
  inheritedEnv,
  mainArgs,
  type Program,
  type ProgramEnv,
  programEnv,
  run,
  startMain,
} from "../support/process.ts";
import { rawClient, startRedis } from "../support/redis_server.ts";
import { DEMO_ACCOUNT, FakeClock, startSandbox } from "../sandbox/mod.ts";
import { until } from "../support/until.ts";

const TOKEN = DEMO_ACCOUNT.accessTokens[0].token;
const BY_TOKEN = { CLOUDWAYS_ACCESS_TOKEN: TOKEN };
const BY_KEY = { CLOUDWAYS_EMAIL: DEMO_ACCOUNT.email, CLOUDWAYS_API_KEY: DEMO_ACCOUNT.apiKey };

interface StdioClient extends AsyncDisposable {
  protocolVersion: string | undefined;
  toolNames(): Promise<string[]>;
  call(name: string): Promise<Answer>;
}

async function parameters(env: ProgramEnv) {
  const args = await mainArgs(["stdio"], env);
  return { command: "deno", args, env: { ...inheritedEnv(), ...programEnv(env) }, stderr: "ignore" } as const;
}

async function connectLegacy(env: ProgramEnv): Promise<StdioClient> {
  const client = new LegacyClient({ name: "test-2025", version: "1.0.0" });
  let protocolVersion: string | undefined;
  const transport = Object.assign(new LegacyTransport(await parameters(env)), {
    setProtocolVersion: (version: string) => protocolVersion = version,
  });
  // Called this way since the SDK's types contradict each other under exactOptionalPropertyTypes.
  await Reflect.apply(client.connect, client, [transport]);
  return {
    protocolVersion,
    toolNames: async () => (await client.listTools()).tools.map(({ name }: { name: string }) => name),
    call: async (name) => toAnswer(await client.callTool({ name, arguments: {} })),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

async function connectModern(env: ProgramEnv): Promise<StdioClient> {
  const versionNegotiation = { mode: { pin: "2026-07-28" } };
  const client = new ModernClient({ name: "test-2026", version: "1.0.0" }, { versionNegotiation });
  await client.connect(new ModernTransport(await parameters(env)));
  return {
    protocolVersion: client.getNegotiatedProtocolVersion(),
    toolNames: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name) => toAnswer(await client.callTool({ name, arguments: {} })),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

const CLIENTS = [
  { kind: "2025 client", connect: connectLegacy, protocolVersion: "2025-11-25" },
  { kind: "2026 client", connect: connectModern, protocolVersion: "2026-07-28" },
] as const;

for (const { kind, connect, protocolVersion } of CLIENTS) {
  for (const credentials of [BY_TOKEN, BY_KEY]) {
    Deno.test(`a ${kind} over stdio with ${Object.keys(credentials).join(" and ")} sees its servers`, async () => {
      await using sandbox = await startSandbox();
      await using client = await connect({ CLOUDWAYS_API_BASE_URL: sandbox.baseUrl, ...credentials });

      const names = await client.toolNames();
      const answer = await client.call("list_servers");

      assert.equal(client.protocolVersion, protocolVersion);
      assert.deepEqual(names, DEFAULT_LIST);
      assert.equal(answer.isError, false);
      assert.ok(Array.isArray(answer.json.servers));
      assert.equal(answer.json.servers.length, sandbox.account().servers.length);
      sandbox.assertNoViolations();
    });
  }

  Deno.test(`every call of a ${kind} over stdio has a request id of its own`, async () => {
    await using sandbox = await startSandbox();
    await using client = await connect({ CLOUDWAYS_API_BASE_URL: sandbox.baseUrl });

    const first = await client.call("list_servers");
    const second = await client.call("list_servers");

    assert.match(String(first.json.request_id), /^[0-9a-f-]{36}$/);
    assert.notEqual(first.json.request_id, second.json.request_id);
  });

  Deno.test(`a ${kind} over stdio without credentials lists tools but can't call them`, async () => {
    await using sandbox = await startSandbox();
    await using client = await connect({ CLOUDWAYS_API_BASE_URL: sandbox.baseUrl });

    const names = await client.toolNames();
    const ping = await client.call("ping");
    const refused = await client.call("list_servers");

    assert.deepEqual(names, DEFAULT_LIST);
    assert.equal(ping.isError, false);
    assert.equal(refused.json.code, "authentication_required");
    assert.match(String(refused.json.hint), /CLOUDWAYS_ACCESS_TOKEN/);
    assert.equal(sandbox.requests.length, 0);
  });
}

const messageSchema = z.looseObject({ jsonrpc: z.literal("2.0"), id: z.number() });

Deno.test("over stdio, standard output holds JSON-RPC and nothing else, and the program ends with its input", async () => {
  await using sandbox = await startSandbox();
  const env = { CLOUDWAYS_API_BASE_URL: sandbox.baseUrl, LOG_LEVEL: "DEBUG", ...BY_TOKEN };
  const program = await startMain(["stdio"], env);
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } };
  const messages = [
    { jsonrpc: "2.0", id: 1, method: "initialize", params },
    { jsonrpc: "2.0", method: "notifications/initialized" },
    { jsonrpc: "2.0", id: 2, method: "tools/list" },
    { jsonrpc: "2.0", id: 3, method: "tools/call", params: { name: "list_servers", arguments: {} } },
    { jsonrpc: "2.0", id: 4, method: "tools/call", params: { name: "no_such_tool", arguments: {} } },
  ];

  for (const message of messages) await program.write(`${JSON.stringify(message)}\n`);
  for (const id of [1, 2, 3, 4]) await program.waitFor(new RegExp(`"id":${id}\\}?[,\\n]`), "stdout");
  await program.closeInput();
  const { code, stdout, stderr } = await program.ended();

  const answers = stdout.trimEnd().split("\n").map((line) => messageSchema.parse(JSON.parse(line)));
  assert.equal(code, 0);
  assert.deepEqual(answers.map(({ id }) => id).sort(), [1, 2, 3, 4]);
  assert.match(stderr, /list_servers/);
  assert.ok(!stderr.includes(TOKEN));
});

Deno.test("over stdio, a line that is not a message gets an error, and does no harm", async () => {
  const program = await startMain(["stdio"]);

  for (
    const line of [
      "not JSON",
      '{"jsonrpc":"2.0","id":9}',
      '{"jsonrpc":"2.0","method":"ping","id":null}',
    ]
  ) {
    await program.write(`${line}\n`);
  }
  await program.write(`${JSON.stringify({ jsonrpc: "2.0", id: 7, method: "ping" })}\n`);
  await program.waitFor(/"id":7/, "stdout");
  await program.closeInput();
  const { code, stdout } = await program.ended();

  const answers = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.equal(code, 0);
  assert.deepEqual(answers.map(({ id, error }) => [id, error?.code]), [
    [null, -32700],
    [9, -32600],
    [null, -32600],
    [7, undefined],
  ]);
});

Deno.test("over stdio, JSON nested deeper than any message is refused, as it is over HTTP", async () => {
  const program = await startMain(["stdio"], BY_TOKEN);
  const nested = JSON.parse("[".repeat(5000) + "]".repeat(5000));
  const params = { name: "stop_server", arguments: { server_id: nested } };

  await program.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params })}\n`);
  await program.waitFor(/"id":1/, "stdout");
  await program.closeInput();
  const { code, stdout, stderr } = await program.ended();

  const { id, error } = JSON.parse(stdout);
  assert.equal(code, 0);
  assert.deepEqual([id, error.code], [1, -32600]);
  assert.match(error.message, /nested more than 64 deep/);
  assert.doesNotMatch(stderr, /ERR/);
});

Deno.test("over stdio, a line that is longer than any message may be ends the program, since nothing after it can be read", async () => {
  await using program = await startMain(["stdio"]);

  await program.write(`${"x".repeat(11 * 1024 * 1024)}\n`).catch(() => {});
  const { code, stderr } = await program.ended();

  assert.equal(code, 1);
  assert.match(stderr, /WRN.*longer than 10 MiB/);
  assert.doesNotMatch(stderr, /the input has ended/);
});

Deno.test("over stdio, a closed output ends the program, and the log says so", async () => {
  await using program = await startMain(["stdio"]);

  await program.closeOutput();
  await program.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" })}\n`);
  const { code, stderr } = await program.ended();

  assert.equal(code, 0);
  assert.match(stderr, /the output was closed/);
  assert.doesNotMatch(stderr, /the input has ended/);
});

/** How a client ends the program, and what the program then logs. */
const ENDS: Record<string, { end: (program: Program) => Promise<void> | void; logged: RegExp }> = {
  "its input ends": { end: (program) => program.closeInput(), logged: /the input has ended/ },
  "it gets a signal": { end: (program) => program.signal("SIGTERM"), logged: /shutting down/ },
};

for (const [what, { end, logged }] of Object.entries(ENDS)) {
  Deno.test(`over stdio, a write that was sent is awaited and recorded although ${what}`, async () => {
    const clock = new FakeClock();
    await using sandbox = await startSandbox({ clock });
    sandbox.addFault({ operationId: "server_stop", kind: { delayMs: 1000 } });
    await using program = await startMain(["stdio"], {
      CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
      CONFIRM: "off",
      ...BY_TOKEN,
    });
    const params = { name: "stop_server", arguments: { server_id: 100001, wait_seconds: 300 } };
    await program.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params })}\n`);
    await until(() => clock.sleeping === 1);

    await end(program);
    await program.waitFor(logged);
    await clock.advance(1000);
    const { code, stderr } = await program.ended();

    assert.equal(code, 0);
    assert.match(stderr, /"event":"outcome".*"outcome":"ok"/);
  });
}

for (const [what, { end }] of Object.entries(ENDS)) {
  Deno.test(`over stdio, a question that is open when ${what} is recorded as refused`, async () => {
    await using redis = await startRedis();
    await using sandbox = await startSandbox();
    await using program = await startMain(["stdio"], {
      CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
      REDIS_URL: redis.url,
      ENCRYPTION_KEY: TEST_KEYS[0],
      ...BY_TOKEN,
    });
    const send = (message: object) => program.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
    const client = { capabilities: { elicitation: {} }, clientInfo: { name: "raw", version: "1.0.0" } };
    await send({ id: 1, method: "initialize", params: { protocolVersion: "2025-11-25", ...client } });
    await send({ method: "notifications/initialized" });
    const params = { name: "stop_server", arguments: { server_id: 100001, wait_seconds: 0 } };
    await send({ id: 2, method: "tools/call", params });
    await program.waitFor(/elicitation\/create/, "stdout");

    await end(program);
    const { code, stderr } = await program.ended();

    assert.equal(code, 0);
    assert.match(stderr, /"event":"refused".*"outcome":"confirmation_required"/);
    await using raw = rawClient(redis);
    const [list = "none"] = await raw.keys("cw:audit_refused:*");
    assert.equal(await raw.xlen(list), 2, "one record for the question, one for its end");
  });
}

const ALERTS = "cloudways_bot_alerts_list";
const INITIALIZE = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "raw", version: "1" } },
};

function lineOf(message: object): string {
  return `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`;
}

function callLine(id: number, name: string, args: Record<string, unknown> = {}): string {
  return lineOf({ id, method: "tools/call", params: { name, arguments: args } });
}

const answerSchema = z.looseObject({ id: z.number(), result: z.unknown().optional(), error: z.unknown().optional() });

/** The text of the answer to a request; undefined without an answer. */
function answerTo(id: number, stdout: string) {
  const messages = stdout.split("\n").filter((line) => line !== "").map((line) => answerSchema.parse(JSON.parse(line)));
  return messages.find((message) => message.id === id);
}

for (const [what, { end, logged }] of Object.entries(ENDS)) {
  Deno.test(`over stdio, a call in flight is answered although ${what}`, async () => {
    const clock = new FakeClock();
    await using sandbox = await startSandbox({ clock });
    sandbox.addFault({ operationId: ALERTS, kind: { delayMs: 1000 } });
    await using program = await startMain(["stdio"], { CLOUDWAYS_API_BASE_URL: sandbox.baseUrl, ...BY_TOKEN });
    await program.write(callLine(1, "get_alerts"));
    await until(() => sandbox.requestsTo(ALERTS).length === 1);

    await end(program);
    await program.waitFor(logged);
    await clock.advance(1000);
    const { code, stdout } = await program.ended();

    const answer = toAnswer(answerTo(1, stdout)?.result);
    assert.equal(code, 0);
    assert.equal(answer.isError, false, stdout);
  });

  Deno.test(`over stdio, a call that waits for an operation gets its id when ${what}`, async () => {
    await using sandbox = await startSandbox({ clock: new FakeClock(), pace: { polls: 50, seconds: 5 } });
    await using program = await startMain(["stdio"], { CLOUDWAYS_API_BASE_URL: sandbox.baseUrl, ...BY_TOKEN });
    await program.write(callLine(1, "backup_server", { server_id: 100001, wait_seconds: 300 }));
    await until(() => sandbox.requestsTo("operation_status").length === 1);

    await end(program);
    const { code, stdout } = await program.ended();

    const { json } = toAnswer(answerTo(1, stdout)?.result);
    assert.equal(code, 0);
    assert.equal(json.status, "running", stdout);
    assert.match(String(json.next_step), /get_operation_status/);
  });
}

Deno.test("over stdio, everything that was piped in is answered, although the input ends at once", async () => {
  await using sandbox = await startSandbox();
  const input = [
    lineOf(INITIALIZE),
    lineOf({ method: "notifications/initialized" }),
    lineOf({ id: 2, method: "tools/list" }),
    callLine(3, "list_servers"),
    callLine(4, "get_alerts").trimEnd(),
  ].join("");
  const env = { CLOUDWAYS_API_BASE_URL: sandbox.baseUrl, ...BY_TOKEN };

  const { code, stdout } = await run("deno", await mainArgs(["stdio"], env), { env, input });

  assert.equal(code, 0);
  for (const id of [1, 2, 3, 4]) assert.ok(answerTo(id, stdout)?.result, `${id} in ${stdout}`);
  assert.equal(sandbox.account().servers.length, Object(toAnswer(answerTo(3, stdout)?.result).json.servers).length);
});

Deno.test("over stdio, a program that ends refuses new calls, and says why", async () => {
  const clock = new FakeClock();
  await using sandbox = await startSandbox({ clock });
  sandbox.addFault({ operationId: ALERTS, kind: { delayMs: 1000 } });
  await using program = await startMain(["stdio"], { CLOUDWAYS_API_BASE_URL: sandbox.baseUrl, ...BY_TOKEN });
  await program.write(callLine(1, "get_alerts"));
  await until(() => sandbox.requestsTo(ALERTS).length === 1);

  program.signal("SIGTERM");
  await program.waitFor(/shutting down/);
  await program.write(callLine(2, "list_servers"));
  await program.waitFor(/"id":2/, "stdout");
  await clock.advance(1000);
  const { code, stdout } = await program.ended();

  assert.equal(code, 0);
  assert.deepEqual(answerTo(2, stdout)?.error, {
    code: -32000,
    message: "This server is shutting down. Nothing was done.",
  });
  assert.ok(answerTo(1, stdout)?.result);
});

/** Cases in which nobody waits for an answer. Each ends the program although a read in flight never ends. */
const UNANSWERED: Record<string, (program: Program) => Promise<void>> = {
  "a call that was cancelled": async (program) => {
    await program.write(lineOf({ method: "notifications/cancelled", params: { requestId: 1 } }));
    await program.closeInput();
  },
  "an answer after the input ended and a signal came": async (program) => {
    await program.closeInput();
    await program.waitFor(/the input has ended/);
    program.signal("SIGTERM");
  },
  "an answer that can't be written": async (program) => {
    await program.closeOutput();
    // The pipe closes a moment later, so the first answers may still go through.
    for (let id = 2; id < 200 && !program.hasEnded; id++) {
      await program.write(lineOf({ id, method: "ping" })).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  },
};

for (const [what, leave] of Object.entries(UNANSWERED)) {
  Deno.test(`over stdio, a program that ends does not wait for ${what}`, async () => {
    // The clock does not move, so the read gets no answer.
    await using sandbox = await startSandbox({ clock: new FakeClock() });
    sandbox.addFault({ operationId: ALERTS, kind: { delayMs: 1000 } });
    await using program = await startMain(["stdio"], { CLOUDWAYS_API_BASE_URL: sandbox.baseUrl, ...BY_TOKEN });
    await program.write(callLine(1, "get_alerts"));
    await until(() => sandbox.requestsTo(ALERTS).length === 1);

    await leave(program);
    const { code, stdout, stderr } = await program.ended();

    assert.equal(code, 0);
    assert.equal(stdout, "");
    assert.match(stderr, /tool .*internal_error/, "the read was aborted");
  });
}
