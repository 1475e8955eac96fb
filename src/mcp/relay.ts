/**
 * Passes on answers to questions, and cancellations. 2025 clients send them in separate requests, but they belong to an
 * open call, which another replica may serve.
 */
import { isJSONRPCResponse, type JSONRPCResponse } from "@modelcontextprotocol/server";
import * as z from "zod";
import type { Clock } from "../async/clock.ts";
import type { Box } from "../crypto/box.ts";
import { lengthPrefixed } from "../crypto/length_prefixed.ts";
import { ToolError } from "../errors.ts";
import { Semaphore } from "../async/semaphore.ts";
import { SealedChannels } from "../store/sealed_channels.ts";
import { Slots } from "../store/slots.ts";
import { type Channel, type Store, StoreError, type StoreKey, type Unsubscribe } from "../store/store.ts";

/** The session that a call and its answers belong to. */
export interface RelaySession {
  /** All 64 hex digits of the customer id. */
  customer: string;
  /** What the caller is bound to besides; see `Caller.boundTo`. */
  boundTo: string;
  /** The nonce of the session id. */
  nonce: string;
}

/** What {@linkcode Relay} needs. */
export interface RelayOptions {
  store: Store;
  box: Box;
  clock: Clock;
  /** Called if cleaning up fails; never changes an answer. */
  onError: (error: Error) => void;
}

/** How long a question waits for its answer. */
export const ANSWER_WAIT_MS = 5 * 60_000;
/** How many questions of one customer may be open at once, over all replicas. */
export const MAX_OPEN_PER_CUSTOMER = 4;
/** How many questions may be open at once in this process. */
export const MAX_OPEN_PER_PROCESS = 256;

/** Longer than a question can be open, including the work before and after the wait. */
const ENTRY_TTL_MS = ANSWER_WAIT_MS + 30_000;
/** Pause between two checks that the store still has the mark of an open question. */
const CHECK_EVERY_MS = 2_000;
/** Pause before the next check if the store failed. */
const CHECK_AGAIN_MS = 1_000;
/** After this many failed checks in a row the wait ends. A single one may only mean a slow store. */
const MAX_FAILED_CHECKS = 2;
/** How long to wait for an answer after its mark was taken; longer than it takes while the store works. */
const DELIVERY_MS = 1_500;
/** How often an answer is passed on while the store fails: until the waiting call must have noticed the failure too. */
const MAX_TRIES = 5;
const TRY_AGAIN_MS = 1_000;
const answerSchema = z.custom<JSONRPCResponse>(isJSONRPCResponse);
const CANCELLED = "cancelled";
/** A guess: people usually answer within this time. */
const RETRY_AFTER_S = 30;

/** No answer came within {@linkcode ANSWER_WAIT_MS}. */
export class UnansweredError extends Error {
  override readonly name = "UnansweredError";
}

/** Passes answers and cancellations to the calls they belong to, on any replica. */
export class Relay {
  readonly #store: Store;
  readonly #channels: SealedChannels;
  readonly #places: Slots;
  readonly #open = new Semaphore(MAX_OPEN_PER_PROCESS);
  readonly #clock: Clock;
  readonly #onError: (error: Error) => void;

  constructor({ store, box, clock, onError }: RelayOptions) {
    this.#store = store;
    this.#channels = new SealedChannels(store, box);
    this.#places = new Slots(store, "relay", MAX_OPEN_PER_CUSTOMER);
    this.#clock = clock;
    this.#onError = onError;
  }

  /** How many calls wait for the answer of a client. */
  get waiting(): number {
    return this.#open.held;
  }

  /**
   * Asks a client something and waits for its answer.
   *
   * @param send Sends the question under the given id. The answer may come at any time after that.
   * @param signal Ends the wait.
   * @throws {ToolError} `rate_limited` if too many questions are open.
   * @throws {UnansweredError} After five minutes.
   * @throws {StoreError} If the store does not answer, or has lost the question.
   */
  async ask(
    session: RelaySession,
    send: (id: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<JSONRPCResponse> {
    const release = this.#open.tryAcquire();
    if (release === undefined) throw tooManyQuestions();
    try {
      return await this.#askInPlace(session, send, signal);
    } finally {
      release();
    }
  }

  /**
   * Passes an answer on.
   *
   * @returns False if no call waits for it; the answer has no effect then.
   * @throws {StoreError} If the store does not answer for seconds. The waiting call ends soon then, if it hasn't yet.
   */
  async answer(session: RelaySession, answer: JSONRPCResponse): Promise<boolean> {
    const { id } = answer;
    if (typeof id !== "string" || !/^[0-9a-f-]{36}$/.test(id)) return false;
    // Of two answers, only one takes the mark. When a wait ends, it removes the mark.
    const { mark, channel } = await namesOf(session, id);
    const { value: taken, failure } = await this.#retry(() => this.#store.take(mark));
    // A failed try may have taken the mark all the same.
    if (taken === undefined && failure !== undefined) throw failure;
    if (taken === undefined) return false;
    // The mark is gone, so the waiting call ends in any case. Publishing twice is harmless: the first answer counts.
    return (await this.#retry(() => this.#channels.publish(channel, answer))).value > 0;
  }

  /** Calls back when the client cancels the request with this id, until the returned function is called. */
  async onCancelled(session: RelaySession, requestId: string | number, callback: () => void): Promise<Unsubscribe> {
    const channel = await cancellationChannel(session, requestId);
    return await this.#channels.subscribe(channel, z.literal(CANCELLED), callback);
  }

  /** Cancels the call that serves this request, if there is one. */
  async cancel(session: RelaySession, requestId: string | number): Promise<void> {
    await this.#channels.publish(await cancellationChannel(session, requestId), CANCELLED);
  }

  async #askInPlace(session: RelaySession, send: (id: string) => Promise<void>, signal: AbortSignal) {
    const id = crypto.randomUUID();
    const place = await this.#places.take(session.customer, id, ENTRY_TTL_MS);
    if (place === undefined) throw tooManyQuestions();
    try {
      return await this.#exchange(session, id, () => send(id), signal);
    } finally {
      await this.#cleanUp(this.#places.release(place, id));
    }
  }

  async #exchange(session: RelaySession, id: string, send: () => Promise<void>, signal: AbortSignal) {
    const answered = Promise.withResolvers<JSONRPCResponse>();
    const { mark, channel } = await namesOf(session, id);
    const stop = await this.#channels.subscribe(channel, answerSchema, answered.resolve);
    const ended = new AbortController();
    try {
      await this.#store.set(mark, "open", { ttlMs: ENTRY_TTL_MS });
      await send();
      const waiting = AbortSignal.any([signal, ended.signal]);
      return await Promise.race([answered.promise, this.#deadline(waiting), this.#watch(mark, waiting)]);
    } finally {
      ended.abort();
      stop();
      await this.#cleanUp(this.#store.delete(mark));
    }
  }

  async #deadline(signal: AbortSignal): Promise<never> {
    await this.#clock.sleep(ANSWER_WAIT_MS, signal);
    throw new UnansweredError("The client did not answer in time.");
  }

  /** Rejects when the store does not answer or has lost the mark: then no answer can arrive any more. */
  async #watch(mark: StoreKey, signal: AbortSignal): Promise<never> {
    for (let failed = 0;;) {
      await this.#clock.sleep(failed === 0 ? CHECK_EVERY_MS : CHECK_AGAIN_MS, signal);
      try {
        if (await this.#store.get(mark) === undefined) break;
        failed = 0;
      } catch (error) {
        if (!(error instanceof StoreError) || ++failed === MAX_FAILED_CHECKS) throw error;
      }
    }
    await this.#clock.sleep(DELIVERY_MS, signal);
    throw new StoreError("The store has lost an open question, or the answer to it.");
  }

  /**
   * Retries while the store fails, since a client sends its answer only once.
   *
   * @returns The result, and the last failure before it.
   */
  async #retry<T>(work: () => Promise<T>): Promise<{ value: T; failure: StoreError | undefined }> {
    let failure: StoreError | undefined;
    for (let tries = 1;; tries++) {
      try {
        return { value: await work(), failure };
      } catch (error) {
        if (!(error instanceof StoreError) || tries === MAX_TRIES) throw error;
        failure = error;
      }
      await this.#clock.sleep(TRY_AGAIN_MS);
    }
  }

  /** Reports a failed clean-up; the store's entries expire by themselves. */
  async #cleanUp(work: Promise<unknown>): Promise<void> {
    await work.catch(this.#onError);
  }
}

function tooManyQuestions(): ToolError {
  return new ToolError("rate_limited", "Too many questions wait for an answer already.", {
    hint: "Nothing was done. Let the user answer or dismiss the open questions first.",
    retryAfter: RETRY_AFTER_S,
    limitedBy: "relay",
  });
}

/** The mark of an open question, and the channel of its answer. */
async function namesOf(session: RelaySession, id: string): Promise<{ mark: StoreKey; channel: Channel }> {
  const { customer } = session;
  const name = await nameOf(session, id);
  return { mark: { purpose: "open_question", customer, name }, channel: { kind: "answer", customer, name } };
}

/** A bound may be long, so it is hashed. */
async function nameOf({ nonce, boundTo }: RelaySession, id: string): Promise<string> {
  return boundTo === "" ? `${nonce}.${id}` : `${nonce}.${await digestOf("bound to", boundTo)}.${id}`;
}

/** The id is hashed, since it may be text of any length. A number and the same number as text are different ids. */
async function cancellationChannel(session: RelaySession, requestId: string | number): Promise<Channel> {
  const digest = await digestOf(typeof requestId, `${requestId}`);
  return { kind: "cancellation", customer: session.customer, name: await nameOf(session, digest) };
}

async function digestOf(...texts: string[]): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", lengthPrefixed(...texts))).toHex();
}
