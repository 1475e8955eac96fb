/**
 * What `/metrics` serves keeps to the rules that `promtool check metrics` checks, and the documentation, the dashboard and
 * the alerts use metrics and labels that exist. `deno task monitoring` asks promtool itself.
 */
import assert from "node:assert/strict";
import * as z from "zod";
import { KEY_HEADERS } from "../support/clients.ts";
import { type Family, readExposition } from "../support/exposition.ts";
import { startService } from "../support/harness.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { startRedis } from "../support/redis_server.ts";
import { callTool } from "../support/rpc.ts";

const ROOT = new URL("../../", import.meta.url);
const PREFIX = "cloudways_mcp_";

/** Labels that Prometheus adds, and that of a histogram's buckets. */
const ADDED_LABELS = ["instance", "job", "le"];

const panelSchema = z.looseObject({
  id: z.number(),
  type: z.string(),
  gridPos: z.object({ h: z.number(), w: z.number(), x: z.number(), y: z.number() }),
  targets: z.array(z.looseObject({ expr: z.string() })).optional(),
});
const dashboardSchema = z.looseObject({ panels: z.array(panelSchema) });

const dashboard = dashboardSchema.parse(JSON.parse(read("deploy/grafana/dashboard.json")));
const alerts = read("deploy/prometheus/alerts.yaml");

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

/** A scrape of a server with Redis that has done some work. */
async function scrape(): Promise<Family[]> {
  await using redis = await startRedis();
  await using service = await startService({ env: { REDIS_URL: redis.url, ENCRYPTION_KEY: TEST_KEYS[0] } });
  await callTool(service.mcpUrl, "list_servers", {}, KEY_HEADERS);
  await callTool(service.mcpUrl, "delete_server", { server_id: 100001 }, KEY_HEADERS);
  const response = await fetch(`${service.url}/metrics`);
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  return readExposition(await response.text());
}

/** Kind and labels of each metric, as docs/monitoring.md lists them. */
function documented(): Map<string, { type: string; labels: string[] }> {
  const rows = read("docs/monitoring.md").matchAll(/^\| `([a-z_]+)` +\| (counter|gauge|histogram) +\| ([^|]*)\|/gm);
  return new Map([...rows].map(([, name = "", type = "", labels = ""]) => [
    PREFIX + name,
    { type, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = ""]) => label) },
  ]));
}

/** The metrics and labels that a query names. */
function namesIn(query: string): { metrics: string[]; labels: string[] } {
  const selectors = [...query.matchAll(/\b((?:cloudways_mcp_)\w+|up)\b(?:\{([^}]*)\})?/g)];
  const matched = selectors.flatMap(([, , matchers = ""]) => [...matchers.matchAll(/(\w+)(?==|!=)/g)]);
  const grouped = [...query.matchAll(/\b(?:by|without) \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(", "));
  return {
    metrics: selectors.map(([, name = ""]) => name.replace(/_(?:bucket|sum|count)$/, "")),
    labels: [...matched.map(([, label = ""]) => label), ...grouped],
  };
}

const families = await scrape();
const served = new Map(families.map((family) => [family.name, family]));

Deno.test("names, help and types are as Prometheus wants them", () => {
  for (const { name, help, type } of families) {
    assert.match(name, /^cloudways_mcp_[a-z]+(?:_[a-z]+)*$/);
    assert.match(help, /^[A-Z].*\.$/);
    assert.equal(name.endsWith("_total"), type === "counter", name);
    assert.doesNotMatch(name, /_(?:count|sum|bucket|info_total|counter|gauge|histogram)$/);
    // Base units alone.
    assert.doesNotMatch(name, /_(?:ms|milliseconds?|minutes?|hours?|kb|mb|kilobytes|megabytes|percent)\b/);
  }
  assert.equal(served.size, families.length);
});

Deno.test("no series comes twice, and the buckets of a histogram add up", () => {
  for (const { name, type, samples } of families) {
    const keys = samples.map((sample) => JSON.stringify([sample.name, sample.labels]));
    assert.equal(new Set(keys).size, keys.length, name);
    if (type !== "histogram") continue;
    const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
    const ofSeries = Object.groupBy(buckets, ({ labels: { le: _, ...labels } }) => JSON.stringify(labels));
    for (const [labels, series = []] of Object.entries(ofSeries)) {
      const values = series.map(({ value }) => value);
      const count = samples.find((sample) =>
        sample.name === `${name}_count` && JSON.stringify(sample.labels) === labels
      );
      assert.deepEqual(values, values.toSorted((a, b) => a - b), name);
      assert.equal(series.at(-1)?.labels.le, "+Inf");
      assert.equal(values.at(-1), count?.value, name);
    }
  }
});

Deno.test("docs/monitoring.md lists exactly the metrics that are served, with their kinds and labels", () => {
  const listed = documented();

  assert.deepEqual([...listed.keys()].sort(), [...served.keys()].sort());
  for (const [name, { type, samples }] of served) {
    assert.equal(listed.get(name)?.type, type, name);
    for (const { labels: { le: _, ...labels } } of samples) {
      assert.deepEqual(Object.keys(labels), listed.get(name)?.labels, name);
    }
  }
});

Deno.test("a call with Redis shows up in every part of the metrics", () => {
  const has = (name: string, labels: Record<string, string>) =>
    served.get(PREFIX + name)?.samples.some((sample) =>
      sample.value > 0 && Object.entries(labels).every(([label, value]) => sample.labels[label] === value)
    );

  assert.ok(has("store_commands_total", { command: "get", outcome: "ok" }));
  assert.ok(has("store_up", {}));
  assert.ok(has("pool_places", { pool: "redis" }));
  assert.ok(has("pool_places", { pool: "cloudways" }));
  assert.ok(has("questions_asked_total", { by: "page" }));
  assert.ok(has("tokens_usable", {}));
  assert.ok(has("token_soonest_end_seconds", {}));
  assert.ok(has("upstream_remaining_requests_lowest", {}));
  assert.ok(has("process_cpu_seconds_total", {}));
});

for (
  const [what, queries] of [
    ["the dashboard", dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))],
    [
      "the alerts",
      [...alerts.matchAll(/^ {8}expr: (?:\|\n((?: {10}.*\n)+)|(.*)\n)/gm)].map(([, more, one]) => more ?? one ?? ""),
    ],
  ] as const
) {
  Deno.test(`${what} asks only for metrics and labels that exist`, () => {
    const listed = documented();

    assert.ok(queries.length > 10);
    for (const query of queries) {
      const { metrics, labels } = namesIn(query);
      assert.ok(metrics.length > 0, query);
      const known = [...ADDED_LABELS, ...metrics.flatMap((name) => listed.get(name)?.labels ?? [])];
      assert.deepEqual(metrics.filter((name) => name !== "up" && !served.has(name)), [], query);
      assert.deepEqual(labels.filter((label) => !known.includes(label)), [], query);
    }
  });
}

Deno.test("the dashboard shows every metric", () => {
  const shown = new Set(
    dashboard.panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => namesIn(expr).metrics)),
  );
  const elsewhere = ["http_request_duration_seconds"].map((name) => PREFIX + name);

  assert.deepEqual([...served.keys()].filter((name) => !shown.has(name) && !elsewhere.includes(name)), []);
});

Deno.test("the panels of the dashboard have their own ids and do not overlap", () => {
  const { panels } = dashboard;
  const cells = panels.flatMap(({ gridPos: { h, w, x, y } }) =>
    Array.from({ length: h * w }, (_, index) => `${x + index % w},${y + Math.floor(index / w)}`)
  );

  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  assert.equal(new Set(cells).size, cells.length);
  assert.ok(panels.every(({ gridPos: { w, x } }) => x + w <= 24));
});

Deno.test("every alert has a severity, says what happens and what to do, and has an example", () => {
  const examples = read("deploy/prometheus/alerts_test.yaml");
  const rules = alerts.split(/^ {6}- alert: /m).slice(1);

  assert.ok(rules.length > 10);
  for (const rule of rules) {
    const name = rule.split("\n")[0] ?? "";
    assert.match(rule, /^ {8}labels: \{ severity: (?:page|ticket) \}$/m, name);
    assert.match(rule, /^ {10}summary: .+$/m, name);
    assert.match(rule, /^ {10}do: .+$/m, name);
    assert.match(examples, new RegExp(`alertname: ${name}\n {8}exp_alerts:`), name);
  }
});
