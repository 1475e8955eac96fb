/** However many calls fail, every action stays on record, and nothing is done without a record. */
import assert from "node:assert/strict";
import * as z from "zod";
import type { Logger } from "../../src/telemetry/log.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { redisOfFile, startRedis } from "../support/redis_server.ts";
import { callTool } from "../support/rpc.ts";
import { until } from "../support/until.ts";

const emptyRedis = redisOfFile();

const ENV = { CONFIRM: "off", ENCRYPTION_KEY: TEST_KEYS[0], RATE_LIMIT_REQUESTS: "100000" };
const SANDBOX = { rateLimitPerMinute: 1_000_000, exchangesPerMinute: 1_000_000 };
const CHANGE = { app_id: 200001, wait_seconds: 0 };
/** As many as once displaced a deployment from the thousand records that are kept. */
const FLOOD = 1_040;

function change({ mcpUrl }: Service) {
  return callTool(mcpUrl, "clear_app_cache", CHANGE, TOKEN_HEADERS);
}

function changes({ sandbox }: Service): number {
  return sandbox.requests.filter(({ method }) => method !== "GET").length;
}

const recordsSchema = z.array(z.looseObject({ number: z.int(), result: z.string(), tool: z.string() }));

/** Every entry that the customer can read, newest first, a page at a time. */
async function recordsOf({ mcpUrl }: Service, limit = 100) {
  const all: z.output<typeof recordsSchema> = [];
  let before: unknown;
  do {
    const args = { limit, ...(typeof before === "number" && { before }) };
    const { json } = await callTool(mcpUrl, "get_audit_log", args, TOKEN_HEADERS);
    assert.equal(json.problem, undefined);
    all.push(...recordsSchema.parse(json.records));
    before = json.next_before;
  } while (before !== null);
  return all;
}

function auditLines({ logLines }: Service): string[] {
  return logLines.filter((line) => line.includes('"message":"audit"'));
}

async function repeat(count: number, call: (number: number) => Promise<unknown>): Promise<void> {
  for (let begun = 0; begun < count; begun += 40) {
    await Promise.all(Array.from({ length: Math.min(40, count - begun) }, (_, index) => call(begun + index)));
  }
}

/** What a caller can do any number of times. */
interface Flood {
  call: (service: Service, number: number) => Promise<unknown>;
  /** How many lines of the signed log all of it may cost. */
  lines: number;
  /** How many calls it has. Defaults to {@linkcode FLOOD}. */
  count?: number;
}

const FLOODS: Record<string, Flood> = {
  "invalid arguments of the customer's own": {
    call: ({ mcpUrl }, n) => callTool(mcpUrl, "git_pull", { app_id: -n }, TOKEN_HEADERS),
    lines: 4,
  },
  "invalid arguments of many tools": {
    call: ({ mcpUrl }, n) => {
      const tools = ["git_pull", "restart_server", "stop_server", "clear_app_cache", "update_app_cname"];
      return callTool(mcpUrl, tools[n % tools.length] ?? "", { nonsense: n }, TOKEN_HEADERS);
    },
    lines: 20,
  },
  "calls in read-only mode": {
    call: ({ mcpUrl }, n) =>
      callTool(mcpUrl, "restart_server", { server_id: n }, { ...TOKEN_HEADERS, "x-mcp-readonly": "true" }),
    lines: 4,
  },
  "calls without credentials": {
    call: ({ mcpUrl }, n) => callTool(mcpUrl, "restart_server", { server_id: n }),
    lines: 0,
  },
  "changes under made-up tokens": {
    call: ({ mcpUrl }, n) =>
      callTool(mcpUrl, "clear_app_cache", CHANGE, { "x-cloudways-access-token": `cw_not_real_${n}` }),
    lines: 0,
    // After twenty of them each is held up for seconds.
    count: 60,
  },
  "wrong arguments under made-up tokens": {
    call: ({ mcpUrl }, n) =>
      callTool(mcpUrl, "clear_app_cache", {}, { "x-cloudways-access-token": `cw_not_real_${n}` }),
    lines: 0,
  },
};

for (const [what, { call, lines, count = FLOOD }] of Object.entries(FLOODS)) {
  for (const store of ["embedded store", "Redis"] as const) {
    Deno.test(`${count} ${what} displace no record of an action (${store})`, async () => {
      const redis = await emptyRedis();
      const env = store === "Redis" ? { ...ENV, REDIS_URL: redis.url } : ENV;
      const flooded = async () => {
        await using service = await startService({ env, sandbox: SANDBOX });
        assert.equal((await change(service)).isError, false);
        const before = auditLines(service).length;
        await repeat(count, (number) => call(service, number));
        return { service, before, shown: await recordsOf(service, 10) };
      };

      // Counted refusals are written at the end at the latest.
      const { service, before, shown } = await flooded();

      const done = shown.filter(({ tool, result }) => tool === "clear_app_cache" && result === "done");
      assert.equal(done.length, 1);
      const numbers = shown.map(({ number }) => number);
      assert.deepEqual(numbers, [...new Set(numbers)].sort((a, b) => b - a), "each record once, in falling order");
      const written = auditLines(service).slice(before);
      assert.ok(written.length <= lines, `${written.length} lines`);
      const counted = written.reduce((sum, line) => sum + (JSON.parse(line).audit.count ?? 1), 0);
      assert.equal(counted, lines === 0 ? 0 : count, "every refusal is counted");
    });
  }
}

Deno.test("refusals that strangers cause are counted for the operator", async () => {
  await using service = await startService({ env: ENV, sandbox: SANDBOX });

  await repeat(50, (n) => callTool(service.mcpUrl, "restart_server", { server_id: n }));
  const metrics = await (await fetch(`${service.url}/metrics`)).text();

  assert.match(metrics, /stranger_refusals_total\{outcome="authentication_required"\} 50/);
});

/** Audit lines that fail while `fails` is true, as with a full disk, and are kept otherwise. */
function failingLog(fails: () => boolean): Pick<Logger, "verbatim"> & { lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    verbatim: (_message, { audit }) => {
      if (fails()) return Promise.reject(new Error("No space left on device"));
      lines.push(JSON.stringify(audit));
      return Promise.resolve();
    },
  };
}

/** Which of the two places of the record work, and what happens to a change. */
const PLACES: readonly { log: boolean; redis: boolean; sent: boolean }[] = [
  { log: true, redis: true, sent: true },
  { log: true, redis: false, sent: true },
  { log: false, redis: true, sent: false },
  { log: false, redis: false, sent: false },
];

for (const { log, redis: hasRedis, sent } of PLACES) {
  const state = `the log ${log ? "takes" : "refuses"} lines and Redis is ${hasRedis ? "there" : "away"}`;
  Deno.test(`if ${state}, a change is ${sent ? "made and on record" : "refused and not sent"}`, async () => {
    await using redis = await startRedis();
    let fails = false;
    const auditLog = failingLog(() => fails);
    await using service = await startService({ env: { ...ENV, REDIS_URL: redis.url }, sandbox: SANDBOX, auditLog });
    await change(service);
    const before = changes(service);
    fails = !log;
    if (!hasRedis) await redis.kill();

    const { json } = await change(service);

    assert.equal(json.code, sent ? undefined : "store_unavailable");
    assert.equal(changes(service) - before, sent ? 1 : 0);
    const read = await callTool(service.mcpUrl, "list_projects", {}, TOKEN_HEADERS);
    assert.equal(read.isError, false, "reads go on");

    fails = false;
    await using _back = hasRedis ? undefined : await startRedis({ port: redis.port });
    await until(async () => (await (await fetch(`${service.url}/ready`)).json()).status === "ready");
    await until(async () => (await change(service)).isError === false);
    const stories = auditLog.lines.map((line) => JSON.parse(line)).map(({ event, outcome }) => `${event} ${outcome}`);
    const middle = sent ? ["intent null", "outcome ok"] : ["refused store_unavailable"];
    assert.deepEqual(stories, ["intent null", "outcome ok", ...middle, "intent null", "outcome ok"]);
    const sequences = auditLog.lines.map((line) => JSON.parse(line).sequence);
    assert.deepEqual(sequences, sequences.map((_, index) => index + 1));
    const listed = await callTool(service.mcpUrl, "get_audit_log", {}, TOKEN_HEADERS);
    assert.equal(/records are missing/.test(String(listed.json.problem)), sent && !hasRedis);
  });
}

Deno.test("a failure to write audit lines is logged once and counted, and so is its end", async () => {
  let fails = false;
  const auditLog = failingLog(() => fails);
  await using service = await startService({ env: ENV, sandbox: SANDBOX, auditLog });
  const said = (text: string) => service.logLines.filter((line) => line.includes(text)).length;
  fails = true;
  for (let i = 0; i < 5; i++) assert.equal((await change(service)).json.code, "store_unavailable");
  const failing = [said("audit records can't be written"), said("audit records can be written again")];
  const metrics = await (await fetch(`${service.url}/metrics`)).text();

  fails = false;
  await change(service);

  assert.deepEqual(failing, [1, 0]);
  assert.deepEqual([said("audit records can't be written"), said("audit records can be written again")], [1, 1]);
  assert.match(metrics, /audit_write_failures_total [1-9]/);
  assert.match(metrics, /tool_calls_total\{tool="clear_app_cache",outcome="store_unavailable"\} 5/);
});

Deno.test("a change waits for a stalled log no longer than its own deadline", async () => {
  const gate = Promise.withResolvers<void>();
  const auditLog = { verbatim: () => gate.promise };
  await using service = await startService({ env: ENV, sandbox: SANDBOX, auditLog, callTimeoutMs: 500 });
  await callTool(service.mcpUrl, "list_servers", {}, TOKEN_HEADERS);

  const { json } = await change(service);

  assert.equal(json.code, "store_unavailable");
  assert.equal(changes(service), 0);
  gate.resolve();
});

for (const path of ["/health", "/ready", "/metrics"]) {
  Deno.test(`${path} that succeeds is logged at DEBUG only, and one that fails at INFO`, async () => {
    await using service = await startService({ env: ENV });

    for (const method of ["GET", "POST"]) await (await fetch(`${service.url}${path}`, { method })).body?.cancel();

    const lines = service.logLines.map((line) => JSON.parse(line)).filter(({ route }) => route === path);
    assert.deepEqual(lines.map(({ level, status }) => [level, status]), [["DEBUG", 200], ["INFO", 405]]);
  });
}
