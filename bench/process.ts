/** Starts what the bench measures and what it needs, each as a process of its own on cores of its own. */
import { freePort } from "../tests/support/free_port.ts";
import { denoServeArgs, mainArgs, type ProgramEnv, programEnv } from "../tests/support/process.ts";
import { generateKey } from "../src/crypto/keys.ts";
import denoJson from "../deno.json" with { type: "json" };
import { bundleProgram } from "../scripts/release/program.ts";
import { coresFor } from "./machine.ts";

/** A running process. Its disposal ends it. */
export interface BenchProcess extends AsyncDisposable {
  pid: number;
  /** Without a trailing slash. */
  url: string;
}

/** Where logs and requests are kept while the bench runs. */
export const FOLDER = "dist/bench";

const START_DEADLINE_MS = 120_000;
const POLL_MS = 5;

/** Only loads what the tests' lock file names. */
const BENCH_FLAGS = ["run", "--config", "tests/deno.json", "--cached-only", "--quiet", "--no-prompt"];

/** How a process is started. */
export interface Command {
  name: string;
  port: number;
  /** The words of the command, without its cores. */
  words: readonly string[];
  role: "server" | "driver" | "all";
  env?: Record<string, string>;
  /** A path that answers as soon as it serves. Without one, it serves when its port takes connections. */
  path?: string;
}

/** Starts a process whose log goes to a file, and waits until it serves. Tries again if it ends by itself. */
export async function start(command: Command, attempts = 3): Promise<BenchProcess> {
  const process = await startOnce(command);
  if (process !== undefined) return process;
  if (attempts > 1) return await start(command, attempts - 1);
  throw new Error(`${command.name} did not start: see ${FOLDER}/${command.name}.log`);
}

/** Undefined if it ends, or does not serve in time. */
async function startOnce({ name, port, words, role, env, path }: Command): Promise<BenchProcess | undefined> {
  const url = `http://127.0.0.1:${port}`;
  // `exec`, so that the process has the id of the shell.
  const script = `exec taskset -c ${coresFor(role)} "$@" >"${FOLDER}/${name}.log" 2>&1`;
  const child = new Deno.Command("sh", {
    args: ["-c", script, "sh", ...words],
    stdin: "null",
    stdout: "null",
    ...(env && { env }),
  }).spawn();
  let ended = false;
  const status = child.status.then(() => ended = true);
  const dispose = async () => {
    if (!ended) child.kill("SIGKILL");
    await status;
  };
  const endsAt = Date.now() + START_DEADLINE_MS;
  while (!await serves(port, url, path)) {
    if (ended || Date.now() > endsAt) {
      await dispose();
      return undefined;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return { pid: child.pid, url, [Symbol.asyncDispose]: dispose };
}

async function serves(port: number, url: string, path: string | undefined): Promise<boolean> {
  try {
    if (path === undefined) {
      using _connection = await Deno.connect({ hostname: "127.0.0.1", port });
      return true;
    }
    const response = await fetch(url + path);
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

/** The command of a server of the bench itself. */
export function ownCommand(name: string, role: "server" | "driver", args: readonly string[] = []): Command {
  const port = freePort();
  const flags = [...BENCH_FLAGS, "--allow-net=127.0.0.1", "--ignore-env", "--allow-read=."];
  return { name, port, role, words: ["deno", ...flags, `bench/${name}.ts`, String(port), ...args] };
}

/** Starts a server of the bench itself. */
export function startOwn(
  name: string,
  role: "server" | "driver",
  args: readonly string[] = [],
): Promise<BenchProcess> {
  return start(ownCommand(name, role, args));
}

/** A Redis for the bench, and what servers that share it have in common. */
export interface BenchRedis extends BenchProcess {
  /** The address for clients. */
  redisUrl: string;
  encryptionKey: string;
}

/** Starts a Redis that keeps nothing on disk. */
export async function startRedis(): Promise<BenchRedis> {
  const port = freePort();
  const settings = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const words = ["redis-server", "--port", String(port), ...settings];
  const process = await start({ name: "redis", port, words, role: "driver" });
  return { ...process, redisUrl: `redis://127.0.0.1:${port}`, encryptionKey: generateKey() };
}

/**
 * The environment of the server that is measured: as in production, with a log at INFO in JSON. The bench's few customers
 * call more often than real ones, so the limit on each customer's requests to Cloudways is out of the way.
 */
function serverEnv(upstream: BenchProcess, port: number, redis: BenchRedis | undefined): ProgramEnv {
  return {
    PORT: String(port),
    CLOUDWAYS_API_BASE_URL: `${upstream.url}/api/v2`,
    LOG_LEVEL: "INFO",
    LOG_FORMAT: "json",
    RATE_LIMIT_REQUESTS: "1000000",
    // So that operations can be started by the thousand.
    CONFIRM: "off",
    ...(redis && { REDIS_URL: redis.redisUrl, ENCRYPTION_KEY: redis.encryptionKey }),
  };
}

/** How our server is started. */
export interface ServerOptions {
  upstream: BenchProcess;
  /** Where state is kept; without one, in the process. */
  redis?: BenchRedis;
  /** By default the one core of a server. */
  role?: "server" | "all";
  /** As several threads of `deno serve --parallel`. */
  workers?: number;
  /** The program as one file, of {@linkcode bundled}; by default it runs from its source. */
  file?: string;
}

/** Makes one file of the program, or of one of the bench, as releases do, and returns its path. */
export async function bundled(program?: string): Promise<string> {
  const file = `${FOLDER}/${program ?? "main"}.js`;
  await bundleProgram(file, {}, program && `bench/${program}.ts`);
  return file;
}

/** One file needs nothing of the project. */
const ALONE = ["--no-config", "--no-lock", "--no-remote", "--no-npm"];

/** The same arguments of `deno` for the program as one file. */
function withFile(args: readonly string[], file: string): string[] {
  const unstable = denoJson.unstable.map((feature) => `--unstable-${feature}`);
  return args.flatMap((arg) => arg === "--frozen" ? [...ALONE, ...unstable] : arg === "main.ts" ? [file] : [arg]);
}

/** The command of a server of the bench as one file. */
export function fileCommand(name: string, role: "server" | "driver", file: string): Command {
  const port = freePort();
  const flags = [...ALONE, "--quiet", "--no-prompt", "--allow-net=127.0.0.1", "--ignore-env"];
  return { name, port, role, words: ["deno", "run", ...flags, file, String(port)] };
}

/** Starts our server with the permissions that `deno task start` gives it. */
export async function startServer(name: string, options: ServerOptions): Promise<BenchProcess> {
  return await start(await serverCommand(name, options));
}

/** The command of our server. */
export async function serverCommand(name: string, options: ServerOptions): Promise<Command> {
  const { upstream, redis, role = "server", workers, file } = options;
  const port = freePort();
  const env = serverEnv(upstream, port, redis);
  const fromSource = workers === undefined ? await mainArgs(["serve"], env) : await denoServeArgs(env);
  const args = file === undefined ? fromSource : withFile(fromSource, file);
  const words = ["deno", ...args.slice(0, 1), ...(workers === undefined ? [] : ["--parallel"]), ...args.slice(1)];
  const jobs = workers === undefined ? {} : { DENO_JOBS: String(workers) };
  return { name, port, words, role, env: { ...programEnv(env), ...jobs }, path: "/health" };
}
