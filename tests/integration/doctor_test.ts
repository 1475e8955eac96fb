/** What `doctor` finds about Redis, the clock, the API and the server's own address. */
import assert from "node:assert/strict";
import { systemClock } from "../../src/async/clock.ts";
import { examine } from "../../src/commands/doctor.ts";
import type { Finding } from "../../src/commands/doctor/finding.ts";
import { startService } from "../support/harness.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { freePort } from "../support/free_port.ts";
import { rawClient, redisOfFile, startRedis } from "../support/redis_server.ts";
import { startSandbox } from "../sandbox/mod.ts";

const [ENCRYPTION_KEY] = TEST_KEYS;
const emptyRedis = redisOfFile();

/** The one finding of that name. */
function named(findings: readonly Finding[], name: string): Finding {
  const [found, ...others] = findings.filter((finding) => finding.name === name);
  assert.ok(found, `no ${name} in ${JSON.stringify(findings)}`);
  assert.deepEqual(others, []);
  return found;
}

/** Whether it is well, a warning or a failure. */
function stateOf({ ok, warning = false }: Finding): "ok" | "warn" | "FAIL" {
  return !ok ? "FAIL" : warning ? "warn" : "ok";
}

/** Findings with a Redis, and an API that answers. */
async function withRedis(url: string, clock = systemClock): Promise<Finding[]> {
  await using sandbox = await startSandbox({ expectUnknownPaths: true });
  return await examine({ REDIS_URL: url, ENCRYPTION_KEY, CLOUDWAYS_API_BASE_URL: sandbox.baseUrl }, { clock });
}

Deno.test("doctor says the version of Redis, its memory and what it does when that is full", async () => {
  await using redis = await startRedis({ args: ["--maxmemory", "512mb"] });
  await using raw = rawClient(redis);
  const [, version = ""] = /redis_version:(\S+)/.exec(await raw.info("server")) ?? [];

  const found = named(await withRedis(redis.url), "redis settings");

  assert.equal(stateOf(found), "ok");
  for (const part of [`version ${version},`, "512 MB", "noeviction"]) assert.ok(found.message.includes(part), part);
});

Deno.test("for a user without INFO, doctor says what it can't see and how to see it, and does not fail", async () => {
  const redis = await emptyRedis();
  await using raw = rawClient(redis);
  await raw.acl("SETUSER", "limited", "on", ">password", "~cw:*", "&cw:*", "+@all", "-@dangerous", "-@admin");

  const findings = await withRedis(`redis://limited:password@127.0.0.1:${redis.port}`);

  assert.equal(stateOf(named(findings, "redis settings")), "ok");
  assert.match(named(findings, "redis settings").message, /\+info/);
  assert.deepEqual(findings.filter(({ ok }) => !ok), []);
});

const SKEWS: readonly { seconds: number; state: "ok" | "warn"; says: RegExp }[] = [
  { seconds: 0, state: "ok", says: /agrees/ },
  { seconds: 2, state: "ok", says: /agrees/ },
  { seconds: 3_600, state: "warn", says: /3\d\d\d s ahead of .*set-ntp/ },
  { seconds: -3_600, state: "warn", says: /3\d\d\d s behind .*set-ntp/ },
];

for (const { seconds, state, says } of SKEWS) {
  Deno.test(`a clock that is ${seconds} seconds off that of Redis is ${state === "ok" ? "well" : "reported"}`, async () => {
    const redis = await emptyRedis();
    const clock = { ...systemClock, now: () => Date.now() + seconds * 1000 };

    const found = named(await withRedis(redis.url, clock), "clock");

    assert.equal(stateOf(found), state, found.message);
    assert.match(found.message, says);
  });
}

Deno.test("doctor says how fast Redis answers, and warns where it is slow", async () => {
  const redis = await emptyRedis();
  // Each look at this clock is so much later than the one before.
  const clockOf = (stepMs: number) => {
    let now = 0;
    return { ...systemClock, monotonic: () => now += stepMs };
  };

  const fast = named(await withRedis(redis.url, clockOf(0.5)), "redis latency");
  const slow = named(await withRedis(redis.url, clockOf(80)), "redis latency");

  assert.equal(stateOf(fast), "ok");
  assert.match(fast.message, /0\.5 ms/);
  assert.equal(stateOf(slow), "warn");
  assert.match(slow.message, /80 ms/);
});

/** An address with a program that speaks no TLS, and hangs up. */
function startHangingUp(): { port: number } & AsyncDisposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.write(new TextEncoder().encode("no TLS here\r\n")).catch(() => {});
      connection.close();
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

Deno.test("doctor names the step at which the API can't be reached, with its fix", async () => {
  await using rude = startHangingUp();
  const addresses: readonly (readonly [url: string, says: RegExp])[] = [
    [`http://127.0.0.1:${freePort()}`, /refuses the connection: .*HTTPS_PROXY/],
    [`https://127.0.0.1:${rude.port}`, /TLS: .*DENO_CERT/],
  ];

  for (const [url, says] of addresses) {
    const found = named(await examine({ CLOUDWAYS_API_BASE_URL: url }), "api");
    assert.equal(stateOf(found), "FAIL");
    assert.match(found.message, says);
  }
});

/** A server that answers every path in one way. */
function startAnswering(answer: () => Response): { url: string } & AsyncDisposable {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, answer);
  return { url: `http://127.0.0.1:${server.addr.port}`, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("doctor sees this server at its own address", async () => {
  await using service = await startService({ sandbox: { expectUnknownPaths: true } });

  const findings = await examine({ PUBLIC_URL: service.url, CLOUDWAYS_API_BASE_URL: service.sandbox.baseUrl });

  assert.equal(stateOf(named(findings, "public url")), "ok");
  assert.match(named(findings, "public url").message, /is this server, version \d/);
  assert.deepEqual(findings.filter(({ name }) => name === "metrics"), []);
});

const OTHERS: readonly { what: string; answer: () => Response; says: RegExp }[] = [
  { what: "a proxy without a server", answer: () => new Response("", { status: 502 }), says: /502.*proxy_pass/ },
  { what: "another site", answer: () => new Response("<html>"), says: /not as this server/ },
  { what: "a redirect", answer: () => Response.redirect("https://example.com/", 301), says: /301.*PUBLIC_URL/ },
  {
    what: "an endless answer",
    answer: () => new Response(new ReadableStream({ pull: (pull) => pull.enqueue(new Uint8Array(1024)) })),
    says: /not as this server/,
  },
];

for (const { what, answer, says } of OTHERS) {
  Deno.test(`doctor warns of ${what} at the public address`, async () => {
    await using other = startAnswering(answer);

    const found = named(await examine({ PUBLIC_URL: other.url, CLOUDWAYS_API_BASE_URL: other.url }), "public url");

    assert.equal(stateOf(found), "warn");
    assert.match(found.message, says);
  });
}

Deno.test("a server that is not started yet is no mistake, an address without one is", async () => {
  const api = `http://127.0.0.1:${freePort()}`;
  const at = async (env: Record<string, string>) =>
    named(await examine({ CLOUDWAYS_API_BASE_URL: api, ...env }), "public url");

  const local = await at({ PORT: String(freePort()) });
  const none = await at({ HOST: "0.0.0.0" });
  const onlyReading = await at({ HOST: "0.0.0.0", READ_ONLY: "true" });
  const unreachable = await at({ PUBLIC_URL: "https://mcp.example.invalid" });

  assert.deepEqual([local, none, onlyReading, unreachable].map(stateOf), ["ok", "warn", "ok", "ok"]);
  assert.match(none.message, /PUBLIC_URL/);
  // The tests may reach this machine alone.
  assert.match(unreachable.message, /without the permission/);
});

Deno.test("doctor tries the audit file, makes none where there is none, and leaves one as it is", async () => {
  await Deno.mkdir("dist", { recursive: true });
  const folder = await Deno.makeTempDir({ dir: `${Deno.cwd()}/dist` });
  try {
    const present = `${folder}/present.log`;
    await Deno.writeTextFile(present, "a line\n");

    const states = [];
    for (const path of [`${folder}/absent.log`, present, `${folder}/no-folder/audit.log`, folder]) {
      const findings = await examine({ AUDIT_LOG: path, CLOUDWAYS_API_BASE_URL: `http://127.0.0.1:${freePort()}` });
      states.push(stateOf(named(findings, "audit log")));
    }

    assert.deepEqual(states, ["ok", "ok", "FAIL", "FAIL"]);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["present.log"]);
    assert.equal(await Deno.readTextFile(present), "a line\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
