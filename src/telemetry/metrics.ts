/** The metrics of the process, in the format that Prometheus reads. Needs no permission. */
import { type Limit, LIMITS } from "../errors.ts";
import {
  Counter,
  Gauge,
  Histogram,
  type Labels,
  type Metric,
  PROMETHEUS_CONTENT_TYPE,
  WatchedCounter,
} from "./prometheus.ts";

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

/** What {@linkcode Metrics} needs to know. */
export interface MetricsOptions {
  /** Our own version, for `build_info`. */
  version: string;
}

const PREFIX = "cloudways_mcp_";

const BREAKER_STATES = { closed: 0, half_open: 1, open: 2 } as const;

/** Upper bounds in seconds, from an answer out of a cache to an operation that a caller waits for. */
const SECONDS_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Replaces label values that don't look like names from the code. */
const OTHER = "other";

/** Most values of one label. Bounds the number of series, whatever callers send. */
const MAX_LABEL_VALUES = 300;

/** Routes hold no digits and few signs, so a path with an id does not match. */
const ROUTE = /^\/[a-z_{}/]{0,40}$/;
const STATUS = /^[1-5]\d\d$/;
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const STATUS_OR_NAME = /^(?:[1-5]\d\d|[a-z_]{1,40})$/;

/** Lets through values of one form, up to {@linkcode MAX_LABEL_VALUES} different ones; all others become `other`. */
class Label {
  readonly #form: RegExp;
  readonly #seen = new Set<string>();

  constructor(form: RegExp) {
    this.#form = form;
  }

  of(value: string | number): string {
    const text = String(value);
    if (this.#seen.has(text)) return text;
    if (!this.#form.test(text) || this.#seen.size >= MAX_LABEL_VALUES) return OTHER;
    this.#seen.add(text);
    return text;
  }
}

/**
 * The counters of one process, in a registry of their own. Labels hold names from the code only: no customer, no
 * address, no path, and never more than a few hundred values.
 */
export class Metrics {
  readonly #all: Metric[] = [];
  readonly #labels = {
    route: new Label(ROUTE),
    requestStatus: new Label(STATUS),
    tool: new Label(NAME),
    outcome: new Label(NAME),
    operation: new Label(NAME),
    upstreamStatus: new Label(STATUS_OR_NAME),
    exchange: new Label(NAME),
    strangers: new Label(NAME),
  };
  readonly #requests = this.#counter("http_requests_total", "HTTP requests answered.");
  readonly #requestSeconds = this.#histogram("http_request_duration_seconds", "Time to answer a request.");
  readonly #tools = this.#counter("tool_calls_total", "Tool calls ended.");
  readonly #toolSeconds = this.#histogram("tool_call_duration_seconds", "Time a tool call took.");
  readonly #upstream = this.#counter("upstream_requests_total", "Requests to Cloudways.");
  readonly #upstreamSeconds = this.#histogram("upstream_request_duration_seconds", "Time Cloudways took to reply.");
  readonly #upstreamRetries = this.#counter("upstream_retries_total", "Reads sent to Cloudways again.", false);
  readonly #breakerOpened = this.#counter("upstream_breaker_opened_total", "Times the breaker opened.", false);
  readonly #breakerRefused = this.#counter("upstream_breaker_refused_total", "Requests the breaker refused.", false);
  readonly #rateLimited = this.#counter("rate_limited_total", "Requests and calls refused by a limit of ours.");
  readonly #exchanges = this.#counter("token_exchanges_total", "E-mail and API key exchanged for a token.");
  readonly #auditFailures = this.#counter(
    "audit_write_failures_total",
    "Audit lines that could not be written.",
    false,
  );
  readonly #auditLost = this.#counter("audit_records_lost_total", "Audit records lost for want of room.", false);
  readonly #strangers = this.#counter("stranger_refusals_total", "Changes refused to callers never accepted.");
  readonly #startedAt = performance.now();
  #inFlight = 0;

  constructor(options: MetricsOptions) {
    for (const reason of LIMITS) this.#rateLimited.inc({ reason }, 0);
    this.#gauge("in_flight_requests", "HTTP requests being answered.", () => this.#inFlight);
    this.#gauge("process_uptime_seconds", "Time since the start.", () => (performance.now() - this.#startedAt) / 1000);
    this.#gauge("process_resident_memory_bytes", "Memory held by the process.", () => Deno.memoryUsage().rss);
    this.#gauge("process_heap_used_bytes", "JavaScript heap in use.", () => Deno.memoryUsage().heapUsed);
    this.#gauge("build_info", "Always 1; the label tells the version.", () => 1, { version: options.version });
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
  requestFinished(request: FinishedRequest): void {
    this.#inFlight = Math.max(0, this.#inFlight - 1);
    const route = this.#labels.route.of(request.route);
    this.#requests.inc({ route, status: this.#labels.requestStatus.of(request.status) });
    observe(this.#requestSeconds, { route }, request.seconds);
  }

  /** Counts a tool call that has ended. */
  toolFinished(call: FinishedTool): void {
    const tool = this.#labels.tool.of(call.tool);
    this.#tools.inc({ tool, outcome: this.#labels.outcome.of(call.outcome) });
    observe(this.#toolSeconds, { tool }, call.seconds);
  }

  /** Counts a request to Cloudways that has ended. */
  upstreamFinished(request: FinishedUpstream): void {
    const operation = this.#labels.operation.of(request.operation);
    this.#upstream.inc({ operation, status: this.#labels.upstreamStatus.of(request.status) });
    observe(this.#upstreamSeconds, { operation }, request.seconds);
  }

  /** Counts a read that was sent to Cloudways again. */
  upstreamRetried(): void {
    this.#upstreamRetries.inc();
  }

  /** Shows the state that the circuit breaker has at each scrape. */
  watchBreaker(read: () => keyof typeof BREAKER_STATES): void {
    const help = "The circuit breaker to Cloudways: 0 closed, 1 half open, 2 open.";
    this.#gauge("upstream_breaker_state", help, () => BREAKER_STATES[read()]);
  }

  /** Counts that the circuit breaker opened. */
  breakerOpened(): void {
    this.#breakerOpened.inc();
  }

  /** Counts a request that the circuit breaker held back. */
  breakerRefused(): void {
    this.#breakerRefused.inc();
  }

  /** Counts a request or call that one of our limits refused. */
  rateLimited(reason: Limit): void {
    this.#rateLimited.inc({ reason });
  }

  /** Counts an exchange of an e-mail and API key for a token: `ok`, `refused`, `failed`. */
  tokenExchanged(outcome: string): void {
    this.#exchanges.inc({ outcome: this.#labels.exchange.of(outcome) });
  }

  /** Shows how many log lines are lost at each scrape. */
  watchLog(read: () => number): void {
    this.#add(new WatchedCounter(`${PREFIX}log_lines_lost_total`, "Log lines that could not be written.", read));
  }

  /** Counts an audit line that could not be written. It is tried again, or the change that it records is refused. */
  auditFailed(): void {
    this.#auditFailures.inc();
  }

  /** Counts an audit record that was lost. */
  auditLost(): void {
    this.#auditLost.inc();
  }

  /** Counts a change that was refused to a caller that Cloudways never accepted. */
  strangerRefused(outcome: string): void {
    this.#strangers.inc({ outcome: this.#labels.strangers.of(outcome) });
  }

  /** Everything in Prometheus' text format. */
  text(): string {
    return this.#all.map((metric) => metric.render() + "\n").join("");
  }

  #counter(name: string, help: string, labelled = true): Counter {
    return this.#add(new Counter(PREFIX + name, help, labelled));
  }

  #histogram(name: string, help: string): Histogram {
    return this.#add(new Histogram(PREFIX + name, help, SECONDS_BUCKETS));
  }

  #gauge(name: string, help: string, read: () => number, labels: Labels = {}): void {
    this.#add(new Gauge(PREFIX + name, help, read, labels));
  }

  #add<T extends Metric>(metric: T): T {
    this.#all.push(metric);
    return metric;
  }
}

/** Observes a duration. A negative one comes from a clock that jumped and counts as zero. */
function observe(histogram: Histogram, labels: Labels, seconds: number): void {
  if (Number.isFinite(seconds)) histogram.observe(labels, Math.max(0, seconds));
}
