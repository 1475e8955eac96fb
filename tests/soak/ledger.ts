/** What happened in a run: how calls ended, how long they took, what was asked for, and what broke an invariant. */
import { type Window, Windows } from "./windows.ts";

/** What must hold, in the order in which it is reported. */
export const INVARIANTS = {
  answered: "every call is answered within its deadline",
  code: "every failure has a code of the contract, and internal_error means only that Redis is away",
  rightful: "valid credentials are never refused",
  connection: "connections fail only while a replica restarts, and no call is lost in the middle",
  once: "no write reaches Cloudways twice",
  yes: "nothing that needs a yes is done without one",
  done: "what is answered as done reached Cloudways",
  requests: "no request goes against the facts about the interface",
  bucket: "no customer's bucket is exceeded",
  foreign: "no answer holds a secret or another customer's data",
  logs: "no log holds a secret or an unexplained error",
  audit: "the audit chains are whole, and every write is on record",
  recovery: "replicas are ready soon after Redis' return, as a rule within 5 s, and leave with exit code 0",
  memory: "memory is flat",
  files: "no file or socket is left open",
} as const;

/** One of {@linkcode INVARIANTS}. */
export type Invariant = keyof typeof INVARIANTS;

/** The number of breaches, with the first examples. */
export interface Breach {
  count: number;
  examples: string[];
}

/** How long an outage of Redis may have effects after its end. */
const AFTERMATH_MS = 2_000;

const MAX_EXAMPLES = 3;
const MAX_EXAMPLE_LENGTH = 600;

/** Everything that callers and faults record during a run. */
export class Ledger {
  /** How many calls of each kind ended in each way. */
  readonly outcomes = new Map<string, Map<string, number>>();
  /** How often each fault was set. */
  readonly faults = new Map<string, number>();
  /** Milliseconds from sending to the whole answer, of every answered call. */
  readonly latencies: number[] = [];
  /** Milliseconds from Redis' return until every replica is ready. */
  readonly recoveries: number[] = [];
  readonly breaches = new Map<Invariant, Breach>();
  /** Labels that got a yes, each recorded before the yes is sent. */
  readonly approved = new Set<string>();
  /** Labels whose calls were answered as done. */
  readonly done = new Set<string>();
  /** Connections refused by a replica that restarted. */
  refusedConnections = 0;
  /** Refusals of a replica that is ending. */
  turnedAway = 0;

  /** When calls failed since Redis was slow without a fault, as on a busy machine. */
  readonly slowRedis: Window[] = [];

  /** When Redis was away or flushed. */
  readonly redisTrouble = new Windows();
  /** When a replica was restarted. */
  readonly restarts = new Windows();

  /** Notes how a call ended. */
  count(kind: string, outcome: string): void {
    const outcomes = this.outcomes.get(kind) ?? new Map<string, number>();
    this.outcomes.set(kind, outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1));
  }

  /** Records a failure at this time since Redis was slow. */
  missedRedis(since: number): void {
    const window = { from: since, to: Date.now() };
    if (!this.redisTrouble.meets(window.from, window.to, AFTERMATH_MS)) this.slowRedis.push(window);
  }

  /** Notes that a fault was set. */
  countFault(kind: string): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1);
  }

  /** Records a breach. */
  breach(invariant: Invariant, example: string): void {
    const breach = this.breaches.get(invariant) ?? { count: 0, examples: [] };
    breach.count++;
    if (breach.examples.length < MAX_EXAMPLES) breach.examples.push(example.slice(0, MAX_EXAMPLE_LENGTH));
    this.breaches.set(invariant, breach);
  }

  /** How many calls ended, in any way. */
  get calls(): number {
    return [...this.outcomes.values()].flatMap((outcomes) => [...outcomes.values()]).reduce((sum, n) => sum + n, 0);
  }
}
