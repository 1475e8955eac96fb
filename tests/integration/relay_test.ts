import assert from "node:assert/strict";
import { generateKey } from "../../src/crypto/keys.ts";
import { startBalancer } from "../support/balancer.ts";
import { connect, toAnswer, TOKEN_HEADERS } from "../support/clients.ts";
import { startService } from "../support/harness.ts";
import { LegacySession, type OpenCall } from "../support/legacy_session.ts";
import { rawClient, type RedisAddress, redisOfFile, type RedisServer, startRedis } from "../support/redis_server.ts";
import { type RelayService, type RelayServiceOptions, startRelayService } from "../support/relay_service.ts";
import { callTool, post, readMessage } from "../support/rpc.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";
import { startSandbox } from "../sandbox/mod.ts";
import { until } from "../support/until.ts";

const emptyRedis = redisOfFile();

const FIRST = { "x-cloudways-access-token": "first-customer" };
const SECOND = { "x-cloudways-access-token": "second-customer" };
const ANONYMOUS = { "x-cloudways-access-token": undefined };
const YES = { action: "accept", content: { approve: true } };
const NO = { action: "decline" };

const FIVE_MINUTES_MS = 5 * 60_000;

interface Subject {
  service: RelayService;
  /** Undefined with the embedded store. */
  redis: RedisAddress | undefined;
}

/** A test over one process with an embedded store, and one over two replicas that share a Redis. */
function test(sentence: string, body: (subject: Subject) => Promise<void>): void {
  Deno.test(`embedded store: ${sentence}`, async () => {
    await using service = await startRelayService();
    await body({ service, redis: undefined });
  });
  Deno.test(`two replicas: ${sentence}`, async () => {
    const redis = await emptyRedis();
    await using service = await startRelayService({ redisUrl: redis.url });
    await body({ service, redis });
  });
}

function open({ mcpUrls }: RelayService, headers: Record<string, string> = FIRST): Promise<LegacySession> {
  return LegacySession.open(mcpUrls, { headers });
}

test("a question is asked within the call, and its answer reaches the call", async ({ service }) => {
  const session = await open(service);
  await using call = await session.call("ask", { message: "Really?" });

  const { id, params } = await call.question();
  const status = await session.answer(id, YES);

  assert.equal(params?.message, "Really?");
  assert.match(String(id), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(status, 202);
  assert.deepEqual((await call.result()).json.reply, YES);
  assert.equal(await call.next(), undefined);
});

test("the official client is asked and answers, each request at another replica", async ({ service }) => {
  await using balancer = await startBalancer(service.mcpUrls);
  const questions: string[] = [];
  const person = {
    elicitation: {},
    answer: ({ message }: { message: string }) => {
      questions.push(message);
      return { action: "accept" as const, content: { approve: message.length % 2 === 0 } };
    },
  };
  await using client = await connect("2025 client", balancer.mcpUrl, FIRST, { person });

  const messages = ["a", "bb", "ccc", "dddd"];
  const answers = await Promise.all(messages.map((message) => client.call("ask", { message })));

  const expected = messages.map(({ length }) => ({ action: "accept", content: { approve: length % 2 === 0 } }));
  assert.deepEqual(answers.map(({ json }) => json.reply), expected);
  assert.deepEqual(questions.toSorted(), messages);
});

test("a call knows what the client said in initialize, at any replica", async ({ service }) => {
  const capabilities = { elicitation: { form: {}, url: {} }, sampling: {} };
  const session = await LegacySession.open(service.mcpUrls, { capabilities, protocolVersion: "2025-06-18" });

  for (const _ of service.mcpUrls) {
    await using call = await session.call("declared", {});
    assert.deepEqual((await call.result()).json, {
      capabilities,
      client: { name: "slow", version: "1.0.0" },
      revision: "2025-06-18",
    });
  }
});

test("without a session id that verifies, or without credentials, nothing is known of a client", async ({ service }) => {
  const session = await open(service);
  const sessionId = session.headers["mcp-session-id"] ?? "";
  const changed = sessionId.replace(/.$/, (last) => last === "0" ? "1" : "0");
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "declared", arguments: {} } };

  for (const headers of [{ "mcp-session-id": undefined }, { "mcp-session-id": changed }, ANONYMOUS]) {
    const response = await session.with(headers).post(message);

    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "application/json");
    const { result } = await readMessage(response);
    assert.deepEqual(result, { content: [{ type: "text", text: "{}" }] });
  }
});

test("a request of 2026-07-28 ignores a session id", async ({ service }) => {
  const session = await LegacySession.open(service.mcpUrls, { capabilities: { elicitation: {}, sampling: {} } });
  const sessionId = session.headers["mcp-session-id"] ?? "";
  await using call = await session.call("ask", { message: "Really?" });
  const { id } = await call.question();

  const modern = { ...FIRST, "mcp-session-id": sessionId };
  await using client = await connect("2026 client", service.mcpUrls[0], modern);
  const declared = await client.call("declared");
  const answered = await session.with({ "mcp-protocol-version": "2026-07-28" }).answer(id, YES);

  assert.deepEqual(declared.json.capabilities, {});
  assert.equal(answered, 400);
});

test("a batch ignores a session id", async ({ service }) => {
  const session = await LegacySession.open(service.mcpUrls, { protocolVersion: "2025-03-26" });
  const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "declared", arguments: {} } };

  const response = await session.post([call]);

  assert.deepEqual(await response.json(), [{
    jsonrpc: "2.0",
    id: 1,
    result: { content: [{ type: "text", text: "{}" }] },
  }]);
});

test("an answer counts only from that customer in that session, and others don't disturb it", async ({ service }) => {
  const session = await open(service);
  const other = await open(service);
  const sessionId = session.headers["mcp-session-id"] ?? "";
  await using call = await session.call("ask", { message: "Really?" });
  const { id } = await call.question();

  const refused = [
    await session.with(SECOND).answer(id, NO),
    await session.with(ANONYMOUS).answer(id, NO),
    await other.answer(id, NO),
    await session.with({ "mcp-session-id": undefined }).answer(id, NO),
    await session.with({ "mcp-session-id": sessionId.replace(/.$/, (last) => last === "0" ? "1" : "0") }).answer(
      id,
      NO,
    ),
    await session.answer(crypto.randomUUID(), NO),
    await session.answer(1, NO),
    await session.answer(0, NO),
    await session.answer(`${id}\r\nx`, NO),
  ];

  assert.deepEqual(refused, refused.map(() => 400));
  assert.equal(await session.answer(id, YES), 202);
  assert.deepEqual((await call.result()).json.reply, YES);
});

test("of two answers the first counts, and the second gets an error that no question waits for it", async ({ service }) => {
  const session = await open(service);
  await using call = await session.call("ask", { message: "Really?" });
  const { id } = await call.question();

  const statuses = await Promise.all(Array.from({ length: 10 }, () => session.answer(id, YES)));
  const late = await session.answer(id, NO);

  assert.deepEqual(statuses.toSorted(), [202, ...Array.from({ length: 9 }, () => 400)]);
  assert.equal(late, 400);
  assert.deepEqual((await call.result()).json.reply, YES);
});

test("a client that fails at asking fails the question", async ({ service }) => {
  const session = await open(service);
  await using call = await session.call("ask", { message: "Really?" });
  const { id } = await call.question();

  const response = await session.post({ jsonrpc: "2.0", id, error: { code: -32601, message: "No such method" } });
  await response.body?.cancel();

  assert.equal(response.status, 202);
  assert.deepEqual((await call.result()).json, { failure: "ProtocolError", code: -32601 });
});

test("a client that leaves ends the wait, and a later answer does not count", async ({ service }) => {
  const session = await open(service);
  await using call = await session.call("ask", { message: "Really?" });
  const { id } = await call.question();

  call.leave();
  await until(() => service.seen.failures.length === 1);

  assert.equal(await session.answer(id, YES), 400);
});

test("a question that is withdrawn is cancelled under the id that the client knows", async ({ service }) => {
  const session = await open(service);
  await using call = await session.call("ask", { message: "Really?" });
  const { id } = await call.question();

  service.seen.withdrawals[0]?.abort();
  const cancelled = await call.next();

  assert.equal(cancelled?.method, "notifications/cancelled");
  assert.equal(cancelled?.params?.requestId, id);
  await call.result();
  await until(async () => await session.answer(id, YES) === 400);
  assert.deepEqual(service.seen.failures, ["SdkError"]);
});

/** Whether so many more questions can be open at once. Closes them afterwards. */
async function areFree(session: LegacySession, count: number): Promise<boolean> {
  await using stack = new AsyncDisposableStack();
  const calls = await Promise.all(
    Array.from(
      { length: count },
      async (_, index) => stack.use(await session.call("ask", { message: "Free?" }, index)),
    ),
  );
  const messages = await Promise.all(calls.map((call) => call.next()));
  const asked = messages.filter((message) => message?.method === "elicitation/create");
  await Promise.all(asked.map((message) => session.answer(message?.id, NO)));
  // A question gives its place back before the result comes.
  await Promise.all(calls.map((call) => call.next()));
  return asked.length === count;
}

/** Calls that ask, each with its question open; they end with the stack. */
async function openQuestions(
  stack: AsyncDisposableStack,
  sessions: readonly LegacySession[],
): Promise<{ call: OpenCall; id: string | number }[]> {
  return await Promise.all(sessions.map(async (session, index) => {
    const call = stack.use(await session.call("ask", { message: `${index}` }, index));
    return { call, id: (await call.question()).id };
  }));
}

test("a customer has at most four open questions, over all sessions and replicas", async ({ service }) => {
  await using stack = new AsyncDisposableStack();
  const session = await open(service);
  const other = await open(service);
  const [first] = await openQuestions(stack, [session, other, session, other]);
  assert.ok(first);

  await using fifth = await session.call("ask", { message: "one too many" }, 5);
  const refused = await fifth.result();
  await openQuestions(stack, [await open(service, SECOND)]);
  await session.answer(first.id, YES);
  await first.call.result();

  assert.deepEqual(refused.json, { failure: "ToolError", code: "rate_limited" });
  await until(() => areFree(session, 1));
  assert.ok(!await areFree(session, 2));
});

test("clients that leave give their places back", async ({ service }) => {
  const session = await open(service);

  for (let round = 1; round <= 3; round++) {
    await using stack = new AsyncDisposableStack();
    await openQuestions(stack, [session, session, session, session]);
    await stack.disposeAsync();

    await until(() => areFree(session, 4));
  }
});

test("a question with an address is sent in URL mode", async ({ service }) => {
  const session = await LegacySession.open(service.mcpUrls, { capabilities: { elicitation: { url: {} } } });
  await using call = await session.call("ask", { url: "https://example.com/there" });

  const { id, params } = await call.question();
  await session.answer(id, { action: "accept" });

  assert.equal(params?.mode, "url");
  assert.equal(params?.url, "https://example.com/there");
  assert.deepEqual((await call.result()).json.reply, { action: "accept" });
});

test("a cancellation ends its call, at whichever replica that runs", async ({ service }) => {
  const session = await open(service);
  for (const label of ["even", "odd"]) {
    await using call = await session.call("wait", { label }, label);
    await until(() => service.seen.waiting.includes(label));

    const status = await session.cancel(label);

    assert.equal(status, 202);
    assert.equal(await call.next(), undefined);
    await until(() => service.seen.ended.includes(label));
    // Keeps turns uneven, so that each label's call and cancellation meet the replicas in another order.
    await (await session.post({ jsonrpc: "2.0", id: 9, method: "ping" })).body?.cancel();
  }
});

test("a cancellation from another customer or session ends nothing, and gets the same answer", async ({ service }) => {
  const session = await open(service);
  const stranger = await open(service);
  const sessionId = session.headers["mcp-session-id"] ?? "";
  await using number = await session.call("wait", { label: "number" }, 7);
  await using text = await session.call("wait", { label: "text" }, "7");
  await until(() => service.seen.waiting.length === 2);

  const statuses = [
    await session.with(SECOND).cancel(7),
    await session.with(ANONYMOUS).cancel(7),
    await stranger.cancel(7),
    await session.with({ "mcp-session-id": undefined }).cancel(7),
    await session.with({ "mcp-session-id": sessionId.replace(/.$/, (last) => last === "0" ? "1" : "0") }).cancel(7),
    await session.with({ "mcp-protocol-version": "2026-07-28" }).cancel(7),
    await session.cancel(8),
    await session.cancel("7"),
  ];
  await until(() => service.seen.ended.includes("text"));

  assert.deepEqual(statuses, statuses.map(() => 202));
  assert.equal(await text.next(), undefined);
  assert.deepEqual(service.seen.ended, ["text"]);
  await session.cancel(7);
  assert.equal(await number.next(), undefined);
});

test("a cancelled call stops waiting for an answer", async ({ service }) => {
  const session = await open(service);
  await using call = await session.call("ask", { message: "Really?" }, 3);
  const { id } = await call.question();

  await session.cancel(3);
  await until(() => service.seen.failures.length === 1);

  assert.equal(await call.next(), undefined);
  assert.equal(await session.answer(id, YES), 400);
});

test("a call with the same id as the replayed initialize is answered", async ({ service }) => {
  const session = await open(service);
  await using call = await session.call("declared", {}, "initialize");

  assert.deepEqual((await call.result()).json.capabilities, { elicitation: { form: {} } });
});

test("only clients that declare elicitation get a session id, with or without credentials", async ({ service }) => {
  const initialize = async (capabilities: Record<string, unknown>, headers: Record<string, string> = {}) => {
    const params = { protocolVersion: "2025-11-25", capabilities, clientInfo: { name: "x", version: "1" } };
    const message = { jsonrpc: "2.0", id: 1, method: "initialize", params: { ...params, _meta: { progressToken: 1 } } };
    const response = await post(service.mcpUrls[0], message, headers);
    await response.body?.cancel();
    return response.headers.get("mcp-session-id");
  };

  assert.match(await initialize({ elicitation: {} }) ?? "", /^v1\./);
  assert.match(await initialize({ elicitation: { url: {} } }, FIRST) ?? "", /^v1\./);
  assert.equal(await initialize({}), null);
  assert.equal(await initialize({ sampling: {} }, FIRST), null);
});

test("a session changes only how calls are answered", async ({ service }) => {
  const session = await open(service);

  const listed = await session.post({ jsonrpc: "2.0", id: 1, method: "tools/list" });
  const notified = await session.post({ jsonrpc: "2.0", method: "notifications/initialized" });
  const [got, deleted] = await Promise.all(
    ["GET", "DELETE"].map((method) => fetch(service.mcpUrls[0], { method, headers: session.headers })),
  );

  assert.deepEqual(await listed.json(), { jsonrpc: "2.0", id: 1, result: { tools: [] } });
  assert.deepEqual([notified.status, got?.status, deleted?.status], [202, 405, 405]);
  for (const response of [notified, got, deleted]) await response?.body?.cancel();
});

Deno.test("a question waits for five minutes at most", async () => {
  const clock = new FakeClock();
  await using service = await startRelayService({ clock });
  const session = await open(service);
  await using patient = await session.call("ask", { message: "Really?" }, 1);
  const inTime = await patient.question();
  await clock.untilSleeping();

  await clock.advance(FIVE_MINUTES_MS - 1);
  assert.equal(await session.answer(inTime.id, YES), 202);
  assert.deepEqual((await patient.result()).json.reply, YES);
  await using call = await session.call("ask", { message: "Really?" }, 2);
  const { id } = await call.question();
  await clock.untilSleeping();
  await clock.advance(FIVE_MINUTES_MS);
  await call.withdrawal(id);

  assert.deepEqual((await call.result()).json, { failure: "UnansweredError" });
  assert.equal(await session.answer(id, YES), 400);
});

async function withRedis(
  body: (subject: { service: RelayService; redis: RedisServer }) => Promise<void>,
  options: RelayServiceOptions = {},
): Promise<void> {
  await using redis = await startRedis();
  await using service = await startRelayService({ ...options, redisUrl: redis.url });
  await body({ service, redis });
}

Deno.test("messages through Redis are sealed, and messages from outside are ignored", () =>
  withRedis(async ({ service, redis }) => {
    await using outsider = rawClient(redis);
    await using eavesdropper = rawClient(redis);
    const heard: [channel: string, text: string][] = [];
    eavesdropper.on("pmessage", (_pattern, channel, text) => heard.push([channel, text]));
    await eavesdropper.psubscribe("*");
    const session = await open(service);
    const canary = { action: "accept", content: { approve: true, note: "canary-4711" } };
    await using first = await session.call("ask", { message: "canary-4711?" }, 1);
    const { id: firstId } = await first.question();

    await session.answer(firstId, canary);
    await first.result();
    await until(() => heard.length === 1);
    const [, sealed = ""] = heard[0] ?? [];
    await using second = await session.call("ask", { message: "canary-4711?" }, 2);
    const { id: secondId } = await second.question();
    const [channel = ""] = await outsider.pubsub("CHANNELS", `cw:channel:answer:*${secondId}`).then(textsOf);
    for (const forged of [JSON.stringify({ jsonrpc: "2.0", id: secondId, result: canary }), sealed, "", "v1."]) {
      assert.equal(
        await outsider.publish(channel, forged),
        2,
        "heard by the eavesdropper and by the replica that asks",
      );
    }

    assert.equal(await session.answer(secondId, NO), 202);
    assert.deepEqual((await second.result()).json.reply, NO);
    const keys = await outsider.keys("*");
    const stored = await Promise.all(keys.map((key) => outsider.get(key)));
    assert.ok(!JSON.stringify([heard.slice(0, 1), keys, stored]).includes("canary"));
    assert.deepEqual(keys.filter((key) => key.includes("open_question") || key.includes("slot")), []);
  }));

function textsOf(reply: unknown): string[] {
  return Array.isArray(reply) ? reply.map(String) : [];
}

Deno.test("answers arrive after the subscribing connection was lost and made again", () =>
  withRedis(async ({ service, redis }) => {
    await using outsider = rawClient(redis);
    const session = await open(service);
    await using call = await session.call("ask", { message: "Really?" });
    const { id } = await call.question();
    const channels = () => outsider.pubsub("CHANNELS", "cw:channel:answer:*").then(textsOf);

    await outsider.call("CLIENT", "KILL", "TYPE", "pubsub");
    await until(async () => (await channels()).length === 1);

    assert.equal(await session.answer(id, YES), 202);
    assert.deepEqual((await call.result()).json.reply, YES);
  }));

Deno.test("while Redis is away, questions fail, open ones too, and calls without a question are served", async () => {
  const clock = new FakeClock();
  await withRedis(async ({ service, redis }) => {
    const session = await open(service);
    await using open1 = await session.call("ask", { message: "Really?" }, 1);
    const { id } = await open1.question();

    await redis.kill();
    const status = await clock.runUntil(session.answer(id, YES));
    await clock.runUntil(open1.withdrawal(id));
    const ended = await open1.result();
    await using asking = await session.call("ask", { message: "Really?" }, 2);
    const failed = await asking.result();
    await using declaring = await session.call("declared", {}, 3);
    const declared = await declaring.result();

    assert.equal(status, 503);
    assert.deepEqual([ended.json, failed.json], [{ failure: "StoreError" }, { failure: "StoreError" }]);
    assert.deepEqual(declared.json.capabilities, { elicitation: { form: {} } });
    assert.equal(await session.cancel(1), 202);
    const answer = await callTool(service.mcpUrls[0], "declared");
    assert.deepEqual(answer.json, {});
  }, { clock });
});

Deno.test("a question that Redis has lost is withdrawn within seconds, answered or not, and can be asked again", async () => {
  const clock = new FakeClock();
  await withRedis(async ({ service, redis }) => {
    await using outsider = rawClient(redis);
    const session = await open(service);
    await using answered = await session.call("ask", { message: "Really?" }, 1);
    await using silent = await session.call("ask", { message: "Really?" }, 2);
    const { id } = await answered.question();
    const { id: silentId } = await silent.question();
    const start = clock.now();

    await outsider.flushall();
    const status = await session.answer(id, YES);
    await clock.runUntil(Promise.all([answered.withdrawal(id), silent.withdrawal(silentId)]));
    const ended = await Promise.all([answered.result(), silent.result()]);
    const seconds = (clock.now() - start) / 1000;
    await using again = await session.call("ask", { message: "Really?" }, 3);
    const { id: nextId } = await again.question();

    assert.deepEqual(ended.map(({ json }) => json), Array(2).fill({ failure: "StoreError" }));
    assert.ok(seconds <= 60, `${seconds} s`);
    assert.equal(status, 400);
    assert.equal(await session.answer(nextId, YES), 202);
    assert.deepEqual((await again.result()).json.reply, YES);
  }, { clock });
});

Deno.test("an answer that Redis refuses at first is passed on a moment later", async () => {
  const clock = new FakeClock();
  await withRedis(async ({ service, redis }) => {
    await using outsider = rawClient(redis);
    const session = await open(service);
    await using call = await session.call("ask", { message: "Really?" }, 1);
    const { id } = await call.question();
    await outsider.config("SET", "min-replicas-to-write", "3");

    const status = session.answer(id, YES);
    await until(() => clock.sleeping === 3);
    await outsider.config("SET", "min-replicas-to-write", "0");

    assert.equal(await clock.runUntil(status), 202);
    assert.deepEqual((await call.result()).json.reply, YES);
  }, { clock });
});

Deno.test("web pages can read session ids, and every replica accepts them", async () => {
  const redis = await emptyRedis();
  await using sandbox = await startSandbox();
  const env = { REDIS_URL: redis.url, ENCRYPTION_KEY: generateKey() };
  await using first = await startService({ env, sandbox });
  await using second = await startService({ env, sandbox });
  const params = {
    protocolVersion: "2025-11-25",
    capabilities: { elicitation: {} },
    clientInfo: { name: "page", version: "1" },
  };

  const initialize = { jsonrpc: "2.0", id: 0, method: "initialize", params };
  const opened = await post(first.mcpUrl, initialize, { origin: "http://localhost:3000" });
  await opened.body?.cancel();
  const headers = { ...TOKEN_HEADERS, "mcp-session-id": opened.headers.get("mcp-session-id") ?? "" };
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "ping", arguments: {} } };
  const called = await post(second.mcpUrl, message, headers);

  assert.match(opened.headers.get("access-control-expose-headers") ?? "", /\bMcp-Session-Id\b/);
  assert.equal(called.headers.get("content-type"), "text/event-stream");
  assert.equal(toAnswer((await readMessage(called)).result).isError, false);
});
