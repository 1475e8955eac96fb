import { nextTick } from "node:process";
import type { Redis, RedisOptions } from "ioredis";
import { CommonDeadline } from "../../async/common_deadline.ts";
import { within } from "../../async/within.ts";
import { ping, type RedisClient, type RedisCommand, withScripts } from "./commands.ts";
import { explainFailure, isTimeout, timeoutError, withoutArguments, WrongReplyError } from "./error_replies.ts";
import type { RefusalWatch } from "./refusals.ts";
import { StoreError } from "../store.ts";

/** Called when Redis goes away (with the reason), and when it is back. */
export type StateListener = (up: boolean, reason?: string) => void;

type ClientOptions = Omit<RedisOptions, "replyMapping">;

/** Most milliseconds that {@linkcode RedisConnection.open} takes, including name resolution and handshakes. */
const OPEN_DEADLINE_MS = 1800;

/** How long closing waits for a peer that doesn't hang up. */
const HANG_UP_MS = 100;

/** Most milliseconds that a command takes. */
const COMMAND_TIMEOUT_MS = 250;

/** With these settings every command of ioredis succeeds or fails within a bounded time, in any state of Redis. */
const SETTINGS: ClientOptions = {
  lazyConnect: true,
  connectTimeout: 1000,
  commandTimeout: COMMAND_TIMEOUT_MS,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  // ioredis' own check sends INFO, and writes to the console if the user may not; ours sends PING.
  enableReadyCheck: false,
  disconnectTimeout: HANG_UP_MS,
};

/** A connection to Redis. It reconnects by itself, and fails every command at once while Redis is away. */
export class RedisConnection {
  readonly #client: RedisClient;
  readonly #address: string;
  readonly #onStateChange: StateListener | undefined;
  /** For our commands. ioredis has a timer for each, which costs as much as the command. */
  readonly #deadline = new CommonDeadline(COMMAND_TIMEOUT_MS);
  #refusals: RefusalWatch | undefined;
  #phase: "opening" | "open" | "closed" = "opening";
  #up = false;
  #probing = false;
  /** Counts connections, so that a check notices when its connection was replaced. */
  #readyCount = 0;
  /** How many connections in a row failed the check; for ioredis they are successes, so its own back-off would not grow. */
  #failedChecks = 0;
  #lastError: unknown;
  #closing: Promise<void> | undefined;

  private constructor(Client: typeof Redis, url: string, onStateChange: StateListener | undefined) {
    const target = parseRedisUrl(url);
    this.#address = target.host?.includes(":") ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`;
    this.#onStateChange = onStateChange;
    this.#client = withScripts(
      new Client({
        ...SETTINGS,
        ...target,
        retryStrategy: (attempt) => this.#phase === "open" ? backoffMs(attempt + this.#failedChecks) : null,
      }),
    );
    this.#client.on("error", (error) => this.#lastError = error);
    this.#client.on("ready", () => {
      delete this.#client.options.commandTimeout;
      this.#onReady();
    });
    this.#client.on("close", () => {
      // While it connects, ioredis sends commands of its own.
      this.#client.options.commandTimeout = COMMAND_TIMEOUT_MS;
      this.#onClose();
    });
  }

  /**
   * Connects, or fails with a StoreError that names the cause. ioredis takes a part of the start and of the memory, so only
   * processes that use Redis load it.
   */
  static async open(url: string, onStateChange?: StateListener): Promise<RedisConnection> {
    const { Redis } = await import("ioredis");
    const connection = new RedisConnection(Redis, url, onStateChange);
    try {
      await within(OPEN_DEADLINE_MS, connection.#connect(), late);
    } catch (error) {
      const failure = connection.#failure(connection.#lastError ?? error);
      await connection.close();
      throw failure;
    }
    connection.#phase = "open";
    connection.#up = true;
    return connection;
  }

  /** Reports the results of all further commands to a watch. Connections may share one watch. */
  watch(refusals: RefusalWatch): void {
    this.#refusals = refusals;
  }

  /**
   * Runs one command. Fails with a StoreError, at the latest after the command timeout, and also if the reply does not match
   * the command's schema.
   */
  async run<T>(command: RedisCommand<T>): Promise<T> {
    if (this.#phase === "closed") throw new StoreError("The store is closed.");
    if (!this.#up) throw new StoreError(`Redis at ${this.#address} is not connected.`);
    try {
      const { data, success } = command.reply.safeParse(await this.#send(command));
      if (!success) throw new WrongReplyError(command.name);
      this.#refusals?.succeeded(command, data);
      return data;
    } catch (error) {
      if (isTimeout(error)) this.#probe();
      const failure = this.#failure(error);
      this.#refusals?.failed(command.name, error, failure.message);
      throw failure;
    }
  }

  /** Sends a command. All that is sent in one turn of the event loop goes out with one write, which costs most. */
  #send(command: Pick<RedisCommand<unknown>, "send">): Promise<unknown> {
    const { stream } = this.#client;
    if (stream.writableCorked === 0) {
      stream.cork();
      nextTick(() => stream.uncork());
    }
    return this.#deadline.wait(command.send(this.#client), late);
  }

  /** The error of this Redis; `what` is the rest of the sentence. Holds neither user nor password. */
  failure(what: string, cause?: unknown): StoreError {
    return new StoreError(`Redis at ${this.#address} ${what}.`, { cause });
  }

  /** Listens to the channels that this connection is subscribed to. A reconnect ends the subscriptions. */
  onMessage(listener: (channel: string, text: string) => void): void {
    this.#client.on("message", listener);
  }

  /** Waits for the commands under way, then ends the connection and every timer. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#phase = "closed";
    if (this.#client.status === "ready") await this.#deadline.wait(this.#client.quit(), late).catch(() => {});
    this.#deadline[Symbol.dispose]();
    if (this.#client.status === "end") return;
    const ended = new Promise<void>((resolve) => this.#client.once("end", resolve));
    this.#client.disconnect();
    // Between two attempts to connect there is no "end" event; then ioredis' own timer fires just before ours.
    await within(HANG_UP_MS + 50, ended, () => {});
  }

  /**
   * Drops a connection on which a PING gets no answer, so that ioredis reconnects. Otherwise unanswered commands would pile
   * up. One late answer is no reason to drop it: this process may have stood still.
   */
  async #probe(): Promise<void> {
    if (this.#probing || this.#client.status !== "ready") return;
    this.#probing = true;
    try {
      await this.#deadline.wait(this.#client.ping(), late);
    } catch (error) {
      if (!isTimeout(error) || this.#phase !== "open" || this.#client.status !== "ready") return;
      this.#lastError = error;
      this.#client.disconnect(true);
    } finally {
      this.#probing = false;
    }
  }

  async #connect(): Promise<void> {
    await this.#client.connect();
    // ioredis goes on in database 0 if the requested one does not exist; for us that is a failure.
    if (this.#lastError !== undefined) throw this.#lastError;
    await this.#check();
  }

  /** Sends a PING: a Redis that still loads its data, or asks for a password, accepts connections but refuses PING. */
  async #check(): Promise<void> {
    const { name, send, reply } = ping();
    if (!reply.safeParse(await this.#deadline.wait(send(this.#client), late)).success) throw new WrongReplyError(name);
  }

  async #onReady(): Promise<void> {
    if (this.#phase !== "open" || this.#up) return;
    const connectionNumber = ++this.#readyCount;
    const isCurrent = () =>
      connectionNumber === this.#readyCount && this.#phase === "open" && this.#client.status === "ready";
    try {
      await this.#check();
    } catch (error) {
      if (!isCurrent()) return;
      this.#lastError = error;
      this.#failedChecks++;
      this.#client.disconnect(true);
      return;
    }
    if (!isCurrent()) return;
    this.#up = true;
    this.#failedChecks = 0;
    this.#lastError = undefined;
    this.#onStateChange?.(true);
  }

  #onClose(): void {
    if (this.#phase !== "open" || !this.#up) return;
    this.#up = false;
    this.#onStateChange?.(false, this.#failure(this.#lastError).message);
  }

  #failure(error: unknown): StoreError {
    const encrypted = this.#client.options.tls !== undefined;
    const opening = this.#phase === "opening";
    return this.failure(explainFailure(error, { encrypted, opening }), withoutArguments(error));
  }
}

/** Parses a Redis address. ioredis itself would also take settings from the query. */
function parseRedisUrl(text: string): ClientOptions {
  const url = URL.parse(text);
  const db = /^\/?(\d*)$/.exec(url?.pathname ?? "-")?.[1];
  if (url === null || db === undefined || !/^rediss?:$/.test(url.protocol) || url.hostname === "") {
    throw new StoreError("The Redis address is not of the form redis[s]://[user:password@]host[:port][/db].");
  }
  const options: ClientOptions = {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || 6379),
    db: Number(db),
  };
  if (url.username !== "") options.username = decode(url.username);
  if (url.password !== "") options.password = decode(url.password);
  if (url.protocol === "rediss:") options.tls = {};
  return options;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new StoreError("The user or password in the Redis address is not percent-encoded correctly.", { cause });
  }
}

/** The waits between attempts double up to a second. The random part keeps replicas from connecting all at once. */
function backoffMs(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 6), 1000) + Math.floor(Math.random() * 100);
}

function late(): never {
  throw timeoutError();
}
