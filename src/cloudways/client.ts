import { z } from "zod";
import type { Customer } from "../identity/caller.ts";
import { type KeyPair, traitsOf } from "../identity/credential.ts";
import type { Clock } from "../async/clock.ts";
import { shortCustomerId } from "../identity/customer_id.ts";
import { CustomerTable } from "../store/customer_table.ts";
import { Deadline } from "../async/deadline.ts";
import { type ErrorCode, ToolError } from "../errors.ts";
import type { Owner } from "../async/fair_shares.ts";
import { SecretHider } from "../text/redaction/redaction.ts";
import type { SealedStore } from "../store/sealed.ts";
import { type BucketAnswer, type BucketLimit, type Store, StoreError, type StoreKey } from "../store/store.ts";
import { storeAway } from "../store/away.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { AccessTokens, type ExchangedToken, keyPairRefused } from "./access_tokens.ts";
import type { CircuitBreaker } from "./breaker.ts";
import type { CustomerRecords } from "./customer_records.ts";
import { type CloudwaysHttp, type Fields, nextStep, NotSentError, type WireReply, type WireRequest } from "./http.ts";
import { type NetworkFailure, networkFailure } from "./network_failure.ts";
import { type ApiPath, path } from "./path.ts";
import { sendRead } from "./read_retries.ts";
import { pauseSeconds, readReply, sayingOf, upstreamRateLimited } from "./replies.ts";
import { SignInGuard } from "./sign_in_guard.ts";
import { type UpstreamLimit, UpstreamLimits } from "./upstream_limits.ts";

/** On whose behalf a request is made, and until when. */
export interface Session {
  customer: Customer;
  /** The connection's address; bounds wrong credentials. */
  address: string;
  /** Ends reads and waiting: the deadline, or the client is gone. */
  signal: AbortSignal;
  /** Ends writes: the deadline alone, for what has left can't be taken back. */
  deadline: AbortSignal;
  /** When the deadline is, in milliseconds since the Unix epoch, so that nothing is begun that can't end in time. */
  endsAt?: number;
  /** When the call came, in milliseconds since the Unix epoch: waiting counts from there. Defaults to now. */
  waitsFrom?: number;
  /** Logs under the caller's request id, and hides the caller's credentials. */
  log: Logger;
}

/** One request to Cloudways. */
export interface ApiRequest<T> {
  /** The operation's name in the facts; names it in logs, metrics and limits. */
  operation: string;
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: ApiPath;
  query?: Fields;
  form?: Fields;
  /** Just enough of the expected answer to notice a wrong one. */
  reply: z.ZodType<T>;
  /** Leave secrets in the answer, and send it once. For the one tool that shows them, after a person's yes. */
  reveal?: boolean;
  /** Send it once, although it reads: where it has Cloudways call somebody. */
  once?: boolean;
}

/** What {@linkcode CloudwaysClient} needs. */
export interface CloudwaysClientOptions {
  http: CloudwaysHttp;
  breaker: CircuitBreaker;
  store: Store;
  sealed: SealedStore;
  records: CustomerRecords;
  clock: Clock;
  metrics: Metrics;
  log: Logger;
  /** Makes the logger of what callers at an address do whom Cloudways has not accepted. */
  strangersLog: (address: string) => Logger;
  /** Our own limit on each customer's upstream requests. */
  bucket: BucketLimit;
  /** Milliseconds a call may take, where the session does not say when it ends. */
  callBudgetMs: number;
}

/** Below the life of the lock under which an exchange runs. */
const EXCHANGE_TIMEOUT_MS = 22_000;

/** How much of a call's time must be left for a write to leave: one that is cut short may or may not have been done. */
const LEAST_SHARE_FOR_A_WRITE = 1 / 6;

/** For how long no fresh token is fetched for an operation that refused one: nobody makes us press the sign-in. */
const UNAUTHORIZED_MS = 30_000;

/** Code points of one text; twice as many characters are read, which is more than an answer can show. */
const MAX_TEXT = 30_000;

/** What Cloudways gives a token, as far as anybody has seen. */
const USUAL_LIFE_SECONDS = 3600;
/** No token is kept for longer, whatever is said of it. */
const MAX_LIFE_SECONDS = 30 * 86_400;

/** A life that is not understood spoils no token: one that ends sooner is answered by 401 and exchanged anew. */
const exchangeReply = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]{1,4096}$/),
  expires_in: z.coerce.number().min(1).catch(USUAL_LIFE_SECONDS)
    .transform((seconds) => Math.min(seconds, MAX_LIFE_SECONDS)),
});

/** Speaks to the Cloudways API for every customer: tokens, limits and errors are settled here and nowhere else. */
export class CloudwaysClient {
  readonly records: CustomerRecords;
  readonly #options: CloudwaysClientOptions;
  readonly #tokens: AccessTokens;
  readonly #guard: SignInGuard;
  /** Operations that Cloudways answers by 401 whatever the token, and until when that is not tried again. */
  readonly #unauthorized: CustomerTable<Map<string, number>>;
  readonly #limits: UpstreamLimits;

  constructor(options: CloudwaysClientOptions) {
    const { store, sealed, records, clock } = options;
    this.#options = options;
    this.records = records;
    this.#guard = new SignInGuard({ clock, records });
    const isAccepted = (customer: string) => records.isKnown(customer);
    this.#unauthorized = new CustomerTable({ isAccepted, max: 5_000 });
    this.#limits = new UpstreamLimits(clock, isAccepted);
    this.#tokens = new AccessTokens({
      store,
      sealed,
      clock,
      records: this.records,
      exchange: (customer, keyPair, address) => this.#exchange(customer, keyPair, address),
      onStoreFailed: (error) => options.log.debug("token not kept", { error }),
      onLockTakenOver: ({ id }) =>
        options.log.warn("a lock on a sign-in was not given back in time, and taken over", {
          customer: shortCustomerId(id),
        }),
      onRenewalFailed: (_customer, error) => options.log.warn("token renewal failed", { error }),
    });
  }

  /**
   * Sends a request and reads its answer, with secrets hidden.
   *
   * @throws {ToolError} Every failure, by its code.
   */
  async send<T>(session: Session, request: ApiRequest<T>): Promise<T> {
    try {
      return await this.#send(session, request);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      session.log.debug("store failed", { error });
      throw storeAway(error);
    }
  }

  async #send<T>(session: Session, request: ApiRequest<T>): Promise<T> {
    const { customer, address } = session;
    const inTime = {
      ...session,
      signal: request.method === "GET" ? session.signal : session.deadline,
      endsAt: session.endsAt ?? this.#options.clock.now() + this.#options.callBudgetMs,
    };
    // Everything below keeps what it knows of accepted customers apart from what it knows of others.
    await this.records.isAccepted(customer);
    await this.#guard.pass(customer, address, session.signal);
    this.#refuseWhilePaused(customer, request.operation);
    let mark = await this.records.refusalMark(customer);
    const bearer = await this.#tokens.bearer(customer, address, inTime.signal, mark);
    const sentAt = this.#options.clock.now();
    let reply = await this.#deliver(inTime, request, bearer);
    const { signIn } = traitsOf(customer.credential);
    if (reply.status === 401 && signIn.kind === "token") {
      this.#guard.refused(customer, address);
      await this.records.refused(customer).catch((error) => session.log.warn("refusal not noted", { error }));
    }
    if (reply.status === 401) {
      const fresh = await this.#freshToken(inTime, request.operation, { token: bearer, sentAt });
      // A 401 says that nothing was done, so this is the one error after which a write too may be sent again.
      if (fresh !== undefined) {
        mark = await this.records.refusalMark(customer);
        reply = await this.#deliver(inTime, request, fresh);
      }
      if (fresh !== undefined && reply.status === 401) this.#noteUnauthorized(customer, request.operation);
    }
    // Cloudways has answered: a store that fails now must not make a failure of what is done.
    const noteAccepted = () =>
      this.records.accepted(customer, mark).catch((error) => session.log.debug("customer not noted", { error }));
    try {
      const value = await this.#read(reply, session, request);
      await noteAccepted();
      return value;
    } catch (error) {
      if (knowsCredentials(error)) await noteAccepted();
      throw error;
    }
  }

  /** The customer's bucket, as it is; takes nothing. */
  bucket(customer: Customer): Promise<BucketAnswer> {
    return this.#options.store.takeTokens(bucketKey(customer), this.#options.bucket, 0);
  }

  /** The size of every customer's bucket. */
  get bucketLimit(): BucketLimit {
    return this.#options.bucket;
  }

  /** What Cloudways last said of its own limits to this customer. */
  upstreamLimits(customer: Customer): UpstreamLimit[] {
    return this.#limits.list(customer);
  }

  /** When the exchanged token of a key pair ends; undefined for access tokens, whose end only Cloudways knows. */
  tokenExpiresAt(customer: Customer): Promise<number | undefined> {
    return this.#tokens.expiresAt(customer);
  }

  /** Closes the connections. */
  close(): void {
    this.#options.http.close();
  }

  /** A token in place of a refused one; undefined where a fresh one would be refused as well, or there is none to be had. */
  async #freshToken(
    { customer, address, signal }: Session,
    operation: string,
    refused: { token: string; sentAt: number },
  ): Promise<string | undefined> {
    const { signIn } = traitsOf(customer.credential);
    if (signIn.kind !== "exchange") return undefined;
    const refusedUntil = this.#unauthorized.get(customer.id)?.get(operation) ?? 0;
    if (this.#options.clock.now() < refusedUntil) return undefined;
    return await this.#tokens.afterRefusal(customer, signIn.keyPair, refused, address, signal);
  }

  #noteUnauthorized(customer: Customer, operation: string): void {
    const byOperation = this.#unauthorized.getOrMake(customer.id, () => new Map());
    byOperation.set(operation, this.#options.clock.now() + UNAUTHORIZED_MS);
  }

  #refuseWhilePaused(customer: Customer, operation: string): void {
    const seconds = this.#limits.pausedSeconds(customer, operation);
    if (seconds > 0) throw upstreamRateLimited(seconds, "upstream_pause");
  }

  /** Sends a request: reads again where that may help, and everything else once. */
  #deliver(
    session: Session & Required<Pick<Session, "endsAt">>,
    request: ApiRequest<unknown>,
    bearer: string,
  ): Promise<WireReply> {
    const { clock, http, breaker, metrics } = this.#options;
    const sender = { customer: session.customer.id, operation: request.operation };
    const send = () => breaker.run(sender, () => this.#attempt(session, request, bearer));
    const { signal, endsAt } = session;
    if (request.method !== "GET") {
      if (endsAt - clock.now() < this.#options.callBudgetMs * LEAST_SHARE_FOR_A_WRITE) throw noTimeLeft();
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

  async #attempt(session: Session, request: ApiRequest<unknown>, bearer: string): Promise<WireReply> {
    const { customer, address, signal, log } = session;
    const { operation, method, path, query, form, reveal } = request;
    this.#refuseWhilePaused(customer, operation);
    await this.#takeToken(customer);
    const once = reveal === true || request.once === true;
    const owner = this.#ownerOf(customer, address);
    const wire: WireRequest = { method, path, bearer, owner, once, ...(query && { query }), ...(form && { form }) };
    const reply = await this.#timed(operation, log, () => this.#options.http.send(wire, signal));
    this.#noteLimits(customer, operation, reply);
    // An answer may echo what it was asked with; an exchanged token is known nowhere above this line.
    return { ...reply, text: new SecretHider([bearer]).givenInText(reply.text) };
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

  #ownerOf({ id }: Customer, address: string): Owner {
    return this.records.isKnown(id) ? { customer: id } : { stranger: address, credentials: id };
  }

  #noteLimits(customer: Customer, operation: string, reply: WireReply): void {
    this.#limits.seen(customer, operation, reply.headers);
    if (reply.status === 429) this.#limits.pause(customer, operation, pauseSeconds(reply.headers));
  }

  async #read<T>(reply: WireReply, session: Session, request: ApiRequest<T>): Promise<T> {
    const json = readReply(reply, request);
    const own = traitsOf(session.customer.credential).secrets;
    // What a query compares with is hidden where it leaves the process: a tool may have been asked to show it.
    const hider = new SecretHider(own, undefined, { showLiterals: true });
    const safe = request.reveal === true ? json : await hider.valueInTurns(json, MAX_TEXT);
    const parsed = parseReply(request.reply, safe);
    if (parsed.success) return parsed.data;
    session.log.warn("unexpected upstream answer", { operation: request.operation, ...whatIsWrong(parsed.error) });
    throw new ToolError("upstream_error", `Cloudways' answer to ${request.operation} is not of the expected form.`, {
      hint: `${nextStep(request)} If it stays, report it to the operator of this server.`,
    });
  }

  async #exchange(customer: Customer, keyPair: KeyPair, address: string): Promise<ExchangedToken> {
    const operation = "oauth_access_token_create";
    this.#refuseWhilePaused(customer, operation);
    const form = { email: keyPair.email, api_key: keyPair.apiKey };
    const owner = this.#ownerOf(customer, address);
    const wire: WireRequest = { method: "POST", path: path`/oauth/access_token`, form, owner };
    const { http, breaker, clock, metrics, strangersLog } = this.#options;
    const log = ("stranger" in owner ? strangersLog(address) : this.#options.log)
      .with({ customer: shortCustomerId(customer.id) });
    const sentAt = clock.now();
    using deadline = new Deadline(EXCHANGE_TIMEOUT_MS);
    const sent = breaker.run(
      { customer: customer.id, operation },
      () => this.#timed(operation, log, () => http.send(wire, deadline.signal)),
    );
    const reply = await sent.catch((error) => {
      throw signInFailed(error, keyPair);
    });
    this.#noteLimits(customer, operation, reply);
    const refused = reply.status === 401 || reply.status === 400;
    metrics.tokenExchanged(reply.status === 200 ? "ok" : refused ? "refused" : "failed");
    if (refused) {
      this.#guard.refused(customer, address);
      throw keyPairRefused("did not accept this e-mail and API key");
    }
    const { access_token: token, expires_in: seconds } = readExchange(reply, keyPair);
    return { token, expiresAt: sentAt + seconds * 1000, exchangedAt: sentAt };
  }

  /** Logs and counts one upstream request, whatever becomes of it. */
  async #timed(operation: string, log: Logger, send: () => Promise<WireReply>): Promise<WireReply> {
    const startedAt = performance.now();
    let status = "aborted";
    let cause: NetworkFailure | undefined;
    try {
      const reply = await send();
      status = String(reply.status);
      return reply;
    } catch (error) {
      if (error instanceof ToolError) {
        cause = networkFailure(error.cause);
        status = cause === undefined ? error.code : `${error.code}_${cause}`;
      }
      throw error;
    } finally {
      const milliseconds = Math.round(performance.now() - startedAt);
      this.#options.metrics.upstreamFinished({ operation, status, seconds: milliseconds / 1000 });
      log.info("upstream", { operation, status, ...(cause && { cause }), milliseconds });
    }
  }
}

/** A token that may do little is known all the same; what names no operation came from a firewall. */
export function knowsCredentials(error: unknown): boolean {
  return error instanceof ToolError && error.code === "forbidden" && error.details?.operation !== undefined;
}

type Parsed<T> = { success: true; data: T } | { success: false; error: unknown };

/** Zod throws at some values, such as an object with a `length` of its own where a text is expected. */
function parseReply<T>(reply: z.ZodType<T>, json: unknown): Parsed<T> {
  try {
    return reply.safeParse(json);
  } catch (error) {
    return { success: false, error };
  }
}

function whatIsWrong(error: unknown): Record<string, unknown> {
  if (!(error instanceof z.ZodError)) return { error };
  return { issues: error.issues.slice(0, 10).map((issue) => `${issue.path.join(".")}: ${issue.code}`) };
}

function bucketKey(customer: Customer): StoreKey {
  return { purpose: "bucket", customer: customer.id };
}

function noTimeLeft(): ToolError {
  return new ToolError("upstream_timeout", "Cloudways took so long that the change was not sent. Nothing was done.", {
    hint: "Try again in a moment.",
    done: "nothing",
  });
}

function readExchange(reply: WireReply, keyPair: KeyPair): z.output<typeof exchangeReply> {
  try {
    const parsed = parseReply(
      exchangeReply,
      readReply(reply, { operation: "oauth_access_token_create", method: "POST" }),
    );
    if (parsed.success) return parsed.data;
  } catch (error) {
    throw signInFailed(error, keyPair);
  }
  throw signInFailed(new ToolError("upstream_error", "The answer holds no token."), keyPair);
}

/** Codes that say something of the sign-in itself; all others would be taken for something about what was called. */
const SIGN_IN_CODES: ReadonlySet<ErrorCode> = new Set([
  "forbidden",
  "upstream_rate_limited",
  "upstream_timeout",
  "upstream_unreachable",
]);

/** What keeps a call from being made at all. The e-mail is not shown, since Cloudways has not accepted it. */
function signInFailed(error: unknown, { email, apiKey }: KeyPair): unknown {
  if (!(error instanceof ToolError) || error instanceof NotSentError) return error;
  const { code, message, retryAfter, cause } = error;
  const { cloudways_message: said } = sayingOf(error);
  const cloudways_message = said && new SecretHider([email, apiKey]).givenInText(said);
  const shownCode = SIGN_IN_CODES.has(code) ? code : "upstream_error";
  return new ToolError(shownCode, `Signing in at Cloudways failed. ${message}`, {
    ...(cloudways_message !== undefined && { details: { cloudways_message } }),
    hint: `Nothing was done. Try again in ${retryAfter === undefined ? "a moment" : `${retryAfter} s`}. ` +
      "If it stays, tell the user.",
    ...(retryAfter !== undefined && { retryAfter }),
    done: "nothing",
    cause: cause ?? error,
  });
}
