/** The faults under the replicas: Redis is killed, frozen or flushed, a replica is restarted, tokens expire. */
import { rawClient, type RedisServer, startRedis } from "../support/redis_server.ts";
import type { Sandbox } from "../sandbox/mod.ts";
import type { Random } from "../sandbox/prng.ts";
import { median } from "./figures.ts";
import type { Ledger } from "./ledger.ts";
import type { Replica } from "./replicas.ts";

/** Every replica is ready again within this time after Redis' return. */
const RECOVERY_MS = 5_000;
/** The bound for a few recoveries, since callers, Redis and replicas share a busy machine. */
const BUSY_RECOVERY_MS = 3 * RECOVERY_MS;

/** Longer than any recovery; it only keeps a run from hanging. */
const PATIENCE_MS = 60_000;

const POLL_MS = 20;

/** What the outages need. */
export interface OutagesParts {
  redis: RedisServer;
  replicas: readonly Replica[];
  sandbox: Sandbox;
  random: Random;
  ledger: Ledger;
  /** Called before a replica ends and after it has started again. */
  onRestart: (replica: Replica, phase: "ends" | "started") => void;
}

/** Causes one fault at a time, each kind equally often. */
export class Outages implements AsyncDisposable {
  readonly #parts: OutagesParts;
  #redis: RedisServer;
  #rounds = 0;

  constructor(parts: OutagesParts) {
    this.#parts = parts;
    this.#redis = parts.redis;
  }

  /** Whether each kind of fault has come at least once. */
  get hasShownAll(): boolean {
    return this.#rounds > 0;
  }

  /** Runs until `isOver`, and completes the fault in progress. */
  async run(isOver: () => boolean, pauseMs: number): Promise<void> {
    const { random, ledger } = this.#parts;
    const outages = new Map<string, () => Promise<void>>([
      ["Redis killed", () => this.#kill()],
      ["Redis frozen", () => this.#freeze()],
      ["Redis flushed", () => this.#flush()],
      ["replica restarted", () => this.#restart()],
      ["tokens ended", () => Promise.resolve(this.#parts.sandbox.expireTokens())],
    ]);
    let left: string[] = [];
    await this.#pause(pauseMs, isOver);
    while (!isOver()) {
      if (left.length === 0) left = [...outages.keys()];
      const name = random.pick(left);
      left = left.filter((other) => other !== name);
      ledger.countFault(name);
      await outages.get(name)?.();
      if (left.length === 0) this.#rounds++;
      await this.#pause(pauseMs, isOver);
    }
  }

  /** Ends the present Redis. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#redis[Symbol.asyncDispose]();
  }

  async #kill(): Promise<void> {
    const { random, ledger } = this.#parts;
    const end = ledger.redisTrouble.open();
    await this.#redis.kill();
    await this.#sleep(random.between(300, 3_000));
    this.#redis = await startRedis({ port: this.#redis.port });
    await this.#awaitRecovery("killed");
    end();
  }

  async #freeze(): Promise<void> {
    const { random, ledger } = this.#parts;
    const end = ledger.redisTrouble.open();
    this.#redis.freeze();
    await this.#sleep(random.between(100, 2_000));
    this.#redis.continue();
    await this.#awaitRecovery("frozen");
    end();
  }

  /** Redis loses all entries without a notice. */
  async #flush(): Promise<void> {
    const end = this.#parts.ledger.redisTrouble.open();
    await using raw = rawClient(this.#redis);
    await raw.flushall();
    end();
  }

  /** Always restarts the last replica, so that the memory of the others can be watched for the whole run. */
  async #restart(): Promise<void> {
    const { replicas, ledger, onRestart } = this.#parts;
    const replica = replicas.at(-1);
    if (replica === undefined) return;
    const end = ledger.restarts.open();
    onRestart(replica, "ends");
    const code = await replica.restart();
    if (code !== 0) ledger.breach("recovery", `${replica.name} left with exit code ${code}`);
    onRestart(replica, "started");
    end();
  }

  async #awaitRecovery(what: string): Promise<void> {
    const { replicas, ledger } = this.#parts;
    const startedAt = performance.now();
    while (!(await Promise.all(replicas.map((replica) => replica.isReady()))).every(Boolean)) {
      if (performance.now() - startedAt > PATIENCE_MS) break;
      await this.#sleep(POLL_MS);
    }
    const milliseconds = performance.now() - startedAt;
    ledger.recoveries.push(milliseconds);
    if (milliseconds > BUSY_RECOVERY_MS || median(ledger.recoveries) > RECOVERY_MS) {
      ledger.breach("recovery", `${Math.round(milliseconds)} ms after Redis was ${what}`);
    }
  }

  async #pause(milliseconds: number, isOver: () => boolean): Promise<void> {
    const until = performance.now() + milliseconds;
    while (!isOver() && performance.now() < until) await this.#sleep(POLL_MS);
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  }
}
