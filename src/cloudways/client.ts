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
import { type CloudwaysHttp, nextStep, secretFields, type WireReply, type WireRequest } from "./http.ts";
import { KeyExchange } from "./key_exchange.ts";
import { OwnSecrets } from "./own_secrets.ts";
import { parseAnyReply, parseProblems } from "./parse_reply.ts";
import { sendRead } from "./read_retries.ts";
import { readReply } from "./replies.ts";
import { type ApiRequest, type Session, withSignal } from "./session.ts";
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

/** A session that says when it ends, and hides the secrets of its credential. */
interface EndingSession extends Session {
  endsAt: number;
  own: SecretHider;
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
    const inTime = {
      ...withSignal(session, request.method === "GET" ? session.signal : session.deadline),
      endsAt: session.endsAt ?? this.#options.clock.now() + this.#options.callBudgetMs,
      own: this.#ownSecrets.of(customer.credential),
    };
    // Loads whether the customer is accepted: the tables below keep accepted customers apart from strangers.
    await this.records.isAccepted(customer);
    await this.#guard.pass(customer, address, session.signal);
    this.#upstream.refuseWhilePaused(customer, request.operation);
    const { reply, mark } = await this.#authenticated(inTime, request);
    // Cloudways has answered, so a store failure must not fail the call any more.
    const noteAccepted = () =>
      this.records.accepted(customer, mark).catch((error) => session.log.debug("customer not noted", { error }));
    try {
      const value = await this.#read(reply, inTime, request);
      await noteAccepted();
      return value;
    } catch (error) {
      if (knowsCredentials(error)) await noteAccepted();
      throw error;
    }
  }

  /**
   * Sends a request with the customer's token, and once more if a fresh token may help.
   *
   * @returns The answer, and the refusal mark to remove if the answer shows that Cloudways accepts the credentials.
   */
  async #authenticated(session: EndingSession, request: ApiRequest<unknown>) {
    const { customer, address, signal } = session;
    const { signIn } = traitsOf(customer.credential);
    const reading = this.#readMark(customer);
    const token = signIn.kind === "token"
      ? signIn.token
      : await this.#tokens.bearer(customer, address, signal, await reading);
    const sentAt = this.#options.clock.now();
    const reply = await this.#deliver(session, request, token, reading);
    const mark = await reading;
    if (reply.status !== 401) return { reply, mark };
    if (signIn.kind === "token") {
      this.#guard.refused(customer, address);
      await this.records.refused(customer).catch((error) => session.log.warn("refusal not noted", { error }));
      return { reply, mark };
    }
    const fresh = await this.#freshToken(session, signIn.keyPair, request.operation, { token, sentAt });
    if (fresh === undefined) return { reply, mark };
    // A 401 means that nothing was done. It is the only error after which a write may be sent again.
    const freshReading = this.#readMark(customer);
    const second = await this.#deliver(session, request, fresh, freshReading);
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
    { customer, address, signal }: Session,
    keyPair: KeyPair,
    operation: string,
    refused: { token: string; sentAt: number },
  ): Promise<string | undefined> {
    const refusedUntil = this.#unauthorized.get(customer.id)?.get(operation) ?? 0;
    if (this.#options.clock.now() < refusedUntil) return undefined;
    return await this.#tokens.afterRefusal(customer, keyPair, refused, address, signal);
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
    session: EndingSession,
    request: ApiRequest<unknown>,
    bearer: string,
    before: Promise<unknown>,
  ): Promise<WireReply> {
    const { clock, http, breaker, metrics } = this.#options;
    const sender = { customer: session.customer.id, operation: request.operation };
    const send = () => breaker.run(sender, () => this.#attempt(session, request, bearer, before));
    const { signal, endsAt } = session;
    if (request.method !== "GET") {
      if (endsAt - clock.now() < this.#options.callBudgetMs * MIN_SHARE_FOR_WRITE) throw noTimeLeft();
      return send();
    }
    if (request.reveal === true || request.once === true) return send();
    return sendRead(send, {
      clock,
      signal,
      endsAt,
      tryMs: http.readTimeoutMs,
      onRetry: () => metrics.upstreamRetried(),
    });
  }

  async #attempt(
    session: EndingSession,
    request: ApiRequest<unknown>,
    bearer: string,
    before: Promise<unknown>,
  ): Promise<WireReply> {
    const { customer, address, signal, log, own } = session;
    const { operation, method, path, query, form, json, reveal } = request;
    this.#upstream.refuseWhilePaused(customer, operation);
    // Both ask the store, in one round trip.
    await Promise.all([this.#takeToken(customer), before]);
    const once = reveal === true || request.once === true;
    const owner = this.#upstream.ownerOf(customer, address);
    const body = json === undefined ? { ...(form && { form }) } : { json };
    const wire: WireRequest = { method, path, bearer, owner, once, ...(query && { query }), ...body };
    const reply = await this.#upstream.send({ customer, operation, log }, wire, signal);
    // An answer may echo the request. Above this class nobody knows an exchanged token, or shows a made password.
    const sent = [bearer, ...secretFields(form)];
    const hider = sent.every((secret) => own.secrets.includes(secret)) ? own : new SecretHider(sent);
    return { ...reply, text: hider.givenInText(reply.text) };
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

  async #read<T>(reply: WireReply, session: EndingSession, request: ApiRequest<T>): Promise<T> {
    const json = readReply(reply, request);
    const safe = request.reveal === true ? json : await session.own.valueInTurns(json, MAX_TEXT);
    const parsed = await parseAnyReply(request.reply, safe);
    if (parsed.success) return parsed.data;
    session.log.warn("unexpected upstream answer", { operation: request.operation, ...parseProblems(parsed.error) });
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
