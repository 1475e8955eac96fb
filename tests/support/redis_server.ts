import { Redis } from "ioredis";
import { freePort } from "./free_port.ts";
import { until } from "./until.ts";

/** Settings of {@linkcode startRedis}. */
export interface RedisServerOptions {
  /** Port on 127.0.0.1. Defaults to a free one. */
  port?: number;
  /** Password of the default user. Defaults to none. */
  password?: string;
  /** More arguments for redis-server. */
  args?: string[];
  /** Makes it a Sentinel, or a node of a cluster. */
  mode?: "sentinel" | "cluster";
}

/** A Redis server for one test. Stores nothing on disk. */
export interface RedisServer extends AsyncDisposable {
  /** The address for a client, the password included. */
  url: string;
  port: number;
  /** Asks the server to end, and waits until it has. */
  stop(): Promise<void>;
  /** Ends the server without warning, and waits until it is gone. */
  kill(): Promise<void>;
  /** Stops the process: connections stay open without answers. */
  freeze(): void;
  /** Ends a {@linkcode freeze}. */
  continue(): void;
}

/** Where a Redis server is. */
export type RedisAddress = Pick<RedisServer, "url" | "port">;

/** What {@linkcode rawClient} makes. */
export type RawClient = Redis & AsyncDisposable;

const START_DEADLINE_MS = 10_000;

/** Starts a Redis server, and resolves when it answers. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  // Another process may take the free port meanwhile; then the next one is tried.
  for (let attempt = 1;; attempt++) {
    const port = options.port ?? freePort();
    const process = spawn(port, options);
    if (await answers(port, process)) return handle(port, process, options.password);
    await end(process, "SIGKILL");
    if (options.port !== undefined || attempt === 3) throw new Error(`redis-server did not start on port ${port}.`);
  }
}

/**
 * One Redis server for all tests of a file. Returns a function that gives each test that server, empty. Call it at the
 * top of the file. A test that ends or configures its server starts its own: {@linkcode startRedis}.
 */
export function redisOfFile(): () => Promise<RedisAddress> {
  let started: RedisServer | undefined;
  Deno.test.beforeAll(async () => {
    started = await startRedis();
  });
  Deno.test.afterAll(async () => await started?.kill());
  return async () => {
    if (started === undefined) throw new Error("There is a server while tests run.");
    await using client = rawClient(started);
    await client.flushall();
    return started;
  };
}

/** A separate client, to inspect a server. */
export function rawClient(server: RedisAddress, options: { password?: string; db?: number } = {}): RawClient {
  const redis = new Redis({ host: "127.0.0.1", port: server.port, ...options });
  return Object.assign(redis, {
    async [Symbol.asyncDispose]() {
      await redis.quit();
    },
  });
}

function spawn(port: number, { password, args = [], mode }: RedisServerOptions): Deno.ChildProcess {
  const address = ["--port", `${port}`, "--bind", "127.0.0.1"];
  const settings = mode === "sentinel"
    ? [emptyFile(`sentinel-${port}.conf`), "--sentinel", ...address]
    : [...address, "--save", "", "--appendonly", "no"];
  if (mode === "cluster") {
    const nodes = emptyFile(`nodes-${port}.conf`);
    settings.push("--cluster-enabled", "yes", "--cluster-port", `${freePort()}`, "--cluster-config-file", nodes);
  }
  if (password !== undefined) settings.push("--requirepass", password);
  try {
    return new Deno.Command("redis-server", { args: [...settings, ...args], stdout: "null", stderr: "null" }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(
      "The tests need redis-server: apt-get install redis-server (Debian, Ubuntu) or brew install redis (macOS).",
    );
  }
}

/** Some modes store their state in a file. */
function emptyFile(name: string): string {
  Deno.mkdirSync("dist", { recursive: true });
  Deno.writeTextFileSync(`dist/${name}`, "");
  return `dist/${name}`;
}

function handle(port: number, process: Deno.ChildProcess, password: string | undefined): RedisServer {
  const login = password === undefined ? "" : `:${encodeURIComponent(password)}@`;
  return {
    url: `redis://${login}127.0.0.1:${port}`,
    port,
    stop: () => end(process, "SIGTERM"),
    kill: () => end(process, "SIGKILL"),
    freeze: () => process.kill("SIGSTOP"),
    continue: () => process.kill("SIGCONT"),
    [Symbol.asyncDispose]: () => end(process, "SIGKILL"),
  };
}

async function end(process: Deno.ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  try {
    process.kill(signal);
    process.kill("SIGCONT");
  } catch {
    // It has ended already.
  }
  await process.status;
}

async function answers(port: number, process: Deno.ChildProcess): Promise<boolean> {
  let ended = false;
  const watch = process.status.then(() => ended = true);
  try {
    await until(async () => ended || await ping(port), START_DEADLINE_MS);
  } catch {
    return false;
  }
  if (ended) await watch;
  return !ended;
}

/** Any reply of Redis counts: a server with a password answers PING with an error. Another program may have the port. */
async function ping(port: number): Promise<boolean> {
  try {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(new TextEncoder().encode("PING\r\n"));
    const reply = new Uint8Array(64);
    const length = await connection.read(reply) ?? 0;
    return /^[+-]/.test(new TextDecoder().decode(reply.subarray(0, length)));
  } catch {
    return false;
  }
}
