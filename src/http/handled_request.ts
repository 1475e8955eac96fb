import type { Limit } from "../errors.ts";
import type { FoldedLog } from "../telemetry/folded_log.ts";
import type { LogFields, Logger } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Tracer } from "../telemetry/tracing.ts";

/** What is known about a request before its handler runs. */
export interface RequestInfo {
  requestId: string;
  /** The path that was asked for. It may hold an id, so it is not logged. */
  pathname: string;
  /** The client's address or network; strangers are bounded by it. */
  address: string;
  log: Logger;
  /** Adds fields to the line that is logged when the request is answered. */
  note(fields: Readonly<Record<string, unknown>>): void;
  /** Marks the request as a known customer's, if `isKnown` is true at its end: then it gets its own log line. */
  known(isKnown?: () => boolean): void;
  /** Notes that one of our limits refuses the request. */
  limited(limit: Limit): void;
}

/** Where requests are logged and counted. */
export interface HandlingParts {
  metrics: Metrics;
  tracer: Tracer;
  log: Logger;
  /** Folds the log lines of unknown callers. */
  folded: FoldedLog;
}

/** What the router has found out about a request. */
export interface FoundRequest {
  pathname: string;
  address: string;
  /** As it is logged. */
  method: string;
  /** The route's name in logs and metrics. */
  route: string;
}

const always = () => true;

/** A request while it is handled: what is known, what handlers note, and its line in the log. */
export class HandledRequest implements RequestInfo {
  readonly requestId = crypto.randomUUID();
  readonly pathname: string;
  readonly address: string;
  readonly log: Logger;
  readonly #parts: HandlingParts;
  readonly #route: string;
  readonly #startedAt = performance.now();
  /** The fields of the line, in their order. The last two of the first four are known at the end. */
  readonly #line: LogFields;
  #isKnown: (() => boolean) | undefined;

  constructor(parts: HandlingParts, { pathname, address, method, route }: FoundRequest) {
    this.pathname = pathname;
    this.address = address;
    this.log = parts.log.with({ request_id: this.requestId, ...parts.tracer.ids() });
    this.#parts = parts;
    this.#route = route;
    this.#line = { method, route, status: 0, milliseconds: 0 };
    parts.tracer.nameRequest(method, route);
    parts.metrics.requestStarted();
  }

  note(fields: Readonly<Record<string, unknown>>): void {
    for (const name in fields) this.#line[name] = fields[name];
  }

  known(isKnown: () => boolean = always): void {
    this.#isKnown = isKnown;
  }

  limited(limit: Limit): void {
    this.#parts.metrics.rateLimited(limit);
    this.note({ limited_by: limit });
  }

  /** Logs an error of the program. */
  failed(error: unknown): void {
    this.#ownLog().error("internal error", { route: this.#route, error });
  }

  /** Logs and counts the answer. A quiet one is logged at DEBUG, unless it says that something is wrong. */
  answered(status: number, isQuiet: boolean): void {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    this.#parts.metrics.requestFinished({ route: this.#route, status, seconds });
    this.#line.status = status;
    this.#line.milliseconds = Math.round(seconds * 1000);
    const log = this.#ownLog();
    if (isQuiet && status < 400) log.debug("request", this.#line);
    else log.info("request", this.#line);
    this.#parts.folded.sumUpWhenDue();
  }

  /** The log of a customer as it is, and that of anybody else folded. */
  #ownLog(): Logger {
    return this.#isKnown?.() === true ? this.log : this.#parts.folded.of(this.address, this.log);
  }
}
