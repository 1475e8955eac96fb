import assert from "node:assert/strict";
import { type HeldTokens, Metrics } from "../../src/telemetry/metrics.ts";

/** The value of one series, or undefined where there is none. */
function valueOf(text: string, series: string): number | undefined {
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

Deno.test("requests are counted by route and status and timed by route", () => {
  const metrics = new Metrics({ version: "1.2.3" });

  metrics.requestFinished({ route: "/mcp", status: 200, seconds: 0.02 });
  metrics.requestFinished({ route: "/mcp", status: 200, seconds: 4 });
  metrics.requestFinished({ route: "/approve/{id}", status: 404, seconds: 0.01 });

  const text = metrics.text();
  assert.equal(valueOf(text, 'cloudways_mcp_http_requests_total{route="/mcp",status="200"}'), 2);
  assert.equal(valueOf(text, 'cloudways_mcp_http_requests_total{route="/approve/{id}",status="404"}'), 1);
  assert.equal(valueOf(text, 'cloudways_mcp_http_request_duration_seconds_sum{route="/mcp"}'), 4.02);
  assert.equal(valueOf(text, 'cloudways_mcp_http_request_duration_seconds_bucket{route="/mcp",le="0.025"}'), 1);
});

Deno.test("tool calls, upstream requests, refusals and token exchanges are counted", () => {
  const metrics = new Metrics({ version: "1.2.3" });

  metrics.toolFinished({ tool: "list_servers", outcome: "ok", seconds: 0.1 });
  metrics.toolFinished({ tool: "list_servers", outcome: "not_found", seconds: 0.1 });
  metrics.upstreamFinished({ operation: "list_apps", status: "200", seconds: 0.3 });
  metrics.upstreamFinished({ operation: "list_apps", status: "timeout", seconds: 10 });
  metrics.rateLimited("bucket");
  metrics.tokenExchanged("refused");

  const text = metrics.text();
  assert.equal(valueOf(text, 'cloudways_mcp_tool_calls_total{tool="list_servers",outcome="ok"}'), 1);
  assert.equal(valueOf(text, 'cloudways_mcp_tool_calls_total{tool="list_servers",outcome="not_found"}'), 1);
  assert.equal(valueOf(text, 'cloudways_mcp_upstream_requests_total{operation="list_apps",status="timeout"}'), 1);
  assert.equal(valueOf(text, 'cloudways_mcp_upstream_request_duration_seconds_count{operation="list_apps"}'), 2);
  assert.equal(valueOf(text, 'cloudways_mcp_rate_limited_total{reason="bucket"}'), 1);
  assert.equal(valueOf(text, 'cloudways_mcp_token_exchanges_total{outcome="refused"}'), 1);
});

Deno.test("requests in flight go up and down and never below zero", () => {
  const metrics = new Metrics({ version: "1.2.3" });

  metrics.requestStarted();
  metrics.requestStarted();
  metrics.requestFinished({ route: "/mcp", status: 200, seconds: 1 });
  assert.equal(valueOf(metrics.text(), "cloudways_mcp_in_flight_requests"), 1);

  metrics.requestFinished({ route: "/mcp", status: 200, seconds: 1 });
  metrics.requestFinished({ route: "/mcp", status: 200, seconds: 1 });
  assert.equal(valueOf(metrics.text(), "cloudways_mcp_in_flight_requests"), 0);
});

Deno.test("the version, uptime and memory are shown", () => {
  const metrics = new Metrics({ version: "1.2.3" });

  const text = metrics.text();

  assert.equal(valueOf(text, 'cloudways_mcp_build_info{version="1.2.3"}'), 1);
  assert.ok((valueOf(text, "cloudways_mcp_process_uptime_seconds") ?? -1) >= 0);
  assert.ok((valueOf(text, "cloudways_mcp_process_resident_memory_bytes") ?? 0) > 0);
  assert.ok((valueOf(text, "cloudways_mcp_process_heap_used_bytes") ?? 0) > 0);
  assert.match(metrics.contentType, /^text\/plain/);
});

Deno.test("a path, an id or a customer never becomes a label", () => {
  const metrics = new Metrics({ version: "1.2.3" });

  metrics.requestFinished({ route: "/approve/0a1b2c3d", status: 299.5, seconds: 1 });
  metrics.toolFinished({ tool: 'x"} 1\ncanary', outcome: "someone@example.com", seconds: 1 });
  metrics.upstreamFinished({ operation: "/server/50482", status: "canary: refused", seconds: 1 });
  metrics.tokenExchanged("someone@example.com");

  const text = metrics.text();
  const labels = [...text.matchAll(/\{.*\}/g)].join("\n");
  assert.doesNotMatch(labels, /0a1b2c3d|canary|example\.com|50482|299/);
  assert.equal(valueOf(text, 'cloudways_mcp_tool_calls_total{tool="other",outcome="other"}'), 1);
});

Deno.test("a label has a bounded number of values, and existing ones keep counting", () => {
  const metrics = new Metrics({ version: "1.2.3" });

  for (let i = 0; i < 1000; i++) metrics.toolFinished({ tool: `tool_${i}`, outcome: "ok", seconds: 1 });
  metrics.toolFinished({ tool: "tool_0", outcome: "ok", seconds: 1 });

  const series = (metrics.text()).split("\n").filter((line) => line.startsWith("cloudways_mcp_tool_calls_total{"));
  assert.equal(series.length, 301);
  assert.ok(series.includes('cloudways_mcp_tool_calls_total{tool="other",outcome="ok"} 700'));
  assert.ok(series.includes('cloudways_mcp_tool_calls_total{tool="tool_0",outcome="ok"} 2'));
});

Deno.test("a duration that is not a number is counted and not timed", () => {
  const metrics = new Metrics({ version: "1.2.3" });

  metrics.toolFinished({ tool: "ping", outcome: "ok", seconds: NaN });
  metrics.toolFinished({ tool: "ping", outcome: "ok", seconds: -1 });

  const text = metrics.text();
  assert.equal(valueOf(text, 'cloudways_mcp_tool_calls_total{tool="ping",outcome="ok"}'), 2);
  assert.equal(valueOf(text, 'cloudways_mcp_tool_call_duration_seconds_sum{tool="ping"}'), 0);
});

Deno.test("what is watched is read at each scrape, and left out while it is unknown", () => {
  const metrics = new Metrics({ version: "1.2.3" });
  const store = { up: true, refuses: false };
  const pool = { places: 500, held: 3, waiting: 2 };
  const tokens: HeldTokens = { usable: 0, soonestEndSeconds: undefined };
  metrics.watchStore(() => store);
  metrics.watchPool("redis", () => pool);
  metrics.watchTokens(() => tokens);

  const before = metrics.text();
  store.up = false;
  pool.waiting = 0;
  Object.assign(tokens, { usable: 2, soonestEndSeconds: 90.5 });
  metrics.allowanceSeen(41);
  metrics.allowanceSeen(17);
  const after = metrics.text();

  const ofBoth = (series: string) => [valueOf(before, series), valueOf(after, series)];
  assert.deepEqual(ofBoth("cloudways_mcp_store_up"), [1, 0]);
  assert.deepEqual(ofBoth('cloudways_mcp_pool_waiting{pool="redis"}'), [2, 0]);
  assert.deepEqual(ofBoth('cloudways_mcp_pool_places_used{pool="redis"}'), [3, 3]);
  assert.deepEqual(ofBoth("cloudways_mcp_tokens_usable"), [0, 2]);
  assert.deepEqual(ofBoth("cloudways_mcp_token_soonest_end_seconds"), [undefined, 90.5]);
  assert.deepEqual(ofBoth("cloudways_mcp_upstream_remaining_requests_lowest"), [undefined, 17]);
});

Deno.test("CPU time goes up with work", () => {
  const metrics = new Metrics({ version: "1.2.3" });
  const cpu = () => valueOf(metrics.text(), "cloudways_mcp_process_cpu_seconds_total") ?? NaN;

  const before = cpu();
  while (cpu() === before);

  assert.ok(before >= 0 && cpu() > before);
});

Deno.test("an event loop that was held up is seen as late", async () => {
  const metrics = new Metrics({ version: "1.2.3" });
  using _watch = metrics.watchEventLoop();
  const looks = () => valueOf(metrics.text(), "cloudways_mcp_event_loop_lag_seconds_count") ?? 0;

  const heldUpUntil = performance.now() + 1_400;
  while (performance.now() < heldUpUntil);
  while (looks() === 0) await new Promise((resolve) => setTimeout(resolve, 5));

  assert.ok((valueOf(metrics.text(), "cloudways_mcp_event_loop_lag_seconds_sum") ?? 0) >= 0.39);
});

Deno.test("two sets of metrics count apart", () => {
  const one = new Metrics({ version: "1.2.3" });
  const other = new Metrics({ version: "1.2.3" });

  one.rateLimited("bucket");

  assert.equal(valueOf(other.text(), 'cloudways_mcp_rate_limited_total{reason="bucket"}'), 0);
});
