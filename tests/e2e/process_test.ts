import assert from "node:assert/strict";
import * as z from "zod";
import { parseConfig } from "../../src/config.ts";
import { VERSION } from "../../src/version.ts";
import { CLIENT_KINDS, connect, KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { freePort } from "../support/free_port.ts";
import {
  denoServeArgs,
  LOCKED,
  permissionFlags,
  Program,
  type ProgramEnv,
  run,
  runMain,
  type ServerKind,
  startMain,
  startServer,
} from "../support/process.ts";
import { type RawClient, rawClient, startRedis } from "../support/redis_server.ts";
import { callTool } from "../support/rpc.ts";
import { DEMO_ACCOUNT, FakeClock, startSandbox } from "../sandbox/mod.ts";
import { until } from "../support/until.ts";

const ALERTS = "cloudways_bot_alerts_list";
const EXCHANGE = "oauth_access_token_create";
const [KEY, OTHER_KEY] = TEST_KEYS;

/** Prints the command line of every process, one a line. Runs with the permissions that this needs. */
const LIST_PROCESSES = `
if (Deno.build.os === "linux") {
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^[0-9]+$/.test(name)) continue;
    try {
      console.log(JSON.stringify(Deno.readTextFileSync("/proc/" + name + "/cmdline").split("\\0")));
    } catch {
      // It has ended meanwhile.
    }
  }
} else {
  const { stdout } = new Deno.Command("ps", { args: ["-axww", "-o", "args="] }).outputSync();
  for (const line of new TextDecoder().decode(stdout).split("\\n")) console.log(JSON.stringify(line.split(" ")));
}
`;

/** The command lines of the processes in which an argument contains `text`. */
async function commandLines(text: string): Promise<string[][]> {
  const { stdout } = await run("deno", ["eval", LIST_PROCESSES]);
  const all = stdout.trim().split("\n").map((line) => z.array(z.string()).parse(JSON.parse(line)));
  return all.filter((args) => args.some((arg) => arg.includes(text)));
}

const SERVERS: readonly ServerKind[] = ["deno task start", "deno run"];

for (const kind of SERVERS) {
  Deno.test(`${kind} serves without any configuration`, async () => {
    await using server = await startServer(kind);

    const health = await fetch(`${server.url}/health`);
    const ping = await callTool(server.mcpUrl, "ping");

    assert.equal((await health.json()).status, "healthy");
    assert.equal(ping.json.service, "ok");
    assert.equal(server.program.stdout, "");
  });
}

Deno.test("the server runs under flags that name only the API, its own address and its variables", async () => {
  await using server = await startServer("deno task start", { CLOUDWAYS_API_BASE_URL: "https://api.example.com/v2" });
  const { host } = new URL(server.url);

  const [args, ...others] = (await commandLines(host)).filter((line) => line.includes("main.ts"));

  const flags = (args ?? []).filter((arg) => arg.startsWith("-"));
  assert.deepEqual(others, []);
  assert.deepEqual(flags.map((flag) => flag.replace(/=.*/, "")), [
    ...LOCKED,
    "--no-prompt",
    "--allow-net",
    "--allow-env",
    "--ignore-env",
    "--v8-flags",
  ]);
  assert.ok(flags.includes(`--allow-net=api.example.com:443,${host}`));
});

Deno.test("a host that is not configured can't be reached from inside", async () => {
  await using sandbox = await startSandbox();
  const env = { CLOUDWAYS_API_BASE_URL: sandbox.baseUrl };
  await using other = await startSandbox();
  const script = `
    const outcome = (url) => fetch(url).then((response) => response.status, (error) => error.name);
    const file = (path) => { try { Deno.readTextFileSync(path); return "read"; } catch (error) { return error.name; } };
    const shell = () => { try { new Deno.Command("sh").outputSync(); return "run"; } catch (error) { return error.name; } };
    console.log(JSON.stringify([
      await outcome("${sandbox.baseUrl}"), await outcome("${other.baseUrl}"), file("/etc/hosts"), shell(),
    ]));
  `;

  const args = ["run", "--quiet", "--no-prompt", ...await permissionFlags("serve", env), "-"];
  const { stdout } = await run("deno", args, { env, input: script });

  assert.deepEqual(JSON.parse(stdout), [200, "NotCapable", "NotCapable", "NotCapable"]);
  assert.equal(other.requests.length, 0);
});

Deno.test("a configuration outside the permissions ends the program and says so in one line", async () => {
  const flags = await permissionFlags("serve");

  const { code, stdout, stderr } = await run("deno", ["run", "--quiet", "--no-prompt", ...flags, "main.ts"], {
    env: { CLOUDWAYS_API_BASE_URL: "https://api.example.com" },
  });

  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.equal(lines(stderr).length, 1);
  assert.match(stderr, /no permission.*api\.example\.com:443.*deno task start/);
});

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

const BAD_STARTS: readonly { what: string; env: ProgramEnv; reason: RegExp }[] = [
  { what: "a malformed key", env: { ENCRYPTION_KEY: "short" }, reason: /ENCRYPTION_KEY.*44 characters.*keygen/ },
  { what: "an unknown log level", env: { LOG_LEVEL: "LOUD" }, reason: /LOG_LEVEL.*DEBUG, INFO, WARNING, ERROR/ },
  {
    what: "Redis without a key",
    env: { REDIS_URL: "redis://127.0.0.1:6379" },
    reason: /ENCRYPTION_KEY.*required with REDIS_URL/,
  },
  {
    what: "two mistakes at once",
    env: { PORT: "x", READ_ONLY: "x" },
    reason: /PORT: [^]*READ_ONLY: /,
  },
];

for (const { what, env, reason } of BAD_STARTS) {
  for (const command of ["serve", "stdio"]) {
    Deno.test(`${command} with ${what} ends at once and says why`, async () => {
      const { code, stdout, stderr } = await runMain([command], env);

      assert.equal(code, 1);
      assert.equal(stdout, "");
      assert.match(stderr, reason);
      assert.doesNotMatch(stderr, /\bat .*\.ts:\d/);
    });
  }
}

Deno.test("deno task start passes on the reason and exit code of a failed start", async () => {
  const { code, stdout, stderr } = await run("deno", ["task", "start"], { env: { LOG_LEVEL: "LOUD" } });

  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /LOG_LEVEL: must be one of/);
});

Deno.test("deno task compile builds nothing for a wrong configuration, and says why", async () => {
  const { code, stdout, stderr } = await run("deno", ["task", "compile"], { env: { LOG_LEVEL: "LOUD", PORT: "x" } });

  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /PORT: [^]*LOG_LEVEL: must be one of/);
  assert.doesNotMatch(stderr, /^Compile /m);
});

for (const command of ["serve", "stdio"]) {
  Deno.test(`${command} ends at once if Redis does not answer`, async () => {
    const REDIS_URL = `redis://someone:not-a-real-word@127.0.0.1:${freePort()}`;

    const { code, stdout, stderr } = await runMain([command], { REDIS_URL, ENCRYPTION_KEY: KEY });

    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.equal(lines(stderr).length, 1);
    assert.match(stderr, /REDIS_URL.*refused the connection\. Check REDIS_URL, .*: deno task doctor/);
    assert.doesNotMatch(stderr, /not-a-real-word/);
  });
}

Deno.test("a port in use ends the program with the reason in one line", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;

  const { code, stdout, stderr } = await runMain(["serve"], { PORT: String(port) });

  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.equal(lines(stderr).length, 1);
  assert.match(stderr, new RegExp(`port ${port} is in use.*PORT`));
});

Deno.test("an address of another machine ends the program with the reason in one line", async () => {
  const { code, stdout, stderr } = await runMain(["serve"], { HOST: "192.0.2.1", PORT: String(freePort()) });

  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.equal(lines(stderr).length, 1);
  assert.match(stderr, /can't listen on 192\.0\.2\.1:\d+.*HOST/);
  assert.doesNotMatch(stderr, /\bat .*\.ts:\d/);
});

const ADDRESSES: readonly { env: ProgramEnv; shown: string; publicUrl: RegExp | undefined }[] = [
  { env: {}, shown: "127.0.0.1", publicUrl: /public_url=http:\/\/127\.0\.0\.1:\d+ / },
  { env: { HOST: "localhost" }, shown: "localhost", publicUrl: /public_url=http:\/\/localhost:\d+ / },
  { env: { HOST: "127.0.0.2" }, shown: "127.0.0.2", publicUrl: /public_url=http:\/\/127\.0\.0\.2:\d+ / },
  { env: { HOST: "0.0.0.0" }, shown: "0.0.0.0", publicUrl: undefined },
  {
    env: { PUBLIC_URL: "https://mcp.example.com/" },
    shown: "127.0.0.1",
    publicUrl: /public_url=https:\/\/mcp\.example\.com /,
  },
];

for (const { env, shown, publicUrl } of ADDRESSES) {
  Deno.test(`serve with ${JSON.stringify(env)} says the address at which it listens`, async () => {
    await using server = await startServer("deno run", env);

    await server.program.waitFor(/\n/);

    const address = `http://${shown}:${new URL(server.url).port}/mcp`;
    assert.ok(server.program.stderr.includes(`MCP at ${address} `), server.program.stderr);
    if (publicUrl === undefined) assert.doesNotMatch(server.program.stderr, /public_url=/);
    else assert.match(server.program.stderr, publicUrl);
  });
}

for (
  const args of [["no-such-command"], ["--no-such-option"], ["serve", "--live"], ["keygen", "twice"], [
    "doctor",
    "--loud",
  ], ["__proto__"]]
) {
  Deno.test(`main.ts ${args.join(" ")} shows the usage as an error`, async () => {
    const { code, stdout, stderr } = await runMain(args);

    assert.notEqual(code, 0);
    assert.equal(stdout, "");
    assert.match(stderr, /Unknown command or option/);
    assert.match(stderr, /Usage:/);
  });
}

Deno.test("--help shows every command, --version the version", async () => {
  const [help, version] = await Promise.all([runMain(["--help"]), runMain(["--version"])]);

  assert.equal(help.code, 0);
  for (const command of ["serve", "stdio", "keygen", "doctor"]) {
    assert.match(help.stdout, new RegExp(`^ +${command} `, "m"));
  }
  assert.deepEqual(version, { code: 0, stdout: `${VERSION}\n`, stderr: "" });
  assert.deepEqual(await Promise.all([runMain(["-h"]), runMain(["-V"])]), [help, version]);
});

Deno.test("keygen prints two fresh keys, ready for an environment file", async () => {
  const [first, second] = await Promise.all([1, 2].map(() => run("deno", ["task", "--quiet", "keygen"])));

  const environment = Object.fromEntries(lines(first?.stdout ?? "").map((line) => line.split(/=(.*)/).slice(0, 2)));
  const { encryptionKeys, customerIdKey } = parseConfig(environment);
  assert.equal(first?.code, 0);
  assert.deepEqual(Object.keys(environment), ["ENCRYPTION_KEY", "CUSTOMER_ID_KEY"]);
  assert.equal(encryptionKeys[0]?.length, 32);
  assert.equal(customerIdKey?.length, 32);
  assert.notDeepEqual(encryptionKeys[0], customerIdKey);
  assert.notEqual(first?.stdout, second?.stdout);
});

Deno.test("a machine with Node alone runs the tasks through npx", async () => {
  const { code, stdout } = await run("npx", ["-y", "deno@2.9.6", "task", "--quiet", "keygen"]);

  assert.equal(code, 0);
  assert.match(stdout, /^ENCRYPTION_KEY=\S{44}\nCUSTOMER_ID_KEY=\S{44}\n$/);
});

Deno.test("doctor says that all is well, and why", async () => {
  await using redis = await startRedis();
  await using sandbox = await startSandbox({ expectUnknownPaths: true });
  const PORT = String(freePort());
  const env = { CLOUDWAYS_API_BASE_URL: sandbox.baseUrl, REDIS_URL: redis.url, ENCRYPTION_KEY: KEY, PORT };

  const { code, stdout, stderr } = await run("deno", ["task", "--quiet", "doctor"], { env });

  assert.equal(code, 0);
  assert.equal(stderr, "");
  assert.deepEqual(lines(stdout).map((line) => line.replace(/:.*/, "")), [
    "ok    configuration",
    "ok    permissions",
    "ok    key",
    "ok    redis",
    "ok    redis settings",
    "ok    redis latency",
    "ok    clock",
    "ok    api",
    "ok    public url",
  ]);
});

Deno.test("doctor names everything that fails in one run, and shows no secret", async () => {
  const env = {
    CLOUDWAYS_API_BASE_URL: `http://127.0.0.1:${freePort()}/api/v2`,
    REDIS_URL: `redis://someone:not-a-real-word@127.0.0.1:${freePort()}`,
    ENCRYPTION_KEY: KEY,
  };

  const { code, stdout } = await runMain(["doctor"], env);

  assert.equal(code, 1);
  assert.match(stdout, /^FAIL +redis: Redis at \S+ refused the connection\. Check REDIS_URL/m);
  assert.match(stdout, /^FAIL +api: .*refuses the connection: check/m);
  assert.match(stdout, /^ok +key: /m);
  assert.ok(!stdout.includes("not-a-real-word") && !stdout.includes(KEY));
});

Deno.test("drift says nothing while replies have the expected forms, and names one that has not", async () => {
  await using sandbox = await startSandbox({ rateLimitPerMinute: 1_000, expectUnknownPaths: true });
  const env = {
    CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
    CLOUDWAYS_ACCESS_TOKEN: DEMO_ACCOUNT.accessTokens[0].token,
    PORT: String(freePort()),
  };

  const same = await run("deno", ["task", "--quiet", "drift"], { env });
  sandbox.addFault({ operationId: "project_list", kind: { status: 200, body: { projects: {} } } });
  const changed = await run("deno", ["task", "--quiet", "drift"], { env });

  assert.deepEqual(same, { code: 0, stdout: "", stderr: "" });
  assert.equal(changed.code, 1);
  assert.equal(changed.stdout, "FAIL  drift: project_list: projects is object, not list\n");
});

Deno.test("doctor names every mistake of the configuration", async () => {
  const { code, stdout } = await runMain(["doctor"], { ENCRYPTION_KEY: "short", LOG_LEVEL: "LOUD" });

  assert.equal(code, 1);
  assert.match(stdout, /^FAIL +configuration: ENCRYPTION_KEY: .*keygen/m);
  assert.match(stdout, /^FAIL +configuration: LOG_LEVEL: /m);
});

for (const kind of [...SERVERS, "deno serve"] as const) {
  for (const signals of [["SIGTERM"], ["SIGINT"], ["SIGINT", "SIGINT"]] as const) {
    Deno.test(`${kind}: at ${signals.join(" and ")} the call in flight finishes, and the program ends with exit code 0`, async () => {
      const clock = new FakeClock();
      await using redis = await startRedis();
      await using sandbox = await startSandbox({ clock });
      sandbox.addFault({ operationId: ALERTS, kind: { delayMs: 1000 } });
      const env = { CLOUDWAYS_API_BASE_URL: sandbox.baseUrl, REDIS_URL: redis.url, ENCRYPTION_KEY: KEY };
      await using server = await startServer(kind, env);
      const call = callTool(server.mcpUrl, "get_alerts", {}, TOKEN_HEADERS);
      await until(() => sandbox.requestsTo(ALERTS).length === 1);

      for (const signal of signals) server.program.signal(signal);
      await server.program.waitFor(/shutting down/);
      await clock.advance(1000);
      const answer = await call;
      const { code, stdout, stderr } = await server.program.ended();

      assert.equal(answer.isError, false);
      assert.equal(code, 0);
      assert.equal(stdout, "");
      assert.match(stderr, /stopped/);
    });
  }
}

for (const kind of [...SERVERS, "deno serve"] as const) {
  Deno.test(`${kind}: a second signal ends the program at once, whatever is in flight`, async () => {
    await using redis = await startRedis();
    await using sandbox = await startSandbox({ clock: new FakeClock() });
    sandbox.addFault({ operationId: ALERTS, kind: { delayMs: 1000 } });
    const env = { CLOUDWAYS_API_BASE_URL: sandbox.baseUrl, REDIS_URL: redis.url, ENCRYPTION_KEY: KEY };
    await using server = await startServer(kind, env);
    const lost = assert.rejects(callTool(server.mcpUrl, "get_alerts", {}, TOKEN_HEADERS));
    await until(() => sandbox.requestsTo(ALERTS).length === 1);

    server.program.signal("SIGINT");
    await server.program.waitFor(/shutting down/);
    server.program.signal("SIGTERM");
    const { code, stderr } = await server.program.ended();

    await lost;
    assert.equal(code, 130);
    assert.doesNotMatch(stderr, /stopped/);
  });
}

Deno.test("deno serve closes its store only after a write in flight has ended and is on record", async () => {
  const clock = new FakeClock();
  await using redis = await startRedis();
  await using sandbox = await startSandbox({ clock, pace: { polls: 1, seconds: 0 } });
  sandbox.addFault({ operationId: "server_stop", kind: { delayMs: 1000 } });
  const env = {
    CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
    REDIS_URL: redis.url,
    ENCRYPTION_KEY: KEY,
    CONFIRM: "off",
  };
  await using server = await startServer("deno serve", env);
  const call = callTool(server.mcpUrl, "stop_server", { server_id: 100001, wait_seconds: 0 }, TOKEN_HEADERS);
  await until(() => sandbox.requestsTo("server_stop").length === 1);

  server.program.signal("SIGTERM");
  await server.program.waitFor(/shutting down/);
  await clock.advance(1000);
  const { json } = await call;
  const { code, stderr } = await server.program.ended();

  assert.equal(json.status, "completed", JSON.stringify(json));
  assert.doesNotMatch(stderr, /audit records are not kept/);
  assert.equal(code, 0);
});

Deno.test("a process that ends while a call is in flight still answers probes", async () => {
  const clock = new FakeClock();
  await using sandbox = await startSandbox({ clock });
  sandbox.addFault({ operationId: ALERTS, kind: { delayMs: 1000 } });
  await using server = await startServer("deno run", { CLOUDWAYS_API_BASE_URL: sandbox.baseUrl });
  const call = callTool(server.mcpUrl, "get_alerts", {}, TOKEN_HEADERS);
  await until(() => sandbox.requestsTo(ALERTS).length === 1);

  server.program.signal("SIGINT");
  await server.program.waitFor(/shutting down/);
  const looks = [await fetch(`${server.url}/ready`), await fetch(`${server.url}/health`)];
  await clock.advance(1000);
  const answer = await call;

  assert.deepEqual(looks.map(({ status }) => status), [503, 200]);
  await Promise.all(looks.map(({ body }) => body?.cancel()));
  assert.equal(answer.isError, false);
  assert.equal((await server.program.ended()).code, 0);
});

Deno.test("an idle process that ends answers probes with 503 for a while", async () => {
  await using server = await startServer("deno run", {});

  server.program.signal("SIGTERM");
  await server.program.waitFor(/shutting down/);
  const ready = await fetch(`${server.url}/ready`);
  const { code } = await server.program.ended();

  assert.equal(ready.status, 503);
  assert.equal((await ready.json()).failing, "shutting down");
  assert.equal(code, 0);
});

Deno.test("with LOG_FORMAT json, logs are one JSON object a line on standard error", async () => {
  await using server = await startServer("deno run", { LOG_FORMAT: "json" });
  await callTool(server.mcpUrl, "ping");

  server.program.signal("SIGTERM");
  const { stdout, stderr } = await server.program.ended();

  const records = lines(stderr).map((line) => z.looseObject({ message: z.string() }).parse(JSON.parse(line)));
  assert.equal(stdout, "");
  assert.ok(records.some(({ message }) => message === "request"));
});

Deno.test("serve warns if it listens beyond loopback without a configured name or address", async () => {
  await using server = await startServer("deno run", { HOST: "0.0.0.0" });

  await server.program.waitFor(/PUBLIC_URL is not set/);

  assert.match(server.program.stderr, /ALLOWED_HOSTS/);
});

const UNUSABLE_REDIS = `redis://someone:not-a-real-word@127.0.0.1:${freePort()}`;
const BAD_SHARED_STARTS: readonly { what: string; env: ProgramEnv; expected: RegExp }[] = [
  {
    what: "without shared state",
    env: {},
    expected:
      /^The configuration is wrong:\nREDIS_URL: is required, with ENCRYPTION_KEY, to run more than one worker or isolate\n$/,
  },
  {
    what: "with a malformed key",
    env: { REDIS_URL: UNUSABLE_REDIS, ENCRYPTION_KEY: "short" },
    expected: /^The configuration is wrong:\nENCRYPTION_KEY: .*keygen\n$/,
  },
  {
    what: "without an answer from Redis",
    env: { REDIS_URL: UNUSABLE_REDIS, ENCRYPTION_KEY: KEY },
    expected: /^\S+ ERR Redis \(REDIS_URL\) .*refused the connection\. Check REDIS_URL, .*: deno task doctor\n$/,
  },
];

for (const { what, env, expected } of BAD_SHARED_STARTS) {
  Deno.test(`deno serve ${what} ends at once and says why`, async () => {
    const PORT = String(freePort());

    const { code, stdout, stderr } = await run("deno", await sharedArgs({ PORT, ...env }), { env: { PORT, ...env } });

    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, expected);
    assert.doesNotMatch(stderr, /not-a-real-word/);
  });
}

/** As {@linkcode denoServeArgs}, but also for a wrong configuration, whose permissions can't be computed. */
async function sharedArgs(env: ProgramEnv): Promise<string[]> {
  return await denoServeArgs({ ...env, ENCRYPTION_KEY: KEY });
}

for (
  const { env, expected } of [
    { env: { CONFIRM: "off" }, expected: /WRN CONFIRM is off/ },
    { env: { HOST: "0.0.0.0" }, expected: /WRN HOST is not loopback [^]*WRN PUBLIC_URL is not set/ },
    { env: {}, expected: /WRN approval pages open on this machine: .*could approve by itself/ },
  ]
) {
  Deno.test(`deno serve with ${JSON.stringify(env)} logs at the start what its operator should know`, async () => {
    await using redis = await startRedis();
    await using server = await startServer("deno serve", { REDIS_URL: redis.url, ENCRYPTION_KEY: KEY, ...env });

    await server.program.waitFor(expected);

    assert.equal((await fetch(`${server.url}/health`).then((response) => response.json())).status, "healthy");
  });
}

Deno.test("deno serve serves with Redis and a key", async () => {
  await using redis = await startRedis();
  await using sandbox = await startSandbox();
  const env = { CLOUDWAYS_API_BASE_URL: sandbox.baseUrl, REDIS_URL: redis.url, ENCRYPTION_KEY: KEY };
  await using server = await startServer("deno serve", env);

  const health = await fetch(`${server.url}/health`);
  const answer = await callTool(server.mcpUrl, "list_servers", {}, KEY_HEADERS);

  assert.equal((await health.json()).store, "redis");
  assert.equal(answer.isError, false);
  sandbox.assertNoViolations();
});

Deno.test("several workers behind one address serve calls and no metrics, and say so at the start", async () => {
  await using redis = await startRedis();
  const env = { REDIS_URL: redis.url, ENCRYPTION_KEY: KEY, PORT: String(freePort()), DENO_JOBS: "2" };
  const [serve = "", ...args] = await denoServeArgs(env);
  await using program = Program.start("deno", [serve, "--parallel", ...args], env);
  // One line of each worker: a worker that starts after the signal to end would not see it.
  await program.waitFor(/(?:\/metrics is not served[^]*){2}/);
  await program.waitFor(/listening/i);

  const metrics = await fetch(`http://127.0.0.1:${env.PORT}/metrics`);
  const health = await fetch(`http://127.0.0.1:${env.PORT}/health`);

  assert.equal(metrics.status, 501);
  assert.equal((await metrics.json()).error, "not_implemented");
  assert.equal((await health.json()).status, "healthy");
});

Deno.test("two replicas on one Redis exchange tokens once, share one bucket, and leave no secret anywhere", async () => {
  await using redis = await startRedis();
  await using sandbox = await startSandbox();
  const env = {
    CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
    REDIS_URL: redis.url,
    ENCRYPTION_KEY: KEY,
    CUSTOMER_ID_KEY: OTHER_KEY,
    RATE_LIMIT_REQUESTS: "30",
    RATE_LIMIT_WINDOW: "3600",
    LOG_LEVEL: "DEBUG",
  };
  await using one = await startServer("deno run", env);
  await using two = await startServer("deno serve", env);
  const mcpUrl = (index: number) => index % 2 === 0 ? one.mcpUrl : two.mcpUrl;

  const calls = Array.from({ length: 20 }, (_, index) => callTool(mcpUrl(index), "get_alerts", {}, KEY_HEADERS));
  const answers = await Promise.all(calls);
  const listings = await Promise.all([0, 1].map((index) => callTool(mcpUrl(index), "list_servers", {}, KEY_HEADERS)));
  const byToken = await callTool(one.mcpUrl, "list_servers", {}, TOKEN_HEADERS);
  const limits = await Promise.all(
    [0, 1].map((index) => callTool(mcpUrl(index), "rate_limit_status", {}, KEY_HEADERS)),
  );
  await using client = rawClient(redis);
  const stored = await dump(client);
  for (const { program } of [one, two]) program.signal("SIGTERM");
  const logs = (await Promise.all([one, two].map(({ program }) => program.ended()))).map(({ stderr }) => stderr);

  assert.ok([...answers, ...listings, byToken].every(({ isError }) => !isError));
  assert.equal(sandbox.requestsTo(EXCHANGE).length, 1);
  const spent = sandbox.requests.filter(({ operationId, authorizationKind }) =>
    operationId !== EXCHANGE && authorizationKind === "exchanged_token"
  );
  for (const { json } of limits) assert.equal(json.remaining, 30 - spent.length);
  const exchanged = sandbox.requestsTo(ALERTS)[0]?.authorization?.replace("Bearer ", "") ?? "";
  const secrets = [DEMO_ACCOUNT.apiKey, DEMO_ACCOUNT.accessTokens[0].token, exchanged, "EXAMPLE-"];
  assert.ok(exchanged.length > 20);
  assert.ok(Object.keys(stored).length >= 3);
  const places = {
    stored: JSON.stringify(stored),
    logs: logs.join("\n"),
    answers: JSON.stringify([answers, listings, byToken, limits]),
  };
  for (const [place, text] of Object.entries(places)) {
    for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} in ${place}`);
  }
  for (const known of [DEMO_ACCOUNT.email, sandbox.account().servers[0]?.label ?? "", "public_ip"]) {
    assert.ok(!places.stored.includes(known), `${known} in the store`);
  }
  for (const [key, { ttl }] of Object.entries(stored)) {
    assert.match(key, /^cw:/);
    assert.ok(ttl > 0, `${key} never ends`);
  }
});

interface Entry {
  value: unknown;
  /** Milliseconds left; -1 for ever. */
  ttl: number;
}

/** Everything a Redis server holds. */
async function dump(client: RawClient): Promise<Record<string, Entry>> {
  const entries: Record<string, Entry> = {};
  for (const key of await client.keys("*")) {
    entries[key] = { value: await read(client, key), ttl: await client.pttl(key) };
  }
  return entries;
}

async function read(client: RawClient, key: string): Promise<unknown> {
  const type = await client.type(key);
  if (type === "string") return (await client.getBuffer(key))?.toString("latin1");
  if (type === "hash") return await client.hgetall(key);
  if (type === "list") return await client.lrange(key, 0, -1);
  if (type === "set") return await client.smembers(key);
  if (type === "zset") return await client.zrange(key, 0, "-1");
  if (type === "stream") return await client.xrange(key, "-", "+");
  throw new Error(`${key} is of the unknown type ${type}.`);
}

const guideSchema = z.object({
  mcpServers: z.object({
    cloudways: z.object({ type: z.literal("http"), url: z.url(), headers: z.record(z.string(), z.string()) }),
  }),
});

Deno.test("deno task demo serves a demo account and prints a configuration that works", async () => {
  const port = freePort();
  await using demo = Program.start("deno", ["task", "demo"], { PORT: String(port) });
  const [json] = await demo.waitFor(/^\{\n[^]*?^\}$/m, "stdout");
  await demo.waitFor(/x-cloudways-api-key: \S+/, "stdout");
  const { url, headers } = guideSchema.parse(JSON.parse(json)).mcpServers.cloudways;

  for (const kind of CLIENT_KINDS) {
    await using client = await connect(kind, new URL(url), headers);
    const answer = await client.call("list_servers");
    assert.equal(answer.isError, false);
  }
  const byKey = await callTool(new URL(url), "list_servers", {}, KEY_HEADERS);
  demo.signal("SIGINT");
  const { code, stdout } = await demo.ended();

  assert.deepEqual(Object.keys(headers), ["x-cloudways-access-token"]);
  assert.equal(byKey.isError, false);
  assert.equal(code, 0);
  for (const text of Object.values(KEY_HEADERS)) assert.ok(stdout.includes(text));
  assert.deepEqual(await commandLines(`127.0.0.1:${port}`), []);
});

Deno.test("deno task demo passes on a failed start and prints no configuration", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });

  const { code, stdout, stderr } = await run("deno", ["task", "demo"], { env: { PORT: String(listener.addr.port) } });

  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /is in use/);
});

Deno.test("a program that gets a signal while it starts ends", async () => {
  const program = await startMain(["serve"], { PORT: String(freePort()) });

  program.signal("SIGTERM");
  const { stdout } = await program.ended();

  assert.equal(stdout, "");
});
