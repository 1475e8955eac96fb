/** The cached listing is read and opened once, whatever its size, and is the same for all replicas. */
import assert from "node:assert/strict";
import { systemClock } from "../../src/async/clock.ts";
import { CloudwaysAccount } from "../../src/cloudways/account.ts";
import { CustomerRecords } from "../../src/cloudways/customer_records.ts";
import { createServices } from "../../src/cloudways/services.ts";
import { parseConfig } from "../../src/config.ts";
import { Box } from "../../src/crypto/box.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { SealedStore } from "../../src/store/sealed.ts";
import { FoldedLog } from "../../src/telemetry/folded_log.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { NO_TRACER } from "../../src/telemetry/tracing.ts";
import { DEMO_ACCOUNT, type Sandbox, startSandbox } from "../sandbox/mod.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { everythingStored } from "../support/everything_stored.ts";
import { type Service, startService } from "../support/harness.ts";
import { type RawClient, rawClient, redisOfFile } from "../support/redis_server.ts";
import { callTool } from "../support/rpc.ts";

const emptyRedis = redisOfFile();

const ENCRYPTION_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const SIZES = [2, 60];
const CALLS = 5;

const sandboxOf = (servers: number) => startSandbox({ accounts: [{ ...DEMO_ACCOUNT, servers, appsPerServer: 5 }] });

async function details({ mcpUrl }: Service, args: Record<string, unknown> = { app_id: 200003 }) {
  const { isError, json } = await callTool(mcpUrl, "get_app_details", args, TOKEN_HEADERS);
  const { request_id: _id, ...shown } = json;
  return { isError, shown };
}

type Replicas = Awaited<ReturnType<typeof startReplicas>>;

/** Two replicas on one Redis. */
async function startReplicas(servers: number, env: Record<string, string> = {}) {
  const redis = await emptyRedis();
  await using parts = new AsyncDisposableStack();
  const sandbox = parts.use(await sandboxOf(servers));
  const start = () => startService({ sandbox, env: { REDIS_URL: redis.url, ENCRYPTION_KEY, ...env } });
  const [one, two] = [parts.use(await start()), parts.use(await start())];
  const raw = parts.use(rawClient(redis));
  const owned = parts.move();
  return {
    one,
    two,
    raw,
    listings: () => sandbox.requestsTo("server_list").length,
    sandbox,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** How often Redis has carried out each of these commands, in scripts too. */
async function commandCounts(raw: RawClient): Promise<Record<string, number>> {
  const stats = await raw.info("commandstats");
  const count = (name: string) => Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  return Object.fromEntries(["get", "getrange", "set", "evalsha"].map((name) => [name, count(name)]));
}

/** Counts again if a call was disturbed: a replica to which Redis answers late reads the listing from Cloudways. */
async function countCommands({ raw, listings }: Replicas, work: () => Promise<unknown>) {
  for (let attempt = 0; attempt < 10; attempt++) {
    const [before, requests] = [await commandCounts(raw), listings()];
    await work();
    const after = await commandCounts(raw);
    if (listings() !== requests) continue;
    return Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]));
  }
  return assert.fail("The cached listing is never used.");
}

for (const servers of SIZES) {
  Deno.test(`with ${servers} servers, a cached read asks Redis for four heads and no whole entry, at each replica`, async () => {
    await using replicas = await startReplicas(servers);
    for (const replica of [replicas.one, replicas.two]) {
      await details(replica);

      const counts = await countCommands(replicas, async () => {
        for (let call = 0; call < CALLS; call++) await details(replica);
      });

      assert.deepEqual(counts, { get: 0, getrange: 4 * CALLS, set: 0, evalsha: 0 });
    }
  });

  Deno.test(`with ${servers} servers, the listing that Cloudways sent is never opened by the process that read it`, async () => {
    await using sandbox = await sandboxOf(servers);
    const { account, box } = await startAccount(sandbox);
    await account.app(200003);
    const before = box.opened;

    for (let call = 0; call < CALLS; call++) await account.app(200003);

    assert.equal(before, 0);
    assert.equal(box.opened, 0);
    assert.equal(sandbox.requestsTo("server_list").length, 1);
  });
}

Deno.test("after a write through one replica, no replica uses the listing from before it", async () => {
  await using replicas = await startReplicas(2, { CONFIRM: "off" });
  const { one, two, listings } = replicas;
  await details(one);
  await details(two);
  await callTool(one.mcpUrl, "stop_server", { server_id: 100001, wait_seconds: 0 }, TOKEN_HEADERS);
  const before = listings();

  await details(two);
  await details(one);
  await details(two);

  assert.equal(listings() - before, 1);
});

Deno.test("a kept listing answers as the one that was just sent, and as one that another replica opened", async () => {
  await using replicas = await startReplicas(2);
  const asked = [
    { app_id: 200003 },
    { app_id: 299999 },
    { app_id: 200003, server_id: 100002 },
    { app_id: 200003, server_id: 199999 },
  ];
  const answers: unknown[][] = [];
  for (const replica of [replicas.one, replicas.one, replicas.two]) {
    const given = [];
    for (const args of asked) given.push(await details(replica, args));
    answers.push(given);
  }

  const [first] = answers;
  assert.ok(first);
  for (const given of answers) assert.deepEqual(given.map(withoutTime), first.map(withoutTime));
  const codes = ["not_found", "not_found", "not_found"];
  assert.deepEqual(first.map((answer) => Object(answer).shown.code), [undefined, ...codes]);
});

Deno.test("a kept listing is sealed and packed, and the tests that search the store see what is in it", async () => {
  await using replicas = await startReplicas(2);
  await details(replicas.one);
  const [app] = replicas.sandbox.account().servers.flatMap(({ apps }) => apps);

  const entries = await everythingStored(replicas.raw, ENCRYPTION_KEY);

  const [listing, ...others] = entries.filter(({ purpose }) => purpose === "listing");
  assert.deepEqual(others, []);
  assert.equal(listing?.isForeign, false);
  const holds = (text: string) => text.includes(String(app?.sys_user));
  assert.deepEqual(
    [listing?.raw, listing?.opened[0], listing?.opened.slice(1).join("")].map((text = "") => holds(text)),
    [
      false,
      false,
      true,
    ],
  );
});

/** A replica to which Redis answers late reads the listing from Cloudways at another time. */
function withoutTime(answer: unknown): unknown {
  const { isError, shown: { as_of: _time, ...shown } } = Object(answer);
  return { isError, shown };
}

/** Counts what is opened. */
class CountingBox extends Box {
  opened = 0;

  override open(...args: Parameters<Box["open"]>): Promise<string | undefined> {
    this.opened++;
    return super.open(...args);
  }
}

/** The account of one process with the embedded store. */
async function startAccount(sandbox: Sandbox) {
  const clock = systemClock;
  const config = parseConfig({ CLOUDWAYS_API_BASE_URL: sandbox.baseUrl });
  const log = createLogger({ level: "ERROR", format: "json", write: () => {} });
  const store = new MemoryStore({ clock });
  const box = new CountingBox(await KeyRing.create({ encryptionKeys: [new Uint8Array(32).fill(1)] }));
  const sealed = new SealedStore(store, box);
  const stopWaiting = new AbortController().signal;
  const { services } = createServices({
    config,
    store,
    sealed,
    records: new CustomerRecords({ store, sealed, clock }),
    clock,
    metrics: new Metrics({ version: "0.0.0" }),
    tracer: NO_TRACER,
    log,
    folded: new FoldedLog({ log }),
    upstreamTimeoutMs: 20_000,
    writeTimeoutMs: 20_000,
    callTimeoutMs: 28_000,
    stopWaiting,
  });
  const [{ token }] = DEMO_ACCOUNT.accessTokens;
  const customer = { id: "a".repeat(64), credential: { kind: "access_token", token } } as const;
  const session = { customer, address: "127.0.0.1", signal: stopWaiting, deadline: stopWaiting, log };
  return { account: new CloudwaysAccount(services, session), box };
}
