/** Counts the commands that a Redis server carries out, as its MONITOR shows them. */
import type { RedisAddress } from "./redis_server.ts";

/** The commands of some time. */
export interface RedisWork {
  /** How often each command was sent. */
  redis: Record<string, number>;
  /** How many commands scripts carried out. */
  inScripts: number;
}

/** `+1764590000.123456 [0 127.0.0.1:50000] "get" "key"`; the source of a command in a script is `lua`. */
const LINE = /^\+[\d.]+ \[\d+ ([^\]]+)\] "(\w+)"(?: "([^"]*)")?/;

/** Watches one server, over plain connections, so that watching uses no client library whose work would count too. */
export class RedisWatch implements AsyncDisposable {
  readonly #monitor: Deno.TcpConn;
  readonly #marker: Deno.TcpConn;
  readonly #reading: Promise<void>;
  #counts: RedisWork = { redis: {}, inScripts: 0 };
  #marks = 0;
  #onMark = Promise.withResolvers<void>();

  private constructor(monitor: Deno.TcpConn, marker: Deno.TcpConn) {
    this.#monitor = monitor;
    this.#marker = marker;
    this.#reading = this.#read();
  }

  /** Begins to watch. */
  static async start({ port }: RedisAddress): Promise<RedisWatch> {
    const address = { hostname: "127.0.0.1", port };
    const monitor = await Deno.connect(address);
    await send(monitor, "MONITOR");
    const watch = new RedisWatch(monitor, await Deno.connect(address));
    await watch.take();
    return watch;
  }

  /** The commands since the last call. */
  async take(): Promise<RedisWork> {
    this.#onMark = Promise.withResolvers();
    await send(this.#marker, `ECHO mark-${++this.#marks}`);
    await this.#marker.read(new Uint8Array(64));
    await this.#onMark.promise;
    const counts = this.#counts;
    this.#counts = { redis: {}, inScripts: 0 };
    return counts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#marker.close();
    this.#monitor.close();
    await this.#reading;
  }

  async #read(): Promise<void> {
    let rest = "";
    try {
      for await (const text of this.#monitor.readable.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + text).split("\r\n");
        rest = lines.pop() ?? "";
        for (const line of lines) this.#count(line);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.Interrupted || error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  #count(line: string): void {
    const [, source, word = "", first] = LINE.exec(line) ?? [];
    const name = word.toLowerCase();
    if (source === undefined) return;
    if (first === `mark-${this.#marks}`) this.#onMark.resolve();
    else if (source === "lua") this.#counts.inScripts++;
    else if (name !== "echo") this.#counts.redis[name] = (this.#counts.redis[name] ?? 0) + 1;
  }
}

async function send(connection: Deno.TcpConn, command: string): Promise<void> {
  const writer = connection.writable.getWriter();
  await writer.write(new TextEncoder().encode(`${command}\r\n`));
  writer.releaseLock();
}
