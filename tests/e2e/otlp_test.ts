/** Metrics and log lines over OpenTelemetry: what a receiver gets of a running server, and what it does not. */
import assert from "node:assert/strict";
import { KEY_HEADERS } from "../support/clients.ts";
import { type Family, readExposition } from "../support/exposition.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { type OtlpReceiver, type ReceivedSeries, startOtlpReceiver } from "../support/otlp_receiver.ts";
import { type ProgramEnv, type ServerKind, type ServerProcess, startMain, startServer } from "../support/process.ts";
import { startRedis } from "../support/redis_server.ts";
import { callTool } from "../support/rpc.ts";
import { DEMO_ACCOUNT, type Sandbox, startSandbox } from "../sandbox/mod.ts";
import { until } from "../support/until.ts";

const PREFIX = "cloudways_mcp_";
const TRACE = "0af7651916cd43dd8448eb211c80319c";

/** What OpenTelemetry calls the levels of the log. */
const SEVERITIES: Readonly<Record<string, string>> = { DEBUG: "DEBUG", INFO: "INFO", WARNING: "WARN", ERROR: "ERROR" };

interface Sending extends AsyncDisposable {
  receiver: OtlpReceiver;
  sandbox: Sandbox;
  server: ServerProcess;
}

/**
 * A server with Redis that sends everything to a receiver. Metrics are sent at its end: Deno 2.9.6 hangs if it collects
 * them on schedule while it ends, so the intervals of these tests are long.
 */
async function startSending(more: ProgramEnv = {}, kind: ServerKind = "deno run"): Promise<Sending> {
  await using started = new AsyncDisposableStack();
  const redis = started.use(await startRedis());
  const sandbox = started.use(await startSandbox({ pace: { polls: 1, seconds: 0 } }));
  const receiver = started.use(startOtlpReceiver());
  const server = started.use(
    await startServer(kind, {
      CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
      REDIS_URL: redis.url,
      ENCRYPTION_KEY: TEST_KEYS[0],
      LOG_FORMAT: "json",
      LOG_LEVEL: "DEBUG",
      OTEL_TRACES_BEHIND_FILTER: "true",
      OTEL_DENO_CONSOLE: "replace",
      ...receiver.env,
      ...more,
    }),
  );
  const owned = started.move();
  return { receiver, sandbox, server, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Ends the server, which sends what it has not sent yet, and returns its lines of JSON. */
async function linesAtEnd({ program }: ServerProcess): Promise<Record<string, unknown>[]> {
  program.signal("SIGTERM");
  const { stderr } = await program.ended();
  return stderr.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
}

/** A scrape's series in the form in which they are received. */
function asReceived({ name, help, type, samples }: Family): ReceivedSeries[] {
  const metric = { name, description: help, unit: unitOf(name) };
  if (type === "counter" || type === "gauge") {
    return samples.map(({ labels, value }) => ({ ...metric, type, attributes: labels, value }));
  }
  return samples.filter((sample) => sample.name === `${name}_sum`).map(({ labels, value }) => {
    const own = samples.filter((sample) =>
      sample.name === `${name}_bucket` && Object.keys(labels).every((key) => sample.labels[key] === labels[key])
    );
    const counts = own.map((sample, index) => sample.value - (own[index - 1]?.value ?? 0));
    const bounds = own.map((sample) => Number(sample.labels.le)).filter(Number.isFinite);
    return { ...metric, type: "histogram", attributes: labels, value, buckets: { bounds, counts } };
  });
}

function unitOf(name: string): string {
  if (/_seconds(?:_total)?$/.test(name)) return "s";
  return name.endsWith("_bytes") ? "By" : "";
}

/** In an order that follows from the attributes. */
function sorted(series: readonly ReceivedSeries[]): ReceivedSeries[] {
  const order = ({ attributes }: ReceivedSeries) => JSON.stringify(Object.entries(attributes).sort());
  return series.toSorted((a, b) => order(a) < order(b) ? -1 : 1);
}

/** Sends a request line that names the whole address, as a client does to a proxy. */
async function requestAbsolute(server: ServerProcess, path: string): Promise<void> {
  const { hostname, port, host } = new URL(server.url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const request = `GET http://${host}${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  await connection.read(new Uint8Array(1024));
}

Deno.test("a receiver gets every metric of /metrics, with its values, labels, units and buckets", async () => {
  // What is watched is not sent at the end, so one collection is waited for.
  await using sending = await startSending({ OTEL_METRIC_EXPORT_INTERVAL: "10000" });
  const { receiver, server } = sending;

  await callTool(server.mcpUrl, "list_servers", {}, KEY_HEADERS);
  await callTool(server.mcpUrl, "get_app_details", { app_id: 1 }, KEY_HEADERS);
  await callTool(server.mcpUrl, "delete_server", { server_id: 100001 }, KEY_HEADERS);
  const families = readExposition(await (await fetch(`${server.url}/metrics`)).text());
  await until(() => receiver.series.some(({ name }) => name === `${PREFIX}tokens_usable`), 60_000);
  await linesAtEnd(server);

  const { series } = receiver;
  const received = (name: string) => sorted(series.filter((one) => one.name === name));
  const served = families.filter(({ samples }) => samples.length > 0);
  assert.deepEqual([...new Set(series.map(({ name }) => name))].sort(), served.map(({ name }) => name).sort());
  // Nothing more is counted here after the scrape.
  for (
    const name of ["tool_calls_total", "tool_call_duration_seconds", "questions_asked_total", "rate_limited_total"]
  ) {
    const family = served.find((one) => one.name === PREFIX + name);
    assert.ok(family !== undefined);
    assert.deepEqual(received(family.name), sorted(asReceived(family)));
  }
  assert.ok(
    received(`${PREFIX}tool_calls_total`).some(({ attributes, value }) =>
      attributes.tool === "get_app_details" && attributes.outcome === "not_found" && value === 1
    ),
  );
  for (const family of served) {
    const [expected] = asReceived(family);
    const [got] = received(family.name);
    assert.deepEqual([got?.type, got?.unit, got?.description], [expected?.type, expected?.unit, expected?.description]);
    assert.deepEqual(Object.keys(got?.attributes ?? {}).sort(), Object.keys(expected?.attributes ?? {}).sort());
  }
});

Deno.test("a receiver gets each line of the log once, with severity and trace, and no audit line", async () => {
  await using sending = await startSending({ CONFIRM: "off" });
  const { receiver, server } = sending;

  const headers = { ...KEY_HEADERS, traceparent: `00-${TRACE}-b7ad6b7169203331-01` };
  await callTool(server.mcpUrl, "clear_app_cache", { app_id: 200001, wait_seconds: 0 }, headers);
  const logged = await linesAtEnd(server);

  const isAudit = (line: Record<string, unknown>) => line.message === "audit";
  const received = receiver.lines.map(({ severity, body, traceId, spanId }) => {
    const line = JSON.parse(body);
    // A line within a span names it, and so does its record.
    const ids = "span_id" in line ? [traceId, spanId] : [];
    return { line, severity, ids };
  });
  assert.ok(logged.some(isAudit));
  assert.ok(logged.some(({ level }) => level === "WARNING"));
  assert.deepEqual(
    received,
    logged.filter((line) => !isAudit(line)).map((line) => ({
      line,
      severity: SEVERITIES[String(line.level)],
      ids: "span_id" in line ? [line.trace_id, line.span_id] : [],
    })),
  );
  const tool = received.find(({ line }) => line.message === "tool");
  assert.equal(tool?.ids[0], TRACE);
  assert.equal(server.program.stdout, "");
});

Deno.test("no metric and no line that is sent holds a credential, an address of a page or a path", async () => {
  await using sending = await startSending();
  const { receiver, sandbox, server } = sending;

  const asked = await callTool(server.mcpUrl, "delete_server", { server_id: 100001 }, KEY_HEADERS);
  const [address = "", id = ""] = /http[^"\s]*\/approve\/([\w-]+)/.exec(asked.text) ?? [];
  await (await fetch(address)).body?.cancel();
  await requestAbsolute(server, `/approve/${id}`);
  await (await fetch(`${server.url}/connect/authorize?state=QUERY-CANARY`)).body?.cancel();
  await requestAbsolute(server, "/PATH-CANARY");
  await linesAtEnd(server);

  const [metrics, logs] = [receiver.textOf("/v1/metrics"), receiver.textOf("/v1/logs")];
  const exchanged = sandbox.requests.find(({ authorization }) => authorization !== undefined)?.authorization ?? "";
  const canaries = [id, exchanged.replace("Bearer ", ""), DEMO_ACCOUNT.apiKey, DEMO_ACCOUNT.email];
  assert.ok(canaries.every((canary) => canary.length > 10));
  canaries.push("QUERY-CANARY", "PATH-CANARY");
  // The runtime's own metrics of requests are among what is looked through.
  assert.match(metrics, /http\.server\.request\.duration/);
  assert.match(metrics, /\/approve\/\{id\}/);
  assert.match(logs, /\/approve\/\{id\}/);
  assert.deepEqual(canaries.filter((canary) => metrics.includes(canary) || logs.includes(canary)), []);
});

Deno.test("without a variable of its own the log is not sent, and metrics may be switched off", async () => {
  // An empty variable counts as unset: what Deno does by itself with OTEL_DENO alone.
  await using sending = await startSending({ OTEL_DENO_CONSOLE: "", OTEL_DENO_METRICS: "false" });
  const { receiver, server } = sending;

  await callTool(server.mcpUrl, "list_servers", {}, KEY_HEADERS);
  const logged = await linesAtEnd(server);

  assert.ok(logged.some(({ message }) => message === "tool"));
  assert.deepEqual(receiver.lines.filter(({ body }) => body.includes('"message"')), []);
  assert.ok(receiver.paths.has("/v1/traces"));
  assert.ok(!receiver.paths.has("/v1/metrics"));
});

Deno.test("workers of deno serve send what they count, and nothing that is one worker's own", async () => {
  // With `replace` Deno would not print that it listens.
  await using sending = await startSending({ OTEL_DENO_CONSOLE: "ignore" }, "deno serve");
  const { receiver, server } = sending;

  await callTool(server.mcpUrl, "list_servers", {}, KEY_HEADERS);
  await linesAtEnd(server);

  const types = new Set(receiver.series.map(({ type }) => type));
  assert.ok(receiver.series.some(({ name, value }) => name === `${PREFIX}tool_calls_total` && value === 1));
  assert.deepEqual([...types].sort(), ["counter", "histogram"]);
});

for (const disabled of ["false", "true"]) {
  Deno.test(`stdio keeps standard output for its client with OTEL_SDK_DISABLED=${disabled}`, async () => {
    await using sandbox = await startSandbox();
    await using receiver = startOtlpReceiver();
    await using program = await startMain(["stdio"], {
      CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
      CLOUDWAYS_ACCESS_TOKEN: DEMO_ACCOUNT.accessTokens[0].token,
      LOG_LEVEL: "DEBUG",
      ...receiver.env,
      OTEL_DENO: "false",
      OTEL_DENO_TRACING: "false",
      OTEL_DENO_METRICS: "false",
      OTEL_DENO_CONSOLE: "replace",
      OTEL_SDK_DISABLED: disabled,
    });

    await program.write(`${JSON.stringify({ jsonrpc: "2.0", id: 7, method: "ping" })}\n`);
    await program.waitFor(/\n/, "stdout");
    await program.closeInput();
    const { code, stdout, stderr } = await program.ended();

    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout).id, 7);
    assert.match(stderr, /the input has ended/);
    const sent = receiver.lines.map(({ body }) => JSON.parse(body).message);
    assert.equal(sent.includes("the input has ended"), disabled === "false");
    assert.deepEqual([...receiver.paths], disabled === "false" ? ["/v1/logs"] : []);
  });
}
