import assert from "node:assert/strict";
import { LOAD_BOUNDS } from "../../src/http/load_limit.ts";
import { KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { LegacySession } from "../support/legacy_session.ts";
import { callTool, post } from "../support/rpc.ts";
import { YES } from "../support/rpc_2026.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";
import { until } from "../support/until.ts";

const CALL = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "list_team_members", arguments: {} } };

/** Whether another customer is served. */
async function isAlive(service: Service): Promise<boolean> {
  const health = await fetch(`${service.url}/health`);
  await health.body?.cancel();
  return health.status === 200 && !(await callTool(service.mcpUrl, "get_alerts", {}, KEY_HEADERS)).isError;
}

Deno.test("beyond the load limit requests are refused at once, and other customers are served", async () => {
  await using service = await startService({
    env: { RATE_LIMIT_REQUESTS: "100000", HTTP_POOL_SIZE: "2000" },
    sandbox: { rateLimitPerMinute: 100_000 },
  });
  const end = service.sandbox.addFault({ operationId: "team_member_list", kind: "hang" });
  const leaving = new AbortController();
  const refusals: Response[] = [];
  let begun = 0;
  const calls = Array.from({ length: LOAD_BOUNDS.requestsPerCustomer + 20 }, async () => {
    const response = await post(service.mcpUrl, CALL, TOKEN_HEADERS, { signal: leaving.signal });
    // The heads of accepted requests may have come.
    if (response.status === 200) begun++;
    else refusals.push(response);
    return await response.json();
  });

  await until(() => refusals.length >= 20);
  const isOtherServed = await isAlive(service);

  // An unfinished answer keeps its place.
  await until(() => begun === LOAD_BOUNDS.requestsPerCustomer);
  refusals.push(await post(service.mcpUrl, CALL, TOKEN_HEADERS));

  assert.ok(isOtherServed);
  assert.equal(refusals.length, 21);
  for (const { status, headers } of refusals) {
    assert.equal(status, 503);
    assert.equal(headers.get("retry-after"), "1");
  }
  leaving.abort();
  await Promise.allSettled(calls);
  end();
  await until(async () => (await callTool(service.mcpUrl, "get_alerts", {}, TOKEN_HEADERS)).isError === false);
});

Deno.test("JSON nested as deep as a body can hold does no harm", async () => {
  await using service = await startService();
  const deep = [
    "[".repeat(500_000),
    "[".repeat(500_000) + "]".repeat(500_000),
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ping","arguments":${'{"a":'.repeat(100_000)}1${
      "}".repeat(100_000)
    }}}`,
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"stop_server","arguments":{"server_id":${
      "[".repeat(200_000)
    }${"]".repeat(200_000)}}}}`,
  ];

  for (const body of deep) {
    const response = await fetch(service.mcpUrl, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...TOKEN_HEADERS },
      body,
    });
    await response.text();

    assert.ok(response.status < 500, `${response.status} for ${body.slice(0, 120)}`);
  }
  assert.ok(await isAlive(service));
});

Deno.test("headers of the largest possible size do no harm", async () => {
  await using service = await startService();

  for (const size of [20_000, 100_000, 1_000_000]) {
    const outcome = await post(service.mcpUrl, CALL, { "x-large": "x".repeat(size) })
      .then(async (response) => (await response.text(), response.status), () => "closed");

    assert.ok(outcome === "closed" || (typeof outcome === "number" && outcome < 500), `${size}: ${outcome}`);
  }
  assert.ok(await isAlive(service));
});

Deno.test("clients that never read, never finish sending, or do nothing do not affect others", async () => {
  await using service = await startService();
  const { hostname, port } = service.mcpUrl;
  using connections = new DisposableStack();
  const list = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
  const head = `POST /mcp HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\n` +
    "Accept: application/json, text/event-stream\r\n";
  const whole = `${head}Content-Length: ${list.length}\r\n\r\n${list}`;
  const sends = [whole.repeat(50), `${head}Content-Length: 100000\r\n\r\n{"json`, head, ""];

  for (let i = 0; i < 200; i++) {
    const connection = connections.use(await Deno.connect({ hostname, port: Number(port) }));
    const bytes = new TextEncoder().encode(sends[i % sends.length]);
    // The server may stop reading from a client that never reads.
    connection.write(bytes).catch(() => {});
  }
  const isAliveMeanwhile = await isAlive(service);
  connections.dispose();
  const isAliveAfter = await isAlive(service);

  assert.ok(isAliveMeanwhile);
  assert.ok(isAliveAfter);
});

/** Opens connections and sends the same text on each. */
async function open(service: Service, count: number, text: string): Promise<Deno.TcpConn[]> {
  const { hostname, port } = service.mcpUrl;
  return await Promise.all(Array.from({ length: count }, async () => {
    const connection = await Deno.connect({ hostname, port: Number(port) });
    await connection.write(new TextEncoder().encode(text));
    return connection;
  }));
}

function beginningOfBody(service: Service): string {
  return `POST /mcp HTTP/1.1\r\nHost: ${service.mcpUrl.hostname}\r\nContent-Type: application/json\r\n` +
    'Accept: application/json, text/event-stream\r\nContent-Length: 100\r\n\r\n{"jso';
}

Deno.test("bodies that never end, however many, keep no other request out", async () => {
  await using service = await startService();
  using connections = new DisposableStack();
  for (let size = 0; size < LOAD_BOUNDS.requests + 100; size += 200) {
    for (const connection of await open(service, 200, beginningOfBody(service))) connections.use(connection);
  }

  assert.ok(await isAlive(service));
});

Deno.test("a process that ends refuses new calls, and ends the waits", async () => {
  // The clock does not move, so no next look comes.
  const clock = new FakeClock();
  await using service = await startService({ clock });
  const waiting = callTool(service.mcpUrl, "backup_server", { server_id: 100001, wait_seconds: 300 }, TOKEN_HEADERS);
  let isAnswered = false;
  void waiting.then(() => isAnswered = true);
  await until(() => clock.sleeping > 0);

  service.app.startDraining();
  const refused = await post(service.mcpUrl, CALL, TOKEN_HEADERS);
  const ready = await fetch(`${service.url}/ready`);
  const health = await fetch(`${service.url}/health`);
  await until(() => isAnswered);
  const { isError, json } = await waiting;
  await service.app.finished();

  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get("retry-after"), "1");
  assert.match(await refused.text(), /shutting down/);
  assert.equal(ready.status, 503);
  assert.equal(health.status, 200);
  await Promise.all([ready.body?.cancel(), health.body?.cancel()]);
  assert.equal(isError, false);
  assert.equal(json.status, "running");
  assert.match(String(json.next_step), /get_operation_status/);
});

Deno.test("a process that ends waits for a sent write, even if its client has left", async () => {
  const clock = new FakeClock();
  await using service = await startService({ sandbox: { clock }, env: { CONFIRM: "off" } });
  service.sandbox.addFault({ operationId: "server_stop", kind: { delayMs: 1000 } });
  const leaving = new AbortController();
  const args = { server_id: 100001, wait_seconds: 0 };
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "stop_server", arguments: args } };
  const gone = post(service.mcpUrl, message, TOKEN_HEADERS, { signal: leaving.signal }).then((one) => one.text());
  await until(() => clock.sleeping === 1);
  leaving.abort();
  await assert.rejects(gone);

  service.app.startDraining();
  const finished = service.app.finished().then(() =>
    service.logLines.some((line) => line.includes('"event":"outcome"'))
  );
  await clock.advance(1000);

  assert.equal(await finished, true);
});

Deno.test("a process that ends withdraws its questions, and an answer to one does not count", async () => {
  await using service = await startService();
  const session = await LegacySession.open([service.mcpUrl], { headers: TOKEN_HEADERS });
  await using call = await session.call("stop_server", { server_id: 100001, wait_seconds: 0 });
  const question = await call.next();

  service.app.startDraining();
  const withdrawn = await call.next();
  const ended = await call.next();
  const late = await session.answer(question?.id, YES);

  assert.equal(question?.method, "elicitation/create");
  assert.equal(withdrawn?.method, "notifications/cancelled");
  assert.equal(withdrawn?.params?.requestId, question?.id);
  assert.match(JSON.stringify(ended?.result), /confirmation_required/);
  assert.equal(late, 400);
  assert.equal(service.sandbox.requestsTo("server_stop").length, 0);
});
