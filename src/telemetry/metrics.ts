/** The metrics of the process, in the format that Prometheus reads. Needs no permission. */
import type { PoolState } from "../async/fair_semaphore.ts";
import { type Limit, LIMITS } from "../errors.ts";
import type { Meter } from "./meter.ts";
import { ROUTE, STATUS, STATUS_OR_WORD, word } from "./labels.ts";
import { ProcessMetrics } from "./process_metrics.ts";
import { PROMETHEUS_CONTENT_TYPE } from "./prometheus.ts";
import { RecentLow } from "./recent_low.ts";
import { Registry } from "./registry.ts";

/** One HTTP request that has been answered. */
export interface FinishedRequest {
  /** The route as the code names it, such as `/approve/{id}`; never the path that was asked for. */
  route: string;
  /** The HTTP status. */
  status: number;
  /** How long the answer took. */
  seconds: number;
}

/** One tool call that has ended. */
export interface FinishedTool {
  /** The tool's name in the catalogue. */
  tool: string;
  /** `ok`, or an error code. */
  outcome: string;
  /** How long the call took. */
  seconds: number;
}

/** One request to Cloudways that has ended. */
export interface FinishedUpstream {
  /** The operation as the code names it; never a path. */
  operation: string;
  /** The HTTP status, or a word such as `upstream_timeout` or `upstream_unreachable_dns`. */
  status: string;
  /** How long the reply took. */
  seconds: number;
}

/** One command to Redis that has ended. */
export interface FinishedCommand {
  /** The command as the code names it; never a key. */
  command: string;
  outcome: "ok" | "failed";
  /** How long the reply took, without the wait for a place. */
  seconds: number;
}

/** The exchanged tokens that this process holds. */
export interface HeldTokens {
  /** How many can be used. */
  usable: number;
  /** Seconds until the first of them can't; undefined if there is none. */
  soonestEndSeconds: number | undefined;
}

/** How a person is asked: in a form of the client, or on an approval page. */
export type AskedBy = "form" | "page";

/** What {@linkcode Metrics} needs to know. */
export interface MetricsOptions {
  /** Our own version, for `build_info`. */
  version: string;
}

const BREAKER_STATES = { closed: 0, half_open: 1, open: 2 } as const;

/** Upper bounds in seconds, from an answer out of a cache to an operation that a caller waits for. */
const SECONDS_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** The same for Redis, which answers within a millisecond, and gets a quarter of a second. */
const COMMAND_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25];

/**
 * The counters of one process, in a registry of their own. Labels hold names from the code only: no customer, no
 * address, no path, and never more than a few hundred values.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = this.#registry.counter("http_requests_total", "HTTP requests answered.", ROUTE, STATUS);
  readonly #requestSeconds = this.#registry.histogram(
    "http_request_duration_seconds",
    "Time to answer a request.",
    SECONDS_BUCKETS,
    ROUTE,
  );
  readonly #tools = this.#registry.counter("tool_calls_total", "Tool calls ended.", word("tool"), word("outcome"));
  readonly #toolSeconds = this.#registry.histogram(
    "tool_call_duration_seconds",
    "Time a tool call took.",
    SECONDS_BUCKETS,
    word("tool"),
  );
  readonly #asked = this.#registry.counter("questions_asked_total", "Questions that people were asked.", word("by"));
  readonly #decided = this.#registry.counter(
    "questions_decided_total",
    "What people, or their clients, said to questions.",
    word("by"),
    word("decision"),
  );
  readonly #questionsWaiting = this.#registry.gauge(
    "questions_waiting",
    "Calls that wait here for the answer of a 2025 client.",
  );
  readonly #upstream = this.#registry.counter(
    "upstream_requests_total",
    "Requests to Cloudways.",
    word("operation"),
    STATUS_OR_WORD,
  );
  readonly #upstreamSeconds = this.#registry.histogram(
    "upstream_request_duration_seconds",
    "Time Cloudways took to reply.",
    SECONDS_BUCKETS,
    word("operation"),
  );
  readonly #upstreamRetries = this.#registry.counter("upstream_retries_total", "Reads sent to Cloudways again.");
  readonly #breakerState = this.#registry.gauge(
    "upstream_breaker_state",
    "The circuit breaker to Cloudways: 0 closed, 1 half open, 2 open.",
  );
  readonly #breakerOpened = this.#registry.counter("upstream_breaker_opened_total", "Times the breaker opened.");
  readonly #breakerRefused = this.#registry.counter("upstream_breaker_refused_total", "Requests the breaker refused.");
  readonly #lowestAllowance = new RecentLow();
  readonly #rateLimited = this.#registry.counter(
    "rate_limited_total",
    "Requests and calls refused by a limit of ours.",
    word("reason"),
  );
  readonly #exchanges = this.#registry.counter(
    "token_exchanges_total",
    "E-mail and API key exchanged for a token.",
    word("outcome"),
  );
  readonly #renewals = this.#registry.counter(
    "token_renewals_total",
    "Tokens renewed before their end, without a call that waited.",
    word("outcome"),
  );
  readonly #tokensUsable = this.#registry.gauge("tokens_usable", "Exchanged tokens held here that can be used.");
  readonly #tokensEnd = this.#registry.gauge(
    "token_soonest_end_seconds",
    "Time until the first of these tokens can't be used.",
  );
  readonly #storeUp = this.#registry.gauge("store_up", "Whether the store answers: 1 or 0. In the process always 1.");
  readonly #storeRefuses = this.#registry.gauge("store_refuses_commands", "Whether Redis refuses commands: 1 or 0.");
  readonly #commands = this.#registry.counter(
    "store_commands_total",
    "Commands to Redis.",
    word("command"),
    word("outcome"),
  );
  readonly #commandSeconds = this.#registry.histogram(
    "store_command_duration_seconds",
    "Time Redis took to reply.",
    COMMAND_BUCKETS,
    word("command"),
  );
  readonly #poolPlaces = this.#registry.gauge("pool_places", "Most requests at once.", word("pool"));
  readonly #poolUsed = this.#registry.gauge("pool_places_used", "Requests in flight.", word("pool"));
  readonly #poolWaiting = this.#registry.gauge("pool_waiting", "Requests that wait for a place.", word("pool"));
  readonly #auditFailures = this.#registry.counter(
    "audit_write_failures_total",
    "Audit lines that could not be written.",
  );
  readonly #auditLost = this.#registry.counter("audit_records_lost_total", "Audit records lost for want of room.");
  readonly #strangers = this.#registry.counter(
    "stranger_refusals_total",
    "Changes refused to callers never accepted.",
    word("outcome"),
  );
  readonly #linesLost = this.#registry.watchedCounter("log_lines_lost_total", "Log lines that could not be written.");
  readonly #process: ProcessMetrics;
  #inFlight = 0;

  constructor(options: MetricsOptions) {
    for (const reason of LIMITS) this.#rateLimited.inc([reason], 0);
    this.#registry.gauge("in_flight_requests", "HTTP requests being answered.").watch([], () => this.#inFlight);
    this.#registry.gauge(
      "upstream_remaining_requests_lowest",
      "Lowest allowance that Cloudways named for any customer within two minutes.",
    ).watch([], () => this.#lowestAllowance.lowest);
    this.#process = new ProcessMetrics(this.#registry, options.version);
  }

  /** The content type of {@linkcode text}. */
  get contentType(): string {
    return PROMETHEUS_CONTENT_TYPE;
  }

  /** Counts a request as being answered, until {@linkcode requestFinished}. */
  requestStarted(): void {
    this.#inFlight++;
  }

  /** Counts a request of {@linkcode requestStarted} as answered. */
  requestFinished({ route, status, seconds }: FinishedRequest): void {
    this.#inFlight = Math.max(0, this.#inFlight - 1);
    this.#requests.inc([route, String(status)]);
    this.#requestSeconds.observe([route], seconds);
  }

  /** Counts a tool call that has ended. */
  toolFinished({ tool, outcome, seconds }: FinishedTool): void {
    this.#tools.inc([tool, outcome]);
    this.#toolSeconds.observe([tool], seconds);
  }

  /** Counts a question that was put before a person. */
  questionAsked(by: AskedBy): void {
    this.#asked.inc([by]);
  }

  /** Counts what was said to a question: `yes`, `no`, `nobody` (the client asked no person), or how it failed. */
  questionDecided(by: AskedBy, decision: string): void {
    this.#decided.inc([by, decision]);
  }

  /** Shows how many calls wait for the answer of a client at each scrape. */
  watchQuestions(read: () => number): void {
    this.#questionsWaiting.watch([], read);
  }

  /** Counts a request to Cloudways that has ended. */
  upstreamFinished({ operation, status, seconds }: FinishedUpstream): void {
    this.#upstream.inc([operation, status]);
    this.#upstreamSeconds.observe([operation], seconds);
  }

  /** Counts a read that was sent to Cloudways again. */
  upstreamRetried(): void {
    this.#upstreamRetries.inc([]);
  }

  /** Notes how many requests Cloudways still allows one customer. */
  allowanceSeen(remaining: number): void {
    this.#lowestAllowance.seen(remaining);
  }

  /** Shows the state that the circuit breaker has at each scrape. */
  watchBreaker(read: () => keyof typeof BREAKER_STATES): void {
    this.#breakerState.watch([], () => BREAKER_STATES[read()]);
  }

  /** Counts that the circuit breaker opened. */
  breakerOpened(): void {
    this.#breakerOpened.inc([]);
  }

  /** Counts a request that the circuit breaker held back. */
  breakerRefused(): void {
    this.#breakerRefused.inc([]);
  }

  /** Counts a request or call that one of our limits refused. */
  rateLimited(reason: Limit): void {
    this.#rateLimited.inc([reason]);
  }

  /** Counts an exchange of an e-mail and API key for a token: `ok`, `refused`, `failed`. */
  tokenExchanged(outcome: string): void {
    this.#exchanges.inc([outcome]);
  }

  /** Counts a token that was renewed before its end: `ok`, `failed`. */
  tokenRenewed(outcome: "ok" | "failed"): void {
    this.#renewals.inc([outcome]);
  }

  /** Shows the tokens that are held at each scrape. */
  watchTokens(read: () => HeldTokens): void {
    this.#tokensUsable.watch([], () => read().usable);
    this.#tokensEnd.watch([], () => read().soonestEndSeconds);
  }

  /** Shows at each scrape whether the store answers, and whether it refuses commands. */
  watchStore(read: () => { up: boolean; refuses: boolean }): void {
    this.#storeUp.watch([], () => read().up ? 1 : 0);
    this.#storeRefuses.watch([], () => read().refuses ? 1 : 0);
  }

  /** Counts a command to Redis that has ended. */
  commandFinished({ command, outcome, seconds }: FinishedCommand): void {
    this.#commands.inc([command, outcome]);
    this.#commandSeconds.observe([command], seconds);
  }

  /** Shows at each scrape how many places of a pool are taken, and how many callers wait for one. */
  watchPool(pool: "redis" | "cloudways", read: () => PoolState): void {
    this.#poolPlaces.watch([pool], () => read().places);
    this.#poolUsed.watch([pool], () => read().held);
    this.#poolWaiting.watch([pool], () => read().waiting);
  }

  /** Shows how many log lines are lost at each scrape. */
  watchLog(read: () => number): void {
    this.#linesLost.watch([], read);
  }

  /** Measures the event loop until disposed. */
  watchEventLoop(): Disposable {
    return this.#process.watchEventLoop();
  }

  /** Counts an audit line that could not be written. It is tried again, or the change that it records is refused. */
  auditFailed(): void {
    this.#auditFailures.inc([]);
  }

  /** Counts an audit record that was lost. */
  auditLost(): void {
    this.#auditLost.inc([]);
  }

  /** Counts a change that was refused to a caller that Cloudways never accepted. */
  strangerRefused(outcome: string): void {
    this.#strangers.inc([outcome]);
  }

  /** Also sends everything by a meter. Called once, before anything is counted. */
  sendBy(meter: Meter): void {
    this.#registry.sendBy(meter);
  }

  /** Everything in Prometheus' text format. */
  text(): string {
    return this.#registry.text();
  }
}
