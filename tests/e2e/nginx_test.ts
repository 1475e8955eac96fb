/** The configuration in deploy/nginx, with the real nginx, in front of real replicas. */
import assert from "node:assert/strict";
import { type Sandbox, startSandbox } from "../sandbox/mod.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { type Nginx, startNginx } from "../support/nginx.ts";
import { freePort } from "../support/free_port.ts";
import { type ProgramEnv, type ServerProcess, startServer } from "../support/process.ts";
import { startRedis } from "../support/redis_server.ts";
import { until } from "../support/until.ts";
import { within } from "../support/within.ts";

/** Two replicas behind nginx. */
interface Stage extends AsyncDisposable {
  nginx: Nginx;
  sandbox: Sandbox;
  /** By their ports. */
  replicas: Map<number, ServerProcess>;
  /** Ends a replica as systemd does, and starts it again. */
  restart(port: number): Promise<void>;
  /** Sends one message on a connection of its own, since Deno sends again what it lost on a reused one. */
  post(path: string, body: string): Promise<Response>;
}

async function startStage(): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await startRedis());
  const sandbox = stack.use(await startSandbox({ rateLimitPerMinute: 1_000_000 }));
  const ports = [freePort(), freePort()];
  const nginx = stack.use(await startNginx(ports));
  const env: ProgramEnv = {
    CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
    REDIS_URL: redis.url,
    ENCRYPTION_KEY: TEST_KEYS[0],
    RATE_LIMIT_REQUESTS: "1000000",
    CONFIRM: "off",
    PUBLIC_URL: nginx.url,
    TRUSTED_PROXIES: "127.0.0.1",
  };
  const start = (port: number) => startServer("deno run", { ...env, PORT: String(port) });
  const replicas = new Map<number, ServerProcess>();
  stack.defer(async () => {
    await Promise.all([...replicas.values()].map((server) => server[Symbol.asyncDispose]()));
  });
  for (const port of ports) replicas.set(port, await start(port));
  const client = Deno.createHttpClient({ caCerts: nginx.caCerts, poolMaxIdlePerHost: 0 });
  stack.defer(() => client.close());
  const owned = stack.move();
  return {
    nginx,
    sandbox,
    replicas,
    async restart(port) {
      const leaving = replicas.get(port);
      leaving?.program.signal("SIGTERM");
      assert.equal((await leaving?.program.ended())?.code, 0);
      replicas.set(port, await start(port));
    },
    post: (path, body) =>
      fetch(`${nginx.url}${path}`, {
        client,
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          ...TOKEN_HEADERS,
        },
        body,
        signal: AbortSignal.timeout(60_000),
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function callOf(id: number, name: string, args: Record<string, unknown>, meta: Record<string, unknown> = {}): string {
  return JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args, _meta: meta } });
}

const CALLERS = 8;

Deno.test("a rolling restart behind nginx under load loses no call, and sends no change twice", async () => {
  await using stage = await startStage();
  const { nginx, sandbox, replicas } = stage;
  const ports = [...replicas.keys()];
  const lost: string[] = [];
  let answered = 0;
  let running = true;
  const callers = Array.from({ length: CALLERS }, async (_, caller) => {
    for (let turn = 0; running; turn++) {
      const body = turn % 3 === 0
        ? callOf(turn, "clone_app", { app_id: 200001, app_label: `copy ${caller}-${turn}`, wait_seconds: 1 })
        : callOf(turn, "list_team_members", {});
      const outcome = await stage.post("/mcp", body).then(
        async (response) => `${response.status} ${/"(result|error)":/.exec(await response.text())?.[1]}`,
        (error) => `${error}`,
      );
      if (outcome === "200 result") answered++;
      else lost.push(outcome);
    }
  });
  const more = () => {
    const before = answered;
    return until(() => answered > before + 50, 60_000);
  };

  try {
    for (const port of ports) {
      await more();
      await nginx.reload(ports, [port]);
      await stage.restart(port);
      await nginx.reload(ports);
    }
    await more();
  } finally {
    running = false;
    await Promise.all(callers);
  }

  const labels = sandbox.requestsTo("app_clone").map(({ fields }) => String(fields.app_label));
  assert.deepEqual(lost, []);
  assert.ok(labels.length > 0);
  assert.equal(new Set(labels).size, labels.length, "a change was sent twice");
  assert.match(await nginx.accessLog(), /"POST \/mcp" 200 /);
});

Deno.test("behind nginx, progress arrives while the call still waits, and what should stay inside does", async () => {
  await using stage = await startStage();
  const { nginx, sandbox } = stage;
  const meta = { progressToken: "progress" };
  const response = await stage.post("/mcp", callOf(1, "restart_server", { server_id: 100001, wait_seconds: 60 }, meta));
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const readUntil = async (part: string) => {
    let text = "";
    while (!text.includes(part)) {
      const { value, done } = await reader?.read() ?? { value: undefined, done: true };
      if (done) throw new Error(`no ${part} in ${text}`);
      text += value;
    }
    return text;
  };

  const early = await within(30_000, readUntil("notifications/progress"), "no progress comes through");
  const late = await within(30_000, readUntil('"result"'), "no answer comes through");
  const get = (path: string) => fetchWith(nginx, path);
  const metrics = await get("/metrics");
  const page = await get("/approve/an-address-that-nobody-may-see");
  const large = await stage.post("/mcp", " ".repeat(1024 * 1024 + 1));
  const log = await nginx.accessLog();

  assert.ok(!early.includes('"result"'));
  assert.match(late, /"result"/);
  assert.equal(metrics, 403);
  assert.equal(page, 404);
  assert.equal(large.status, 413);
  await large.body?.cancel();
  assert.ok(!log.includes("approve"), log);
  assert.ok(!(await get("/?code=a-secret-code"), await nginx.accessLog()).includes("secret-code"));
  sandbox.assertNoViolations();
});

/** The status of a GET through nginx. */
async function fetchWith({ url, caCerts }: Nginx, path: string): Promise<number> {
  using client = Deno.createHttpClient({ caCerts, poolMaxIdlePerHost: 0 });
  const response = await fetch(`${url}${path}`, { client });
  await response.body?.cancel();
  return response.status;
}
