import assert from "node:assert/strict";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { freePort } from "../support/free_port.ts";
import { type ProgramEnv, startServer } from "../support/process.ts";
import { startRedis } from "../support/redis_server.ts";
import { post, readMessage } from "../support/rpc.ts";
import { startSandbox } from "../sandbox/mod.ts";
import { until } from "../support/until.ts";

type Server = Awaited<ReturnType<typeof startServer>>;

/**
 * Spreads calls over replicas as a load balancer does: to those that `/ready` reports, and to the next after a refusal.
 */
class Balancer {
  readonly #ready = new Set<Server>();
  #turn = 0;

  /** Checks every replica. */
  async look(servers: readonly Server[]): Promise<void> {
    for (const server of servers) {
      const ready = await fetch(`${server.url}/ready`).then(async (response) => {
        await response.body?.cancel();
        return response.status === 200;
      }, () => false);
      if (ready) this.#ready.add(server);
      else this.#ready.delete(server);
    }
  }

  /** Sends a call until a replica takes it. A call that breaks off in the middle is lost: it must not be sent again. */
  async send(message: unknown): Promise<{ result?: unknown; error?: unknown }> {
    for (let tries = 0; tries < 200; tries++) {
      const servers = [...this.#ready];
      const server = servers[this.#turn++ % servers.length];
      if (server === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        continue;
      }
      try {
        const response = await post(server.mcpUrl, message, TOKEN_HEADERS);
        if (response.status !== 503) return await readMessage(response);
        await response.body?.cancel();
        this.#ready.delete(server);
      } catch (error) {
        if (!/refused/.test(`${error instanceof Error ? error.cause : error}`)) {
          throw new Error("a call was lost", { cause: error });
        }
        this.#ready.delete(server);
      }
    }
    throw new Error("no replica took the call");
  }
}

Deno.test("a rolling restart of two replicas under load loses no call", async () => {
  await using redis = await startRedis();
  await using sandbox = await startSandbox({ rateLimitPerMinute: 1_000_000 });
  const env = (): ProgramEnv => ({
    PORT: String(freePort()),
    CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
    REDIS_URL: redis.url,
    ENCRYPTION_KEY: TEST_KEYS[0],
    RATE_LIMIT_REQUESTS: "1000000",
    CONFIRM: "off",
  });
  await using stack = new AsyncDisposableStack();
  const servers = [
    stack.use(await startServer("deno run", env())),
    stack.use(await startServer("deno run", env())),
  ];
  const balancer = new Balancer();
  await balancer.look(servers);
  let running = true;
  const watching = (async () => {
    while (running) await balancer.look(servers);
  })();
  const answers: string[] = [];
  const callers = Array.from({ length: 8 }, async (_, caller) => {
    for (let i = 0; running; i++) {
      const label = `copy ${caller}-${i}`;
      const args = { app_id: 200001, app_label: label, wait_seconds: 1 };
      const params = { name: i % 3 === 0 ? "clone_app" : "list_team_members", arguments: i % 3 === 0 ? args : {} };
      const { result } = await balancer.send({ jsonrpc: "2.0", id: i, method: "tools/call", params });
      assert.notEqual(result, undefined);
      answers.push(label);
    }
  });
  const load = Promise.all([watching, ...callers]);
  // What a caller throws is thrown at the end.
  load.catch(() => {});

  const codes: number[] = [];
  try {
    for (const index of [0, 1]) {
      const before = answers.length;
      await until(() => answers.length > before + 50, 60_000);
      const leaving = servers[index];
      leaving?.program.signal("SIGTERM");
      codes.push((await leaving?.program.ended())?.code ?? -1);
      servers[index] = stack.use(await startServer("deno run", env()));
    }
    const before = answers.length;
    await until(() => answers.length > before + 50, 60_000);
  } finally {
    running = false;
    await load;
  }

  const labels = sandbox.requestsTo("app_clone").map(({ fields }) => String(fields.app_label));
  assert.deepEqual(codes, [0, 0]);
  assert.ok(labels.length > 0);
  assert.equal(new Set(labels).size, labels.length, "a write was sent twice");
});
