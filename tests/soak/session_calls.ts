/** Clients of 2025 with forms: the question comes in the open stream, and its answer goes to any replica. */
import * as z from "zod";
import { planDestructive } from "./asking_calls.ts";
import type { Caller, CallPlan } from "./caller.ts";
import { failureText, neverConnected } from "./failures.ts";
import type { Replica } from "./replicas.ts";
import type { Posted, Unanswered } from "./wire.ts";

const CALL_MS = 32_000;

const requestEvent = z.looseObject({ id: z.union([z.string(), z.number()]), method: z.string() });

/** Opens a session, makes a destructive call in it, and says yes or no to the question. */
export async function askInSession(caller: Caller): Promise<void> {
  const headers = await openSession(caller);
  if (headers === undefined) return;
  const plan = planDestructive(caller, "2025", "asked in a session");
  const yes = caller.chance(0.7);
  if (yes) caller.ledger.approved.add(plan.label);
  const startedAt = Date.now();
  const posted = await new Conversation(caller, headers, yes).hold(plan);
  if (posted === undefined) return;
  const outcome = caller.judge(plan, posted, { startedAt, deadlineMs: CALL_MS });
  if (!yes && outcome.kind === "ok") caller.ledger.breach("yes", `done without a yes: ${plan.label}`);
}

async function openSession(caller: Caller): Promise<Record<string, string> | undefined> {
  const params = {
    protocolVersion: "2025-11-25",
    capabilities: { elicitation: {} },
    clientInfo: { name: "soak", version: "1.0.0" },
  };
  const message = { jsonrpc: "2.0", id: 0, method: "initialize", params };
  const posted = await caller.wire.post({ message, headers: caller.headers, giveUpMs: CALL_MS, pooled: true });
  if (typeof posted === "string") return undefined;
  const { sessionId } = posted;
  if (sessionId === undefined) caller.ledger.breach("code", `no session: ${posted.status} ${posted.text}`);
  return { ...caller.headers, "mcp-protocol-version": "2025-11-25", "mcp-session-id": sessionId ?? "" };
}

/** One call and its questions. */
class Conversation {
  readonly #caller: Caller;
  readonly #headers: Record<string, string>;
  readonly #yes: boolean;

  constructor(caller: Caller, headers: Record<string, string>, yes: boolean) {
    this.#caller = caller;
    this.#headers = headers;
    this.#yes = yes;
  }

  /** Undefined if the end of the call is counted already. */
  async hold(plan: CallPlan): Promise<Posted | Unanswered | undefined> {
    const { wire, ledger } = this.#caller;
    const leave = new AbortController();
    const signal = AbortSignal.any([leave.signal, AbortSignal.timeout(2 * CALL_MS)]);
    const params = { name: plan.name, arguments: plan.args };
    const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params };
    const replica = wire.next();
    const startedAt = performance.now();
    try {
      const response = await wire.open(replica, { message, headers: this.#headers, pooled: false }, signal);
      const text = await this.#read(response, leave);
      if (response.status === 503) return void await wire.turnedAway(replica, text);
      const contentType = response.headers.get("content-type") ?? "";
      return {
        status: response.status,
        contentType,
        sessionId: undefined,
        text,
        milliseconds: performance.now() - startedAt,
      };
    } catch (error) {
      if (leave.signal.aborted) return void ledger.count(plan.kind, "answer not taken");
      return signal.aborted ? "given up" : this.#failed(replica, error);
    }
  }

  async #read(response: Response, leave: AbortController): Promise<string> {
    let whole = "";
    let seen = 0;
    for await (const part of (response.body ?? new Blob([]).stream()).pipeThrough(new TextDecoderStream())) {
      whole += part;
      const lines = whole.split("\n").slice(0, -1);
      for (const line of lines.slice(seen)) await this.#take(line, leave);
      seen = lines.length;
    }
    return whole;
  }

  async #take(line: string, leave: AbortController): Promise<void> {
    if (!line.startsWith("data: ") || line.length === 6) return;
    const question = requestEvent.safeParse(JSON.parse(line.slice(6))).data;
    if (question === undefined) return;
    const askedAt = Date.now();
    const result = this.#yes ? { action: "accept", content: { approve: true } } : { action: "decline" };
    const message = { jsonrpc: "2.0", id: question.id, result };
    const { wire, ledger } = this.#caller;
    const posted = await wire.post({ message, headers: this.#headers, giveUpMs: CALL_MS, pooled: false });
    if (typeof posted !== "string" && posted.status === 202) return;
    const said = typeof posted === "string" ? posted : `${posted.status} ${posted.text}`;
    const now = Date.now();
    if (!ledger.redisTrouble.meets(askedAt - 5_000, now, 2_000) && !ledger.restarts.meets(askedAt, now, 2_000)) {
      ledger.breach("code", `an answer in a session was refused: ${said}`);
    }
    leave.abort();
  }

  #failed(replica: Replica, error: unknown): Unanswered {
    const now = Date.now();
    const { ledger } = this.#caller;
    if (!neverConnected(error) || !ledger.restarts.meets(now, now, 1_000)) {
      ledger.breach("connection", `session at ${replica.name}: ${failureText(error)}`);
    }
    ledger.refusedConnections++;
    return "lost";
  }
}
