/** One client of a customer: makes calls and checks every answer against the contract. */
import { StoreError } from "../../src/store/store.ts";
import { storeAwayError } from "../../src/store/away.ts";
import { ACCOUNTS, type TestCustomer } from "../support/customers.ts";
import { createRandom, type Random, seedFrom } from "../sandbox/prng.ts";
import type { AppState, ServerState } from "../sandbox/mod.ts";
import type { Ledger } from "./ledger.ts";
import { headersOf, lastMessage, type Meaning, meaningOf, messageOf, type WireCall } from "./messages.ts";
import type { Posted, Unanswered, Wire } from "./wire.ts";

/** A call without a wait answers within this time; others within this plus their wait. */
const PROMISED_MS = 30_000;
/** What the network and a busy machine may add to it. */
const SLACK_MS = 5_000;

/** The error of a call that needs Redis while Redis does not answer. */
const STORE_AWAY = storeAwayError(new StoreError("")).message;

/** The kind under which calls with made-up credentials are counted. */
export const WRONG_CREDENTIALS = "wrong credentials";

/** The outcome of a call. */
export type Outcome = Meaning | { kind: Unanswered };

/** A call, and how it is counted. */
export interface CallPlan extends WireCall {
  /** The kind under which it is counted. */
  kind: string;
  /** The label that identifies a write at Cloudways. */
  label?: string;
  headers?: Record<string, string>;
  /** The client leaves after this many milliseconds. */
  leaveAfterMs?: number;
}

/** What a caller is made of. */
export interface CallerParts {
  index: number;
  seed: number;
  customers: readonly TestCustomer[];
  wire: Wire;
  ledger: Ledger;
}

/** Makes calls about one application, with one customer's credentials, one after the other. */
export class Caller {
  readonly random: Random;
  readonly headers: Record<string, string>;
  readonly app: AppState;
  readonly server: ServerState;
  readonly wire: Wire;
  readonly ledger: Ledger;
  /** Operations that this caller has started, newest last. */
  readonly operations: string[] = [];
  readonly #word: string;
  readonly #name: string;
  #labels = 0;

  constructor({ index, seed, customers, wire, ledger }: CallerParts) {
    const customer = customers[index % customers.length];
    if (customer === undefined) throw new RangeError("There is no customer");
    const round = Math.floor(index / customers.length);
    const apps = customer.account.servers.flatMap((server) => server.apps.map((app) => ({ server, app })));
    const place = apps[round % apps.length];
    if (place === undefined) throw new RangeError("There is no application");
    this.random = createRandom(seedFrom(`caller ${index}`, seed));
    this.headers = round % 2 === 0 ? customer.headers.token : customer.headers.key;
    this.#word = customer.word.toLowerCase();
    this.#name = `${seed}-${index}`;
    this.wire = wire;
    this.ledger = ledger;
    this.app = place.app;
    this.server = place.server;
  }

  /** A label that no other call of any caller has. */
  newLabel(): string {
    return `soak-${this.#name}-${++this.#labels}`;
  }

  /** True with this probability. */
  chance(share: number): boolean {
    return this.random.next() < share;
  }

  /** Makes a call and counts how it ended. */
  async call(plan: CallPlan): Promise<Outcome> {
    const startedAt = Date.now();
    const waitMs = typeof plan.args.wait_seconds === "number" ? plan.args.wait_seconds * 1000 : 0;
    const posted = await this.wire.post({
      message: messageOf(plan),
      headers: { ...headersOf(plan), ...(plan.headers ?? this.headers) },
      giveUpMs: 2 * PROMISED_MS + waitMs,
      leave: plan.leaveAfterMs === undefined ? undefined : AbortSignal.timeout(plan.leaveAfterMs),
      pooled: plan.label === undefined,
    });
    return this.judge(plan, posted, { startedAt, deadlineMs: PROMISED_MS + waitMs });
  }

  /** Counts the end of a call, and checks that it is allowed. */
  judge(
    plan: Pick<CallPlan, "kind" | "name" | "label">,
    posted: Posted | Unanswered,
    { startedAt, deadlineMs }: { startedAt: number; deadlineMs: number },
  ): Outcome {
    const { kind, name } = plan;
    if (typeof posted === "string") {
      this.ledger.count(kind, posted);
      if (posted === "given up") this.ledger.breach("answered", `${kind} ${name}: no answer`);
      return { kind: posted };
    }
    this.ledger.latencies.push(posted.milliseconds);
    if (posted.milliseconds > deadlineMs + SLACK_MS) {
      this.ledger.breach("answered", `${kind} ${name} took ${Math.round(posted.milliseconds)} ms`);
    }
    const meaning = meaningOf(lastMessage(posted.text, posted.contentType));
    this.ledger.count(kind, outcomeName(meaning));
    this.#judgeMeaning(plan, meaning, posted, startedAt);
    this.judgeText(posted.text);
    return meaning;
  }

  /** Looks for what must not be in an answer to this customer. */
  judgeText(text: string): void {
    const lower = text.toLowerCase();
    if (lower.includes("canary-")) this.ledger.breach("foreign", `a secret: ${around(lower, "canary-")}`);
    for (const { label } of ACCOUNTS) {
      const word = label.toLowerCase();
      if (word === this.#word || !lower.includes(word)) continue;
      this.ledger.breach("foreign", `${word} in an answer to ${this.#word}: ${around(lower, word)}`);
    }
  }

  #judgeMeaning(
    { kind, name, label }: Pick<CallPlan, "kind" | "name" | "label">,
    meaning: Meaning,
    { status, text }: Posted,
    startedAt: number,
  ): void {
    const shown = `${kind} ${name}: HTTP ${status} ${text.slice(0, 300)}`;
    if (meaning.kind === "nonsense") return this.ledger.breach("code", shown);
    if (meaning.kind === "ok" && label !== undefined) this.ledger.done.add(label);
    // After an outage of Redis records may be missing, but none may be changed.
    const problem = meaning.kind === "ok" ? String(meaning.json.problem ?? "") : "";
    if (problem.includes("was changed")) this.ledger.breach("audit", `${problem} ${shown}`);
    if (meaning.kind === "error" && meaning.code === "authentication_failed" && kind !== WRONG_CREDENTIALS) {
      this.ledger.breach("rightful", shown);
    }
    if (meaning.kind !== "error" || meaning.code !== "internal_error") return;
    if (meaning.json.message !== STORE_AWAY) this.ledger.breach("code", shown);
    else this.ledger.missedRedis(startedAt);
  }
}

function outcomeName(meaning: Meaning): string {
  if (meaning.kind === "error") return meaning.code;
  return meaning.kind === "protocol error" ? String(meaning.code) : meaning.kind;
}

function around(text: string, part: string): string {
  const at = text.indexOf(part);
  return text.slice(Math.max(0, at - 60), at + 60);
}
