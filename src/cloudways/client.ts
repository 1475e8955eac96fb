import type { Clock } from "../async/clock.ts";
import { noTimeLeft, ToolError } from "../errors.ts";
import type { Customer } from "../identity/caller.ts";
import { type KeyPair, traitsOf } from "../identity/credential.ts";
import { shortCustomerId } from "../identity/customer_id.ts";
import { storeAwayError } from "../store/away.ts";
import { CustomerTable } from "../store/customer_table.ts";
import type { SealedStore } from "../store/sealed.ts";
import { type BucketAnswer, type BucketLimit, type Store, StoreError, type StoreKey } from "../store/store.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Tracer } from "../telemetry/tracing.ts";
import { SecretHider } from "../text/redaction/hider.ts";
import { AccessTokens } from "./access_tokens.ts";
import type { CircuitBreaker } from "./breaker.ts";
import type { CustomerRecords } from "./customer_records.ts";
import {
  type CloudwaysHttp,
  nextStep,
  secretFields,
  WATCH_LATER_MS,
  type WireReply,
  type WireRequest,
} from "./http.ts";
import { KeyExchange } from "./key_exchange.ts";
import { OwnSecrets } from "./own_secrets.ts";
import { parseAnyReply, parseProblems } from "./parse_reply.ts";
import { sendRead } from "./read_retries.ts";
import type { SentFor } from "./request_end.ts";
import { readReply } from "./replies.ts";
import type { ApiRequest, Session } from "./session.ts";
import { SignInGuard } from "./sign_in_guard.ts";
import { Upstream } from "./upstream.ts";
import { type UpstreamLimit, UpstreamLimits } from "./upstream_limits.ts";

/** What {@linkcode CloudwaysClient} needs. */
export interface CloudwaysClientOptions {
  http: CloudwaysHttp;
  breaker: CircuitBreaker;
  store: Store;
  sealed: SealedStore;
  records: CustomerRecords;
  clock: Clock;
  metrics: Metrics;
  tracer: Tracer;
  log: Logger;
  /** Makes the logger for callers at an address that Cloudways has not accepted. */
  strangersLog: (address: string) => Logger;
  /** Our own limit on each customer's upstream requests. */
  bucket: BucketLimit;
  /** Milliseconds a call may take if its session has no `endsAt`. */
  callBudgetMs: number;
}

/** A write is sent only if this share of the call's time is left: a write that is cut short may or may not be done. */
const MIN_SHARE_FOR_WRITE = 1 / 6;

/** How long an operation that refused a fresh token gets no other: callers must not make us flood the sign-in. */
const UNAUTHORIZED_MS = 30_000;

/** The most code points kept of one text; twice as many characters are read, more than an answer can show. */
const MAX_TEXT = 30_000;

/** For whom one request is sent, what ends it, and a hider of its credential's secrets. */
class Sending implements SentFor {
  readonly customer: Customer;
  readonly address: string;
  readonly log: Logger;
  readonly endsAt: number;
  readonly own: SecretHider;
  readonly #session: Session;
  readonly #isRead: boolean;
  readonly #clock: Clock;

  constructor(session: Session, isRead: boolean, own: SecretHider, endsAt: number, clock: Clock) {
    this.customer = session.customer;
    this.address = session.address;
    this.log = session.log;
    this.endsAt = endsAt;
    this.own = own;
    this.#session = session;
    this.#isRead = isRead;
    this.#clock = clock;
  }

  /** The session's signals are made when they are first asked for. */
  get signal(): AbortSignal {
    return this.#isRead ? this.#session.signal : this.#session.deadline;
  }

  /** A call that has just come and does not end soon. */
  get mayWatchLater(): boolean {
    const now = this.#clock.now();
    return now - (this.#session.waitsFrom ?? 0) < WATCH_LATER_MS && this.endsAt - now > WATCH_LATER_MS;
  }
}

/** The Cloudways API client of all customers. Handles tokens, limits and errors. */
export class CloudwaysClient {
  readonly records: CustomerRecords;
  readonly #options: CloudwaysClientOptions;
  readonly #tokens: AccessTokens;
  readonly #guard: SignInGuard;
  readonly #ownSecrets = new OwnSecrets();
  /**
   * Operations that answer even a fresh token with 401, by customer id: until when they get no fresh token, in
   * milliseconds since the Unix epoch.
   */
  readonly #unauthorized: CustomerTable<Map<string, number>>;
  readonly #limits: UpstreamLimits;
  readonly #upstream: Upstream;

  constructor(options: CloudwaysClientOptions) {
    const { http, breaker, store, sealed, records, clock, metrics, tracer, log, strangersLog } = options;
    this.#options = options;
    this.records = records;
    this.#guard = new SignInGuard({ clock, records });
    const isAccepted = (customer: string) => records.isKnown(customer);
    this.#unauthorized = new CustomerTable({ isAccepted, max: 5_000 });
    this.#limits = new UpstreamLimits(clock, isAccepted, (remaining) => metrics.allowanceSeen(remaining));
    this.#upstream = new Upstream({ http, limits: this.#limits, records, metrics, tracer });
    const guard = this.#guard;
    const exchange = new KeyExchange({ upstream: this.#upstream, breaker, guard, clock, metrics, log, strangersLog });
    this.#tokens = new AccessTokens({
      store,
      sealed,
      clock,
      records,
      exchange: (customer, keyPair, address) => exchange.run(customer, keyPair, address),
      onStoreFailed: (error) => log.debug("token not kept", { error }),
      onLockTakenOver: ({ id }) =>
        log.warn("a token exchange's lock was not released in time and is taken over", {
          customer: shortCustomerId(id),
        }),
      onRenewed: () => metrics.tokenRenewed("ok"),
      onRenewalFailed: (_customer, error) => {
        metrics.tokenRenewed("failed");
        log.warn("token renewal failed", { error });
      },
    });
    metrics.watchTokens(() => this.#tokens.held());
  }

  /**
   * Sends a request, and returns its parsed answer with secrets hidden.
   *
   * @throws {ToolError} For every failure, with its code.
   */
  async send<T>(session: Session, request: ApiRequest<T>): Promise<T> {
    try {
      return await this.#send(session, request);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      session.log.debug("store failed", { error });
      throw storeAwayError(error);
    }
  }

  async #send<T>(session: Session, request: ApiRequest<T>): Promise<T> {
    const { customer, address } = session;
    const { clock, callBudgetMs } = this.#options;
    const own = this.#ownSecrets.of(customer.credential);
    const endsAt = session.endsAt ?? clock.now() + callBudgetMs;
    const sending = new Sending(session, request.method === "GET", own, endsAt, clock);
    // Loads whether the customer is accepted: the tables below keep accepted customers apart from strangers.
    if (!this.records.isKnown(customer.id)) await this.records.isAccepted(customer);
    await this.#guard.pass(customer, address, session);
    this.#upstream.refuseWhilePaused(customer, request.operation);
    const { reply, mark } = await this.#authenticated(sending, request);
    let value: T;
    try {
      value = await this.#read(reply, sending, request);
    } catch (error) {
      if (knowsCredentials(error)) await this.#noteAccepted(sending, mark);
      throw error;
    }
    await this.#noteAccepted(sending, mark);
    return value;
  }

  /** Cloudways has answered, so a store failure must not fail the call any more. */
  async #noteAccepted({ customer, log }: Sending, mark: string | undefined): Promise<void> {
    try {
      await this.records.accepted(customer, mark);
    } catch (error) {
      log.debug("customer not noted", { error });
    }
  }

  /**
   * Sends a request with the customer's token, and once more if a fresh token may help.
   *
   * @returns The answer, and the refusal mark to remove if the answer shows that Cloudways accepts the credentials.
   */
  async #authenticated(sending: Sending, request: ApiRequest<unknown>) {
    const { customer, address } = sending;
    const { signIn } = traitsOf(customer.credential);
    const reading = this.#readMark(customer);
    const token = signIn.kind === "token"
      ? signIn.token
      : await this.#tokens.bearer(customer, address, sending, await reading);
    const sentAt = this.#options.clock.now();
    const reply = await this.#deliver(sending, request, token, reading);
    const mark = await reading;
    if (reply.status !== 401) return { reply, mark };
    if (signIn.kind === "token") {
      this.#guard.refused(customer, address);
      await this.records.refused(customer).catch((error) => sending.log.warn("refusal not noted", { error }));
      return { reply, mark };
    }
    const fresh = await this.#freshToken(sending, signIn.keyPair, request.operation, { token, sentAt });
    if (fresh === undefined) return { reply, mark };
    // A 401 means that nothing was done. It is the only error after which a write may be sent again.
    const freshReading = this.#readMark(customer);
    const second = await this.#deliver(sending, request, fresh, freshReading);
    if (second.status === 401) this.#noteUnauthorized(customer, request.operation);
    return { reply: second, mark: await freshReading };
  }

  /** Begins to read the refusal mark. Each attempt waits for it before it sends anything, and reports its failure. */
  #readMark(customer: Customer): Promise<string | undefined> {
    const reading = this.records.refusalMark(customer);
    reading.catch(() => {});
    return reading;
  }

  /** The present state of the customer's bucket; takes no token. */
  bucket(customer: Customer): Promise<BucketAnswer> {
    return this.#options.store.takeTokens(bucketKey(customer), this.#options.bucket, 0);
  }

  /** The limit, which is the same for every customer. */
  get bucketLimit(): BucketLimit {
    return this.#options.bucket;
  }

  /** Cloudways' own limits for this customer, as its answers last showed them. */
  upstreamLimits(customer: Customer): UpstreamLimit[] {
    return this.#limits.list(customer);
  }

  /**
   * When the exchanged token of a key pair expires, in milliseconds since the Unix epoch. Undefined for access tokens:
   * only Cloudways knows when they expire.
   */
  tokenExpiresAt(customer: Customer): Promise<number | undefined> {
    return this.#tokens.expiresAt(customer);
  }

  /** Closes the connections. */
  close(): void {
    this.#options.http.close();
  }

  /** Gets a token to replace a refused one; undefined if a fresh one would be refused too. */
  async #freshToken(
    sending: Sending,
    keyPair: KeyPair,
    operation: string,
    refused: { token: string; sentAt: number },
  ): Promise<string | undefined> {
    const { customer, address } = sending;
    const refusedUntil = this.#unauthorized.get(customer.id)?.get(operation) ?? 0;
    if (this.#options.clock.now() < refusedUntil) return undefined;
    return await this.#tokens.afterRefusal(customer, keyPair, refused, address, sending);
  }

  #noteUnauthorized(customer: Customer, operation: string): void {
    const byOperation = this.#unauthorized.getOrMake(customer.id, () => new Map());
    byOperation.set(operation, this.#options.clock.now() + UNAUTHORIZED_MS);
  }

  /**
   * Sends a request. A read is sent again after an outage; everything else is sent once.
   *
   * @param before What must have ended before anything is sent.
   */
  #deliver(
    sending: Sending,
    request: ApiRequest<unknown>,
    bearer: string,
    before: Promise<unknown>,
  ): Promise<WireReply> {
    const { clock, http, breaker, metrics } = this.#options;
    const { endsAt } = sending;
    const sender = { customer: sending.customer.id, operation: request.operation };
    const send = () => breaker.run(sender, () => this.#attempt(sending, request, bearer, before));
    if (request.method !== "GET") {
      if (endsAt - clock.now() < this.#options.callBudgetMs * MIN_SHARE_FOR_WRITE) throw noTimeLeft();
      return send();
    }
    if (request.reveal === true || request.once === true) return send();
    return sendRead(send, {
      clock,
      sentFor: sending,
      endsAt,
      tryMs: http.readTimeoutMs,
      onRetry: () => metrics.upstreamRetried(),
    });
  }

  async #attempt(
    sending: Sending,
    request: ApiRequest<unknown>,
    bearer: string,
    before: Promise<unknown>,
  ): Promise<WireReply> {
    const { customer, address, log, own } = sending;
    const { operation, method, path, query, form, json } = request;
    this.#upstream.refuseWhilePaused(customer, operation);
    // Both ask the store, in one round trip.
    await Promise.all([this.#takeToken(customer), before]);
    const once = request.reveal === true || request.once === true;
    const owner = this.#upstream.ownerOf(customer, address);
    const body = json === undefined ? form : undefined;
    const wire: WireRequest = { method, path, query, form: body, json, bearer, owner, once };
    const { status, headers, text } = await this.#upstream.send({ customer, operation, log }, wire, sending);
    // An answer may echo the request. Above this class nobody knows an exchanged token, or shows a made password.
    const sent = [bearer, ...secretFields(form)];
    const hider = sent.every((secret) => own.secrets.includes(secret)) ? own : new SecretHider(sent);
    return { status, headers, text: hider.givenInText(text) };
  }

  async #takeToken(customer: Customer): Promise<void> {
    const answer = await this.#options.store.takeTokens(bucketKey(customer), this.#options.bucket, 1);
    if (answer.allowed) return;
    const seconds = Math.max(1, Math.ceil(answer.retryAfterSeconds));
    const { capacity, windowSeconds } = this.#options.bucket;
    throw new ToolError("rate_limited", `The limit of ${capacity} requests in ${windowSeconds} seconds is used up.`, {
      hint: `Wait ${seconds} seconds. One call may need several requests; rate_limit_status shows how many are left.`,
      retryAfter: seconds,
      limitedBy: "bucket",
    });
  }

  async #read<T>(reply: WireReply, { own, log }: Sending, request: ApiRequest<T>): Promise<T> {
    const json = readReply(reply, request);
    const safe = request.reveal === true ? json : await own.valueInTurns(json, MAX_TEXT);
    const parsed = await parseAnyReply(request.reply, safe);
    if (parsed.success) return parsed.data;
    log.warn("unexpected upstream answer", { operation: request.operation, ...parseProblems(parsed.error) });
    throw new ToolError("upstream_error", `Cloudways' answer to ${request.operation} is not of the expected form.`, {
      hint: `${nextStep(request)} If it stays, report it to the operator of this server.`,
    });
  }
}

/**
 * Whether an error shows that Cloudways accepted the credentials: a `forbidden` does, unless it names no operation and
 * so came from a firewall.
 */
export function knowsCredentials(error: unknown): boolean {
  return error instanceof ToolError && error.code === "forbidden" && error.details?.operation !== undefined;
}

function bucketKey(customer: Customer): StoreKey {
  return { purpose: "bucket", customer: customer.id };
}
