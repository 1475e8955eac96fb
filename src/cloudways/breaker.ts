import type { Clock } from "../async/clock.ts";
import { shortCustomerId } from "../identity/customer_id.ts";
import { CustomerTable } from "../store/customer_table.ts";
import { ToolError } from "../errors.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Attempt, AttemptCounts } from "./attempt_window.ts";
import { Circuit, type CircuitState } from "./circuit.ts";
import { NotSentError, type WireReply } from "./http.ts";
import { isOutage } from "./replies.ts";

/** What {@linkcode CircuitBreaker} needs. */
export interface CircuitBreakerOptions {
  clock: Clock;
  metrics: Metrics;
  log: Logger;
  /** Whether Cloudways has accepted the credentials behind this customer id, as far as this process knows. */
  isAccepted: (customer: string) => boolean;
  /** Sends a read that belongs to no customer; its outcome decides whether the shared circuit closes again. */
  probe: () => Promise<WireReply>;
}

/** Who sends a request, and for which operation. */
export type Sender = Pick<Attempt, "customer" | "operation">;

const MIN_ATTEMPTS = 20;
const MIN_FAILED_SHARE = 0.5;
/** With fewer failed customers or operations, the cause may be theirs alone. */
const MIN_FAILED_CUSTOMERS = 3;
const MIN_FAILED_OPERATIONS = 2;

/** How many attempts the shared circuit remembers, and how many a customer's own. */
const MAX_ATTEMPTS = 20_000;
const MAX_OWN_ATTEMPTS = 200;
/** How many customers' own circuits are remembered. */
const MAX_OWN_CIRCUITS = 2_000;

/** A circuit is open. The request was not sent, so nothing was done. */
export class CircuitOpenError extends NotSentError {
  /** @param whom Whose requests Cloudways has not been answering. */
  constructor(seconds: number, whom: "everybody" | "this customer") {
    const isOwn = whom === "this customer";
    super(
      `Cloudways has not been answering${
        isOwn ? " calls of this account" : ""
      }, so nothing is sent there for a moment. ` +
        "Nothing was done.",
      {
        hint:
          `Wait ${seconds} s, then call again. If it lasts, tell the user that Cloudways can't be reached at present.`,
        retryAfter: seconds,
        limitedBy: isOwn ? "own_breaker" : "breaker",
      },
    );
  }
}

/**
 * Refuses requests while Cloudways is down, so that callers learn it at once and Cloudways gets no extra load. Failed
 * connections, missing answers and statuses 502 to 504 count as failures; any other answer counts as success.
 *
 * There are two kinds of circuit. The shared one opens only when several accepted customers and several operations
 * fail, and only a neutral read closes it. Failures of one customer open that customer's own circuit.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  readonly #shared: Circuit;
  /** One for each customer with failures, by customer id. */
  readonly #own: CustomerTable<Circuit>;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
    this.#shared = new Circuit(options.clock, MAX_ATTEMPTS);
    this.#own = new CustomerTable({ isAccepted: options.isAccepted, max: MAX_OWN_CIRCUITS });
    options.metrics.watchBreaker(() => this.state);
  }

  /** The state of the shared circuit. */
  get state(): CircuitState {
    return this.#shared.state;
  }

  /**
   * Sends a request, unless a circuit is open.
   *
   * @param send If it ends in neither an answer nor an outage, for example because the caller left, it is not counted.
   * @throws {CircuitOpenError} If a circuit is open; nothing was sent then. Otherwise what `send` throws.
   */
  async run(sender: Sender, send: () => Promise<WireReply>): Promise<WireReply> {
    const pass = this.#shared.enter();
    if (pass !== "go") await this.#passShared(pass);
    const decides = this.#passOwn(sender);
    const openings = this.#openings(sender);
    let failed: boolean | undefined;
    try {
      const reply = await send();
      failed = isOutage(reply);
      return reply;
    } catch (error) {
      if (error instanceof ToolError && isOutage(error)) failed = true;
      throw error;
    } finally {
      if (decides !== undefined) decides.decide(failed);
      if (failed !== undefined) {
        const { customer, operation } = sender;
        this.#count({ customer, operation, failed }, openings, decides !== undefined);
      }
    }
  }

  /** Passes a shared circuit that has opened. When it is half open, the first caller waits for the neutral read. */
  async #passShared(pass: "decide" | number): Promise<void> {
    if (pass !== "decide") throw this.#refusal(pass, "everybody");
    const failed = await this.#options.probe().then(isOutage, () => true);
    this.#shared.decide(failed);
    const next = this.#shared.enter();
    if (typeof next === "number") throw this.#refusal(next, "everybody");
    this.#options.log.info("cloudways answers again");
  }

  /** Passes the customer's own circuit, and returns it if the outcome of this request decides whether it closes. */
  #passOwn({ customer }: Sender): Circuit | undefined {
    const own = this.#own.get(customer);
    const pass = own?.enter() ?? "go";
    if (typeof pass === "number") throw this.#refusal(pass, "this customer");
    return pass === "decide" ? own : undefined;
  }

  #refusal(seconds: number, whom: "everybody" | "this customer"): CircuitOpenError {
    this.#options.metrics.breakerRefused();
    return new CircuitOpenError(seconds, whom);
  }

  #openings({ customer }: Sender): Openings {
    return { shared: this.#shared.openings, own: this.#own.get(customer)?.openings ?? 0 };
  }

  #count(attempt: Attempt, openings: Openings, hasDecided: boolean): void {
    if (openings.shared !== this.#shared.openings) return;
    if (!hasDecided) this.#countOwn(attempt, openings);
    // Anyone could cause any number of failures with made-up credentials.
    if (this.#options.isAccepted(attempt.customer)) this.#countShared(attempt);
  }

  #countShared(attempt: Attempt): void {
    const counts = this.#shared.count(attempt);
    if (!isOverLimit(counts) || !isWidespread(counts)) return;
    this.#shared.open();
    // These failures say nothing about single customers.
    this.#own.clear();
    this.#options.metrics.breakerOpened();
    this.#options.log.error("cloudways does not answer: requests are held back", { ...counts });
  }

  /** A customer without failures needs no circuit. */
  #countOwn(attempt: Attempt, openings: Openings): void {
    const { customer, failed } = attempt;
    const { clock, log } = this.#options;
    const own = failed
      ? this.#own.getOrMake(customer, () => new Circuit(clock, MAX_OWN_ATTEMPTS))
      : this.#own.get(customer);
    if (own === undefined || own.openings !== openings.own) return;
    const counts = own.count(attempt);
    if (counts.failed === 0) return this.#own.delete(customer);
    if (!isOverLimit(counts)) return;
    own.open();
    const { attempts, failed: failures } = counts;
    const fields = { customer: shortCustomerId(customer), attempts, failed: failures };
    log.warn("cloudways does not answer one customer, whose requests are held back", fields);
  }
}

/** How often each circuit had opened when a request was sent. */
interface Openings {
  shared: number;
  own: number;
}

function isOverLimit({ attempts, failed }: AttemptCounts): boolean {
  return attempts >= MIN_ATTEMPTS && failed >= MIN_FAILED_SHARE * attempts;
}

/** Whether enough customers and operations fail. A few customers must not open the circuit for all others. */
function isWidespread({ customers, failedCustomers, failedOperations }: AttemptCounts): boolean {
  return failedCustomers >= MIN_FAILED_CUSTOMERS && failedOperations >= MIN_FAILED_OPERATIONS &&
    failedCustomers >= MIN_FAILED_SHARE * customers;
}
