/** Two replicas in separate processes, and their logs. */
import { freePort } from "../support/free_port.ts";
import { type ProgramEnv, type ServerProcess, startServer } from "../support/process.ts";

/** One replica, across its processes. Keeps its port when it is restarted. */
export class Replica implements AsyncDisposable {
  readonly name: string;
  readonly #env: ProgramEnv;
  readonly #pastLogs: string[] = [];
  /** Keeps no connection open, so that none counts as one of the replica. */
  readonly #client = Deno.createHttpClient({ poolMaxIdlePerHost: 0, http2: false });
  #server: ServerProcess;

  private constructor(name: string, env: ProgramEnv, server: ServerProcess) {
    this.name = name;
    this.#env = env;
    this.#server = server;
  }

  /** Starts one on a free port. */
  static async start(name: string, env: ProgramEnv): Promise<Replica> {
    const whole = { ...env, PORT: String(freePort()) };
    return new Replica(name, whole, await startServer("deno run", whole));
  }

  /** Without a trailing slash. */
  get url(): string {
    return this.#server.url;
  }

  get mcpUrl(): URL {
    return this.#server.mcpUrl;
  }

  get pid(): number {
    return this.#server.program.pid;
  }

  /** Everything that its processes have logged, oldest first. */
  get log(): string {
    return [...this.#pastLogs, this.#server.program.stderr].join("");
  }

  /** Sends one request over a new connection. */
  fetch(path: string, init: RequestInit): Promise<Response> {
    return fetch(`${this.url}${path}`, { ...init, client: this.#client });
  }

  /** Whether it is ready. */
  async isReady(): Promise<boolean> {
    try {
      const response = await this.fetch("/ready", { signal: AbortSignal.timeout(2_000) });
      await response.body?.cancel();
      return response.status === 200;
    } catch {
      return false;
    }
  }

  /** Ends it as an orchestrator does, and starts it again. Returns the exit code. */
  async restart(): Promise<number> {
    const code = await this.#end();
    this.#server = await startServer("deno run", this.#env);
    return code;
  }

  async #end(): Promise<number> {
    const { program } = this.#server;
    program.signal("SIGTERM");
    const { code, stderr } = await program.ended();
    this.#pastLogs.push(stderr);
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.close();
    await this.#server[Symbol.asyncDispose]();
  }
}
