import { LRUCache } from "lru-cache";
import * as z from "zod";
import type { Customer } from "../identity/caller.ts";
import type { Clock } from "../async/clock.ts";
import { type KeyPair, traitsOf } from "../identity/credential.ts";
import { ToolError } from "../errors.ts";
import { SingleFlight } from "../async/single_flight.ts";
import { atMost } from "../store/at_most.ts";
import type { Store, StoreKey } from "../store/store.ts";
import type { SealedStore } from "../store/sealed.ts";
import type { CustomerRecords } from "./customer_records.ts";
import { type ExchangedToken, keyPairRefused } from "./key_exchange.ts";
import type { SentFor } from "./request_end.ts";

/** Why a token is asked for. */
interface Need {
  /**
   * A token that Cloudways just answered with 401, and when it was sent. Tokens exchanged before that time may be
   * revoked too, so they are not used.
   */
  refused?: { token: string; sentAt: number };
  /** A known token must be usable for more than this many milliseconds. */
  minLeftMs: number;
}

/** What {@linkcode AccessTokens} needs. */
export interface AccessTokensOptions {
  store: Store;
  sealed: SealedStore;
  clock: Clock;
  /** Records whether Cloudways accepts a key pair. */
  records: Pick<CustomerRecords, "accepted" | "refused" | "refusalMark">;
  /**
   * Asks Cloudways to exchange a key pair.
   *
   * @throws {ToolError} `authentication_failed` where Cloudways refuses it.
   */
  exchange: (customer: Customer, keyPair: KeyPair, address: string) => Promise<ExchangedToken>;
  /** Called when the store failed but the token at hand is good. */
  onStoreFailed: (error: unknown) => void;
  /** Called when a lock was not released in time and is taken over. */
  onLockTakenOver: (customer: Customer) => void;
  /** Called when a token was renewed in the background. */
  onRenewed?: () => void;
  /** Called when a renewal in the background failed; the token in use is still valid. */
  onRenewalFailed: (customer: Customer, error: unknown) => void;
}

/**
 * A key pair is exchanged again after this time at the latest, however long its token lives. So a revoked API key stops
 * working here. If an outage makes the exchange fail, the old token is not used for longer.
 */
const MAX_USE_MS = 10 * 60_000;
/** A token is renewed in the background in this last part of its use, so that short sign-in outages fail no call. */
const RENEW_MS = 3 * 60_000;
/** Pause between two renewals for one customer, so that not every call asks a sign-in that is down. */
const RENEWAL_PAUSE_MS = 10_000;
/** A token is not used in this last part of its life. */
const EXPIRY_MARGIN_MS = 60_000;
/** Longer than an exchange can take. */
const LOCK_TTL_MS = 25_000;
const LOCK_POLL_MS = 50;
/**
 * After this wait the lock is taken over: its holder may have died or lost the store. Longer than an exchange usually
 * takes, and short enough that the call can still exchange and do its work.
 */
const LOCK_WAIT_MS = 8_000;
const REFUSAL_TTL_MS = 30_000;
/** The value that marks a refusal; any other value is ignored. */
const REFUSED = "1";

const storedSchema = z.object({ token: z.string(), expiresAt: z.number(), exchangedAt: z.number() });

/**
 * The bearer token of each customer. An access token is sent as it is. A key pair is exchanged once, however many
 * calls, processes and replicas ask at the same time. One of them holds the lock in the store and exchanges; the others
 * wait for its token, for a bounded time.
 */
export class AccessTokens {
  readonly #options: AccessTokensOptions;
  readonly #known = new LRUCache<string, ExchangedToken>(atMost(10_000));
  readonly #flights = new SingleFlight<ExchangedToken>();
  /** When the next renewal may begin, by customer id, in milliseconds since the Unix epoch. */
  readonly #renewAfter = new LRUCache<string, number>(atMost(10_000));

  constructor(options: AccessTokensOptions) {
    this.#options = options;
  }

  /**
   * Gives the token to send.
   *
   * @param mark The mark of a refusal that still stands: older tokens are not used then, only a new one.
   * @throws {ToolError} `authentication_failed` for a key pair that Cloudways refuses, or refused within 30 seconds.
   */
  async bearer(customer: Customer, address: string, sentFor: SentFor, mark?: string): Promise<string> {
    const { signIn } = traitsOf(customer.credential);
    if (signIn.kind === "token") return signIn.token;
    const { keyPair } = signIn;
    const known = this.#known.get(customer.id) ?? await this.#stored(customer);
    const leftMs = known === undefined ? 0 : this.#leftMs(known);
    if (known !== undefined && mark === undefined && leftMs > 0) {
      if (leftMs <= RENEW_MS) this.#renewInBackground(customer, keyPair, address);
      return known.token;
    }
    const isBlocked = known !== undefined && mark !== undefined;
    const need = { minLeftMs: 0, ...(isBlocked && { refused: { token: known.token, sentAt: 0 } }) };
    return (await this.#obtain(customer, keyPair, address, need, sentFor.signal)).token;
  }

  /** Gives a token other than the one that Cloudways just answered with 401. */
  async afterRefusal(
    customer: Customer,
    keyPair: KeyPair,
    refused: { token: string; sentAt: number },
    address: string,
    sentFor: SentFor,
  ): Promise<string> {
    await this.#drop(customer, refused.token);
    return (await this.#obtain(customer, keyPair, address, { refused, minLeftMs: 0 }, sentFor.signal)).token;
  }

  /** Remembers for 30 seconds that this key pair is wrong, so that callers can't make us try it over and over. */
  async rememberRefusal(customer: Customer): Promise<void> {
    this.#known.delete(customer.id);
    await this.#options.records.refused(customer).catch(this.#options.onStoreFailed);
    await this.#options.store.set(refusalKey(customer), REFUSED, { ttlMs: REFUSAL_TTL_MS });
    await this.#options.store.delete(tokenKey(customer));
  }

  /** How many tokens can be used, and seconds until the first of them can't. */
  held(): { usable: number; soonestEndSeconds: number | undefined } {
    const left = [...this.#known.values()].map((token) => this.#leftMs(token)).filter((ms) => ms > 0);
    const soonest = left.reduce((least, ms) => Math.min(least, ms), Infinity);
    return { usable: left.length, soonestEndSeconds: left.length === 0 ? undefined : soonest / 1000 };
  }

  /** When the token in use expires, in milliseconds since the Unix epoch; undefined if no token is known. */
  async expiresAt(customer: Customer): Promise<number | undefined> {
    return (this.#known.get(customer.id) ?? await this.#stored(customer))?.expiresAt;
  }

  async #stored(customer: Customer): Promise<ExchangedToken | undefined> {
    if (traitsOf(customer.credential).signIn.kind === "token") return undefined;
    const stored = await this.#options.sealed.read(tokenKey(customer), storedSchema);
    if (stored !== undefined) this.#known.set(customer.id, stored);
    return stored;
  }

  async #drop(customer: Customer, refused: string): Promise<void> {
    const known = this.#known.get(customer.id) ?? await this.#stored(customer);
    // If the token was replaced, Cloudways has accepted the key pair since.
    if (known?.token !== refused) return;
    this.#known.delete(customer.id);
    await this.#options.records.refused(customer).catch(this.#options.onStoreFailed);
    await this.#options.sealed.deleteIfEquals(tokenKey(customer), known);
  }

  /** Milliseconds for which a token may be used. An exchange time in the future counts like one as far in the past. */
  #leftMs({ expiresAt, exchangedAt }: ExchangedToken): number {
    const now = this.#options.clock.now();
    return Math.min(expiresAt - EXPIRY_MARGIN_MS - now, MAX_USE_MS - Math.abs(now - exchangedAt));
  }

  #renewInBackground(customer: Customer, keyPair: KeyPair, address: string): void {
    const now = this.#options.clock.now();
    if (now < (this.#renewAfter.get(customer.id) ?? 0)) return;
    this.#renewAfter.set(customer.id, now + RENEWAL_PAUSE_MS);
    const forever = new AbortController().signal;
    this.#obtain(customer, keyPair, address, { minLeftMs: RENEW_MS }, forever)
      .then(() => this.#options.onRenewed?.(), (error) => this.#options.onRenewalFailed(customer, error));
  }

  #obtain(customer: Customer, keyPair: KeyPair, address: string, need: Need, signal: AbortSignal) {
    const flight = `${customer.id}:${need.minLeftMs}:${need.refused?.token ?? ""}`;
    return this.#flights.run(flight, (ended) => this.#waitOrExchange(customer, keyPair, address, need, ended), signal);
  }

  /** Exchanges under the lock; without the lock, watches the store for the token that its holder gets. */
  async #waitOrExchange(customer: Customer, keyPair: KeyPair, address: string, need: Need, ended: AbortSignal) {
    const { store, clock } = this.#options;
    const owner = crypto.randomUUID();
    const takeOverAt = clock.now() + LOCK_WAIT_MS;
    while (true) {
      const ready = await this.#readyOrRefused(customer, need);
      if (ready !== undefined) return ready;
      if (await this.#lock(customer, owner, takeOverAt)) {
        try {
          // The previous holder may have finished after we last looked.
          return await this.#readyOrRefused(customer, need) ?? await this.#exchange(customer, keyPair, address);
        } finally {
          // A lock that can't be released expires.
          await store.deleteIfEquals(lockKey(customer), owner).catch((error) => this.#options.onStoreFailed(error));
        }
      }
      await clock.sleep(LOCK_POLL_MS + Math.random() * LOCK_POLL_MS, ended);
    }
  }

  /** Takes the lock if it is free, and after `takeOverAt` also from its holder. */
  async #lock(customer: Customer, owner: string, takeOverAt: number): Promise<boolean> {
    const { store, clock, onLockTakenOver } = this.#options;
    const mayTakeOver = clock.now() >= takeOverAt;
    const taken = await store.set(lockKey(customer), owner, { ttlMs: LOCK_TTL_MS, ifAbsent: !mayTakeOver });
    if (taken && mayTakeOver) onLockTakenOver(customer);
    return taken;
  }

  async #readyOrRefused(customer: Customer, need: Need): Promise<ExchangedToken | undefined> {
    const stored = await this.#stored(customer);
    const { token, sentAt } = need.refused ?? { token: undefined, sentAt: 0 };
    if (stored !== undefined && stored.token !== token && stored.exchangedAt >= sentAt) {
      if (this.#leftMs(stored) > need.minLeftMs) return stored;
    }
    if (await this.#options.store.get(refusalKey(customer)) === REFUSED) {
      throw keyPairRefused("did not accept this e-mail and API key a moment ago");
    }
    return undefined;
  }

  async #exchange(customer: Customer, keyPair: KeyPair, address: string): Promise<ExchangedToken> {
    const { clock, sealed, records, onStoreFailed } = this.#options;
    const mark = await records.refusalMark(customer);
    try {
      const exchanged = await this.#options.exchange(customer, keyPair, address);
      const keepMs = Math.max(1_000, Math.min(exchanged.expiresAt - clock.now(), MAX_USE_MS));
      this.#known.set(customer.id, exchanged);
      await sealed.write(tokenKey(customer), exchanged, keepMs).catch(onStoreFailed);
      await records.accepted(customer, mark).catch(onStoreFailed);
      return exchanged;
    } catch (error) {
      if (error instanceof ToolError && error.code === "authentication_failed") await this.rememberRefusal(customer);
      throw error;
    }
  }
}

function tokenKey(customer: Customer): StoreKey {
  return { purpose: "token", customer: customer.id };
}

function lockKey(customer: Customer): StoreKey {
  return { purpose: "lock", customer: customer.id, name: "token" };
}

function refusalKey(customer: Customer): StoreKey {
  return { purpose: "refusal", customer: customer.id };
}
