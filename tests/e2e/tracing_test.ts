/** Traces over OpenTelemetry: what a call sends to a receiver, and what it does not. */
import assert from "node:assert/strict";
import * as z from "zod";
import { KEY_HEADERS } from "../support/clients.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from "../support/otlp_receiver.ts";
import { runMain, type ServerProcess, startServer } from "../support/process.ts";
import { startRedis } from "../support/redis_server.ts";
import { callTool, post } from "../support/rpc.ts";
import { DEMO_ACCOUNT, type Sandbox, startSandbox } from "../sandbox/mod.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";
const META_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const META_PARENT = "00f067aa0ba902b7";

/** The attributes that deploy/otel/collector.yaml takes out of every span. */
const TAKEN_OUT = [
  ...Deno.readTextFileSync(new URL("../../deploy/otel/collector.yaml", import.meta.url))
    .matchAll(/^ +- key: (\S+)\n +action: delete$/gm),
].map(([, key = ""]) => key);

/** The members of a log line that deploy/otel/logs.yaml reads. */
const READ_FROM_LOG = [
  ...Deno.readTextFileSync(new URL("../../deploy/otel/logs.yaml", import.meta.url))
    .matchAll(/parse_from: attributes\.(\w+)$/gm),
].map(([, key = ""]) => key);

const lineSchema = z.looseObject({
  message: z.string(),
  trace_id: z.string().optional(),
  span_id: z.string().optional(),
});

interface Traced extends AsyncDisposable {
  receiver: OtlpReceiver;
  sandbox: Sandbox;
  server: ServerProcess;
}

/** A server with Redis that sends its traces to a receiver. */
async function startTraced(): Promise<Traced> {
  await using started = new AsyncDisposableStack();
  const redis = started.use(await startRedis());
  const sandbox = started.use(await startSandbox());
  const receiver = started.use(startOtlpReceiver());
  const server = started.use(
    await startServer("deno run", {
      CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
      REDIS_URL: redis.url,
      ENCRYPTION_KEY: TEST_KEYS[0],
      LOG_FORMAT: "json",
      OTEL_TRACES_BEHIND_FILTER: "true",
      OTEL_DENO_METRICS: "false",
      ...receiver.env,
    }),
  );
  const owned = started.move();
  return { receiver, sandbox, server, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Whether a span is inside another one, at any depth. */
function isInside(span: ReceivedSpan, outer: ReceivedSpan, spans: readonly ReceivedSpan[]): boolean {
  if (span.parentSpanId === outer.spanId) return true;
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return parent !== undefined && isInside(parent, outer, spans);
}

Deno.test("one call is one trace, from the client's span over the tool to Cloudways and Redis", async () => {
  await using traced = await startTraced();
  const { receiver, sandbox, server } = traced;

  const headers = { ...KEY_HEADERS, traceparent: `00-${TRACE}-${PARENT}-01`, baggage: "who=someone" };
  const answer = await callTool(server.mcpUrl, "list_servers", {}, headers);
  // At its end the program sends what it has not sent yet; batches come in any order.
  server.program.signal("SIGTERM");
  await server.program.ended();
  const request = await receiver.waitFor(({ parentSpanId }) => parentSpanId === PARENT);
  const tool = await receiver.waitFor(({ name }) => name === "tools/call list_servers");
  const { spans } = receiver;
  const upstream = spans.filter(({ name }) => name.startsWith("cloudways "));
  const sent = spans.filter(({ scope, parentSpanId }) =>
    scope === "deno" && upstream.some(({ spanId }) => spanId === parentSpanId)
  );
  const redis = spans.filter(({ name }) => name.startsWith("redis "));

  assert.equal(answer.isError, false);
  assert.equal(request.name, "POST /mcp");
  assert.equal(tool.parentSpanId, request.spanId);
  assert.equal(tool.attributes["gen_ai.tool.name"], "list_servers");
  assert.deepEqual(
    upstream.map(({ name }) => name).sort(),
    sandbox.requests.map(({ operationId }) => `cloudways ${operationId}`).sort(),
  );
  assert.equal(sent.length, sandbox.requests.length);
  assert.ok(redis.some(({ attributes }) => attributes["db.operation.name"] === "takeTokens"));
  const inTool = [...upstream, ...sent, ...redis].filter((span) => isInside(span, tool, spans));
  assert.ok([...upstream, ...sent].every((span) => inTool.includes(span)));
  assert.ok(inTool.some((span) => redis.includes(span)));
  assert.ok(spans.filter((span) => isInside(span, request, spans)).every(({ traceId }) => traceId === TRACE));
  assert.ok(sandbox.requests.every((one) => one.headers.baggage === undefined));

  const lines = server.program.stderr.split("\n").filter((line) => line.startsWith("{")).map((line) =>
    lineSchema.parse(JSON.parse(line))
  );
  const lineOf = (message: string) => lines.find((line) => line.message === message);
  assert.deepEqual(
    ["request", "tool"].map((message) => [lineOf(message)?.trace_id, lineOf(message)?.span_id]),
    [[TRACE, request.spanId], [TRACE, tool.spanId]],
  );
  assert.ok(upstream.some(({ spanId }) => spanId === lineOf("upstream")?.span_id));
  assert.deepEqual(READ_FROM_LOG, ["timestamp", "level", "trace_id", "span_id"]);
  assert.deepEqual(READ_FROM_LOG.filter((member) => !Object.hasOwn(lineOf("tool") ?? {}, member)), []);
  sandbox.assertNoViolations();
});

Deno.test("a call belongs to the trace that its _meta names, linked to the request that brought it", async () => {
  await using traced = await startTraced();
  const { receiver, server } = traced;

  const _meta = { traceparent: `00-${META_TRACE}-${META_PARENT}-01` };
  const params = { name: "get_app_details", arguments: { app_id: 1 }, _meta };
  await (await post(server.mcpUrl, { jsonrpc: "2.0", id: 1, method: "tools/call", params }, KEY_HEADERS)).text();
  const request = await receiver.waitFor(({ name }) => name === "POST /mcp");
  const tool = await receiver.waitFor(({ name }) => name === "tools/call get_app_details");

  assert.equal(tool.traceId, META_TRACE);
  assert.equal(tool.parentSpanId, META_PARENT);
  assert.deepEqual(tool.links, [request.spanId]);
  assert.equal(tool.attributes["error.type"], "not_found");
  assert.equal(tool.failed, true);
});

Deno.test("nothing that is sent holds a credential, and what the filter lets through holds no address", async () => {
  await using traced = await startTraced();
  const { receiver, server } = traced;

  const asked = await callTool(server.mcpUrl, "delete_server", { server_id: 100001 }, KEY_HEADERS);
  const [address = "", id = ""] = /http[^"\s]*\/approve\/([\w-]+)/.exec(asked.text) ?? [];
  await (await fetch(address)).body?.cancel();
  await (await fetch(`${server.url}/connect/authorize?state=QUERY-CANARY`)).body?.cancel();
  await (await fetch(`${server.url}/PATH-CANARY`)).body?.cancel();
  await receiver.waitFor(({ name }) => name === "GET /approve/{id}");
  await receiver.waitFor(({ name }) => name === "GET unknown");
  const exchanged = traced.sandbox.requests.find(({ authorization }) => authorization !== undefined)?.authorization ??
    "";

  assert.ok(id.length > 20);
  assert.ok(exchanged.length > 20);
  const credentials = [DEMO_ACCOUNT.apiKey, DEMO_ACCOUNT.email, exchanged.replace("Bearer ", "")];
  const addresses = [id, "QUERY-CANARY", "PATH-CANARY", "/api/v2"];
  const [raw, filtered] = [receiver.textWithout([]), receiver.textWithout(TAKEN_OUT)];
  assert.deepEqual(credentials.filter((secret) => raw.includes(secret)), []);
  // Why traces need a filter: the runtime writes addresses before the program sees them.
  assert.deepEqual(addresses.filter((one) => raw.includes(one)), addresses);
  assert.deepEqual(addresses.filter((one) => filtered.includes(one)), []);
});

Deno.test("traces without a filter are refused at the start, and may be switched off", async () => {
  await using sandbox = await startSandbox();
  await using receiver = startOtlpReceiver();
  const env = { CLOUDWAYS_API_BASE_URL: sandbox.baseUrl, ...receiver.env };

  const refused = await runMain(["serve"], env);
  const refusedAlone = await runMain(["serve"], { ...env, OTEL_DENO: "false", OTEL_DENO_TRACING: "true" });
  await using server = await startServer("deno run", { ...env, OTEL_DENO_TRACING: "false" });
  await callTool(server.mcpUrl, "list_servers", {}, KEY_HEADERS);
  server.program.signal("SIGTERM");
  const { code } = await server.program.ended();

  assert.equal(refused.code, 1);
  // Every program of the tests has both variables; tests/unit/config_test.ts has OTEL_DENO alone.
  assert.match(refused.stderr, /OTEL_DENO_TRACING:.*OTEL_TRACES_BEHIND_FILTER/);
  assert.equal(refusedAlone.code, 1);
  assert.match(refusedAlone.stderr, /OTEL_DENO_TRACING:.*OTEL_TRACES_BEHIND_FILTER/);
  assert.equal(code, 0);
  assert.ok(receiver.paths.has("/v1/metrics"));
  assert.ok(!receiver.paths.has("/v1/traces"));
});
