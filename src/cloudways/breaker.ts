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
  /** Asks Cloudways something that is nobody's business: whether the circuit for all closes again depends on it. */
  probe: () => Promise<WireReply>;
}

/** Whose request it is, and for what. */
export type Sender = Pick<Attempt, "customer" | "operation">;

const MIN_ATTEMPTS = 20;
const MIN_FAILED_SHARE = 0.5;
/** Fewer customers or operations may have a trouble of their own. */
const MIN_FAILED_CUSTOMERS = 3;
const MIN_FAILED_OPERATIONS = 2;

/** Attempts of all customers that are remembered, and of one. */
const MAX_ATTEMPTS = 20_000;
const MAX_OWN_ATTEMPTS = 200;
/** Customers with failures that are remembered. */
const MAX_OWN_CIRCUITS = 2_000;

/** A circuit is open. The request was not sent, so certainly nothing was done. */
export class CircuitOpenError extends NotSentError {
  /** @param whom Whom Cloudways has not been answering. */
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
 * Holds requests back while Cloudways is down, so that callers hear of it at once and Cloudways is not pressed. It counts
 * only connections that failed, answers that did not come and 502 to 504; any other answer shows that the way is open.
 *
 * One customer's trouble is that customer's: the circuit for all opens only for failures of several accepted customers
 * and operations, and only a neutral read closes it. Below that, failures open a circuit of the customer's own.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  readonly #all: Circuit;
  /** Of customers with failures. */
  readonly #own: CustomerTable<Circuit>;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
    this.#all = new Circuit(options.clock, MAX_ATTEMPTS);
    this.#own = new CustomerTable({ isAccepted: options.isAccepted, max: MAX_OWN_CIRCUITS });
    options.metrics.watchBreaker(() => this.state);
  }

  /** The state of the circuit for all. */
  get state(): CircuitState {
    return this.#all.state;
  }

  /**
   * Sends a request, unless it is to be held back.
   *
   * @param send What ends in neither an answer nor an outage, such as a caller who left, is not counted.
   * @throws {CircuitOpenError} Without having sent anything. Else whatever `send` throws.
   */
  async run(sender: Sender, send: () => Promise<WireReply>): Promise<WireReply> {
    await this.#passAll();
    const decides = this.#passOwn(sender);
    const eras = this.#eras(sender);
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
      if (failed !== undefined) this.#count({ ...sender, failed }, eras, decides !== undefined);
    }
  }

  /** Passes the circuit for all. Where it is half open, the first caller waits for what the neutral read finds. */
  async #passAll(): Promise<void> {
    const pass = this.#all.enter();
    if (pass === "go") return;
    if (pass !== "decide") throw this.#refusal(pass, "everybody");
    const failed = await this.#options.probe().then(isOutage, () => true);
    this.#all.decide(failed);
    const next = this.#all.enter();
    if (typeof next === "number") throw this.#refusal(next, "everybody");
    this.#options.log.info("cloudways answers again");
  }

  /** Passes the customer's own circuit; gives it where this very request decides whether it closes. */
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

  #eras({ customer }: Sender): Eras {
    return { all: this.#all.era, own: this.#own.get(customer)?.era ?? 0 };
  }

  #count(attempt: Attempt, eras: Eras, hasDecided: boolean): void {
    if (eras.all !== this.#all.era) return;
    if (!hasDecided) this.#countOwn(attempt, eras);
    // Made-up credentials could be made to fail in any number.
    if (this.#options.isAccepted(attempt.customer)) this.#countForAll(attempt);
  }

  #countForAll(attempt: Attempt): void {
    const counts = this.#all.count(attempt);
    if (!isOverLimit(counts) || !isEverybodys(counts)) return;
    this.#all.open();
    // What failed for everybody says nothing of anybody's own.
    this.#own.clear();
    this.#options.metrics.breakerOpened();
    this.#options.log.error("cloudways does not answer: requests are held back", { ...counts });
  }

  /** A customer without failures needs no circuit. */
  #countOwn(attempt: Attempt, eras: Eras): void {
    const { customer, failed } = attempt;
    const { clock, log } = this.#options;
    const own = failed
      ? this.#own.getOrMake(customer, () => new Circuit(clock, MAX_OWN_ATTEMPTS))
      : this.#own.get(customer);
    if (own === undefined || own.era !== eras.own) return;
    const counts = own.count(attempt);
    if (counts.failed === 0) return this.#own.delete(customer);
    if (!isOverLimit(counts)) return;
    own.open();
    const { attempts, failed: failures } = counts;
    const fields = { customer: shortCustomerId(customer), attempts, failed: failures };
    log.warn("cloudways does not answer one customer, whose requests are held back", fields);
  }
}

/** When a request left, counted in openings. */
interface Eras {
  all: number;
  own: number;
}

function isOverLimit({ attempts, failed }: AttemptCounts): boolean {
  return attempts >= MIN_ATTEMPTS && failed >= MIN_FAILED_SHARE * attempts;
}

/** A few customers, or one with several credentials, must not speak for many whose calls are answered. */
function isEverybodys({ customers, failedCustomers, failedOperations }: AttemptCounts): boolean {
  return failedCustomers >= MIN_FAILED_CUSTOMERS && failedOperations >= MIN_FAILED_OPERATIONS &&
    failedCustomers >= MIN_FAILED_SHARE * customers;
}
