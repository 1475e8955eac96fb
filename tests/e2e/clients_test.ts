import assert from "node:assert/strict";
import { MIN_THOUGHT_MS } from "../../src/confirm/elicitation.ts";
import { CLIENT_KINDS, connect, KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { DEFAULT_LIST } from "../support/default_list.ts";
import { startBalancer } from "../support/balancer.ts";
import { startService } from "../support/harness.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { startRedis } from "../support/redis_server.ts";
import { FakeClock } from "../sandbox/mod.ts";

const PROTOCOLS = {
  "2025 client": "2025-11-25",
  "automatic client": "2026-07-28",
  "2026 client": "2026-07-28",
} as const;

for (const kind of CLIENT_KINDS) {
  Deno.test(`a ${kind} connects, lists the tools and sees its servers`, async () => {
    await using service = await startService();
    await using client = await connect(kind, service.mcpUrl, KEY_HEADERS);

    const tools = await client.listTools();
    const answer = await client.call("list_servers");

    assert.equal(client.protocolVersion(), PROTOCOLS[kind]);
    assert.match(client.instructions() ?? "", /Cloudways/);
    assert.deepEqual(tools.map(({ name }) => name), [...tools.map(({ name }) => name)].sort());
    assert.equal(tools.length, DEFAULT_LIST.length);
    assert.equal(answer.isError, false);
    assert.deepEqual(answer.json, answer.structured);
    assert.ok(Array.isArray(answer.json.servers));
    assert.equal(answer.json.servers.length, service.sandbox.account().servers.length);
  });

  Deno.test(`a ${kind} without credentials lists tools but can't call them`, async () => {
    await using service = await startService();
    await using client = await connect(kind, service.mcpUrl);

    const tools = await client.listTools();
    const ping = await client.call("ping");
    const refused = await client.call("list_servers");

    assert.equal(tools.length, DEFAULT_LIST.length);
    assert.equal(ping.json.signed_in_with, "nothing");
    assert.equal(refused.isError, true);
    assert.equal(refused.json.code, "authentication_required");
    assert.equal(refused.structured, undefined);
    assert.equal(service.sandbox.requests.length, 0);
  });

  Deno.test(`a ${kind} gets a protocol error for an unknown tool`, async () => {
    await using service = await startService();
    await using client = await connect(kind, service.mcpUrl, TOKEN_HEADERS);

    await assert.rejects(client.call("no_such_tool"), { code: -32602 });
  });

  Deno.test(`a ${kind} gets the progress of a slow call`, async () => {
    await using service = await startService({ sandbox: { pace: { polls: 2, seconds: 3600 } } });
    await using client = await connect(kind, service.mcpUrl, TOKEN_HEADERS);
    const operationId = await startedOperation(service.sandbox.baseUrl);
    const heard: number[] = [];

    const answer = await client.call("get_operation_status", { operation_id: operationId, wait_seconds: 60 }, {
      onProgress: ({ progress }) => heard.push(progress),
    });

    assert.equal(answer.json.status, "completed");
    assert.ok(heard.length >= 1);
  });
}

/** Starts an operation at the sandbox, as another program would. */
async function startedOperation(baseUrl: string): Promise<string> {
  const response = await fetch(`${baseUrl}/server/restart`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN_HEADERS["x-cloudways-access-token"]}` },
    body: new URLSearchParams({ server_id: "100001" }),
  });
  const { operation_id } = await response.json();
  return String(operation_id);
}

const STOP = { server_id: 100001, wait_seconds: 0 };

for (const kind of CLIENT_KINDS) {
  for (const approve of [true, false]) {
    Deno.test(`a ${kind} asks its person a question, gets ${approve ? "yes" : "no"}, over two replicas`, async () => {
      await using redis = await startRedis();
      const env = { REDIS_URL: redis.url, ENCRYPTION_KEY: TEST_KEYS[0] };
      const clock = new FakeClock(Date.now());
      await using a = await startService({ env, clock });
      await using b = await startService({ env, clock, sandbox: a.sandbox });
      await using balancer = await startBalancer([a.mcpUrl, b.mcpUrl]);
      const questions: string[] = [];
      const person = {
        elicitation: {},
        answer: async ({ message }: { message: string }) => {
          questions.push(message);
          await clock.advance(MIN_THOUGHT_MS);
          return { action: "accept" as const, content: { approve } };
        },
      };
      await using client = await connect(kind, balancer.mcpUrl, TOKEN_HEADERS, { person });

      const { json } = await client.call("stop_server", STOP);

      assert.equal(questions.length, 1);
      assert.match(
        questions[0] ?? "",
        /^Stop server 100001: 3 applications go offline\. Server `[^`]+`; applications [^\n]+\.\n/,
      );
      assert.equal(json.code, approve ? undefined : "confirmation_declined");
      assert.equal(a.sandbox.requestsTo("server_stop").length, approve ? 1 : 0);
    });
  }
}
