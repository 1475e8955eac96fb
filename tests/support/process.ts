/** Runs the program as users do: in a separate process, under the permissions that its configuration needs. */
import { VARIABLE_NAMES } from "../../src/config.ts";
import { freePort } from "./free_port.ts";
import { within } from "./within.ts";

/** Where the project lies. */
const ROOT = new URL("../../", import.meta.url);

/** Longer than anything here takes, including the download of a package; it only keeps a test from hanging. */
const DEADLINE_MS = 180_000;

/** Variables of the program. Others count as unset, even if the tests' environment has them. */
export type ProgramEnv = Readonly<Record<string, string>>;

/** The result of a process that has ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** A running process. Its disposal asks it to end and waits until it has. */
export class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output = { stdout: "", stderr: "" };
  readonly #reading: Promise<unknown>;
  readonly #readers: { stdout?: ReadableStreamDefaultReader<string>; stderr?: ReadableStreamDefaultReader<string> } =
    {};
  #onOutput = Promise.withResolvers<void>();
  #isRead = Promise.resolve();
  #ended = false;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.#reading = Promise.all([this.#read("stdout"), this.#read("stderr")]).then(() => {
      this.#ended = true;
      this.#onOutput.resolve();
    });
  }

  /** Starts a command in the project's folder. */
  static start(command: string, args: readonly string[], env: ProgramEnv = {}): Program {
    const child = new Deno.Command(command, {
      args: [...args],
      cwd: ROOT,
      env: programEnv(env),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new Program(child);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Everything it has written to standard output so far. */
  get stdout(): string {
    return this.#output.stdout;
  }

  /** Everything it has written to standard error so far. */
  get stderr(): string {
    return this.#output.stderr;
  }

  /** Resolves with the first match in an output; throws if the process ends, or if none comes in time. */
  async waitFor(pattern: RegExp, output: "stdout" | "stderr" = "stderr"): Promise<RegExpExecArray> {
    return await within(DEADLINE_MS, this.#find(pattern, output), `It does not say ${pattern}.`);
  }

  /** Writes to its standard input. */
  async write(text: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(text));
  }

  /** Ends its standard input. */
  async closeInput(): Promise<void> {
    await this.#input.close();
  }

  /** Stops reading its outputs, so that its writes fill the pipes. Returns a function that resumes reading. */
  stall(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#isRead = promise;
    return resolve;
  }

  /** Closes its standard output: its writes there fail. */
  async closeOutput(): Promise<void> {
    await this.#readers.stdout?.cancel();
  }

  /** Whether it has ended. */
  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Sends it a signal, unless it has ended already. */
  signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Waits until it has ended. */
  async ended(deadlineMs = DEADLINE_MS): Promise<Ended> {
    const { code } = await within(deadlineMs, this.#child.status, "It does not end.");
    await this.#reading;
    return { code, ...this.#output };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGTERM");
    await this.#input.close().catch(() => {});
    try {
      await this.ended();
    } catch (error) {
      this.signal("SIGKILL");
      throw error;
    }
  }

  async #find(pattern: RegExp, output: "stdout" | "stderr"): Promise<RegExpExecArray> {
    while (true) {
      const news = this.#onOutput.promise;
      const match = pattern.exec(this.#output[output]);
      if (match !== null) return match;
      if (this.#ended) throw new Error(`It ended without saying ${pattern}:\n${this.#output.stderr}`);
      await news;
    }
  }

  async #read(output: "stdout" | "stderr"): Promise<void> {
    const reader = this.#child[output].pipeThrough(new TextDecoderStream()).getReader();
    this.#readers[output] = reader;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      this.#output[output] += next.value;
      this.#onOutput.resolve();
      this.#onOutput = Promise.withResolvers();
      await this.#isRead;
    }
  }
}

/** Runs a command to its end. */
export async function run(
  command: string,
  args: readonly string[],
  options: { env?: ProgramEnv; input?: string; deadlineMs?: number } = {},
): Promise<Ended> {
  await using program = Program.start(command, args, options.env);
  if (options.input !== undefined) await program.write(options.input);
  await program.closeInput();
  return await program.ended(options.deadlineMs);
}

/** The flags that `scripts/permissions.ts` prints for a command under an environment. */
export async function permissionFlags(command: string, env: ProgramEnv = {}): Promise<string[]> {
  const { code, stdout, stderr } = await run("deno", [...PERMISSIONS_SCRIPT, command], { env });
  if (code !== 0) throw new Error(`scripts/permissions.ts failed:\n${stderr}`);
  return stdout.split(" ");
}

/** The flags of the tasks: only what the lock file names, from the cache. */
export const LOCKED: readonly string[] = ["--frozen", "--cached-only", "--deny-import"];

/** How `scripts/permissions.ts` is run, up to the name of the command. */
export const PERMISSIONS_SCRIPT: readonly string[] = [
  "run",
  ...LOCKED,
  "--quiet",
  "--no-prompt",
  "-P=config",
  "scripts/permissions.ts",
];

/** Runs `main.ts` to its end, under the permissions of a command. */
export async function runMain(args: readonly string[], env: ProgramEnv = {}): Promise<Ended> {
  return await run("deno", await mainArgs(args, env), { env });
}

/** Starts `main.ts` under the permissions of a command. */
export async function startMain(args: readonly string[], env: ProgramEnv = {}): Promise<Program> {
  return Program.start("deno", await mainArgs(args, env), env);
}

/** What follows `deno` to run `main.ts` with the permissions of its command. */
export async function mainArgs(args: readonly string[], env: ProgramEnv = {}): Promise<string[]> {
  const flags = [...LOCKED, "--quiet", "--no-prompt", ...await permissionFlags(args[0] ?? "serve", env)];
  return ["run", ...flags, "main.ts", ...args];
}

/** A server in a separate process. */
export interface ServerProcess extends AsyncDisposable {
  program: Program;
  /** Without a trailing slash. */
  url: string;
  mcpUrl: URL;
}

/** The ways to start a server. */
export type ServerKind = "deno run" | "deno task start" | "deno serve";

/** Starts a server on a free port, and resolves when it listens. */
export async function startServer(kind: ServerKind, env: ProgramEnv = {}): Promise<ServerProcess> {
  const port = env.PORT ?? String(freePort());
  const program = await starters[kind]({ ...env, PORT: port });
  try {
    await program.waitFor(/listening/i);
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
  const url = `http://127.0.0.1:${port}`;
  return { program, url, mcpUrl: new URL(`${url}/mcp`), [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}

const starters: Record<ServerKind, (env: ProgramEnv) => Promise<Program>> = {
  "deno run": (env) => startMain(["serve"], env),
  "deno task start": (env) => Promise.resolve(Program.start("deno", ["task", "start"], env)),
  "deno serve": async (env) => Program.start("deno", await denoServeArgs(env), env),
};

/** What follows `deno` to run `serve.ts`. */
export async function denoServeArgs(env: ProgramEnv): Promise<string[]> {
  const address = ["--host", "127.0.0.1", "--port", env.PORT ?? "7000"];
  return ["serve", ...LOCKED, "--no-prompt", ...address, ...await permissionFlags("serve", env), "serve.ts"];
}

/** Every variable of the program, since the child inherits the others. Empty ones count as unset. */
export function programEnv(env: ProgramEnv): Record<string, string> {
  const unset = Object.fromEntries(VARIABLE_NAMES.map((name) => [name, ""]));
  // Deno reads these by itself, and complains of empty ones.
  const { OTEL_DENO = "false" } = env;
  const otel = {
    OTEL_DENO,
    OTEL_DENO_TRACING: OTEL_DENO,
    OTEL_DENO_METRICS: OTEL_DENO,
    OTEL_DENO_CONSOLE: "ignore",
    OTEL_SDK_DISABLED: "false",
  };
  return { ...unset, ...otel, NO_COLOR: "1", ...env };
}

/** The variables that a child without inherited ones needs, if the tests may read them. */
export function inheritedEnv(): Record<string, string> {
  const names = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME"];
  const pairs = names.map((name) => [name, Deno.env.get(name)] as const);
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[1] !== undefined));
}
