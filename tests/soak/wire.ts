/** Posts to one of the replicas as a client behind a load balancer does, and records network failures. */
import { failureText, neverConnected } from "./failures.ts";
import type { Ledger } from "./ledger.ts";
import type { Replica } from "./replicas.ts";

/** What is posted. */
export interface Post {
  message: unknown;
  headers: Record<string, string>;
  /** Ends the exchange when the client leaves. */
  leave?: AbortSignal | undefined;
  /** Milliseconds after which an answer counts as missing. */
  giveUpMs: number;
  /** Over a kept connection. Deno resends a request if such a connection breaks, so never for a write. */
  pooled: boolean;
}

/** What came back. */
export interface Posted {
  status: number;
  contentType: string;
  sessionId: string | undefined;
  text: string;
  /** Milliseconds from sending to the whole answer. */
  milliseconds: number;
}

/** How an exchange can end without an answer. */
export type Unanswered = "left" | "lost" | "given up";

const RETRY_MS = 20;
const MCP_PATH = "/mcp";

/** The error for an answer to a question that Redis does not take. */
const NOT_PASSED_ON = "could not be passed on";

/** The connections from callers to replicas. */
export class Wire implements Disposable {
  readonly #replicas: readonly Replica[];
  readonly #ledger: Ledger;
  readonly #pooled = Deno.createHttpClient({ poolMaxIdlePerHost: 16 });
  /** Replicas that are ending or gone, as far as a load balancer knows. */
  readonly #away = new Set<Replica>();
  #turn = 0;
  #closed = false;

  constructor(replicas: readonly Replica[], ledger: Ledger) {
    this.#replicas = replicas;
    this.#ledger = ledger;
  }

  /** The replica whose turn it is, among those that take work. */
  next(): Replica {
    const there = this.#replicas.filter((replica) => !this.#away.has(replica));
    const replica = there[this.#turn++ % there.length] ?? this.#replicas[0];
    if (replica === undefined) throw new RangeError("There is no replica");
    return replica;
  }

  /**
   * Posts to `/mcp` until a replica takes it. A request that breaks off in the middle is lost: it must not be sent
   * again.
   */
  async post(post: Post): Promise<Posted | Unanswered> {
    const gone = AbortSignal.timeout(post.giveUpMs);
    const signal = post.leave === undefined ? gone : AbortSignal.any([gone, post.leave]);
    while (!signal.aborted) {
      const replica = this.next();
      const startedAt = performance.now();
      try {
        const response = await this.open(replica, post, signal);
        const text = await response.text();
        if (response.status === 503) await this.turnedAway(replica, text);
        else return describe(response, text, performance.now() - startedAt);
      } catch (error) {
        if (signal.aborted) break;
        if (!await this.#mayGoOn(replica, error)) return "lost";
      }
    }
    return post.leave?.aborted === true ? "left" : "given up";
  }

  /** Posts to `/mcp` of this replica, and resolves when the answer begins. */
  open(replica: Replica, { message, headers, pooled }: Omit<Post, "giveUpMs">, signal: AbortSignal): Promise<Response> {
    const init = {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
      body: JSON.stringify(message),
      signal,
    };
    return pooled ? fetch(replica.mcpUrl, { ...init, client: this.#pooled }) : replica.fetch(MCP_PATH, init);
  }

  /**
   * A refusal before any work, or of an answer to a question without Redis. The load here never overloads a replica.
   */
  async turnedAway(replica: Replica, text: string): Promise<void> {
    this.#ledger.turnedAway++;
    const now = Date.now();
    if (text.includes(NOT_PASSED_ON)) this.#ledger.missedRedis(now);
    else if (!this.#ledger.restarts.meets(now, now, 1_000)) {
      this.#ledger.breach("connection", `${replica.name} refuses work although nothing restarts: ${text}`);
    }
    if (this.#ledger.restarts.isOpen) this.#leaveOut(replica);
    await pause();
  }

  /** Closes the kept connections. */
  [Symbol.dispose](): void {
    this.#closed = true;
    this.#pooled.close();
  }

  /** Sends nothing there until the replica is ready. */
  #leaveOut(replica: Replica): void {
    if (this.#away.has(replica)) return;
    this.#away.add(replica);
    this.#watch(replica).catch((error) => this.#ledger.breach("connection", String(error)));
  }

  async #watch(replica: Replica): Promise<void> {
    while (!this.#closed && !await replica.isReady()) await pause();
    this.#away.delete(replica);
  }

  /** Whether the exchange never began. */
  async #mayGoOn(replica: Replica, error: unknown): Promise<boolean> {
    const refused = neverConnected(error);
    const now = Date.now();
    if (!refused || !this.#ledger.restarts.meets(now, now, 1_000)) {
      this.#ledger.breach("connection", `${replica.name}: ${failureText(error)}`);
    }
    if (!refused) return false;
    this.#ledger.refusedConnections++;
    this.#leaveOut(replica);
    await pause();
    return true;
  }
}

function describe(response: Response, text: string, milliseconds: number): Posted {
  return {
    status: response.status,
    contentType: response.headers.get("content-type") ?? "",
    sessionId: response.headers.get("mcp-session-id") ?? undefined,
    text,
    milliseconds,
  };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, RETRY_MS));
}
