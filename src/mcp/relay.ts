/**
 * Passes on what clients of the 2025 revisions send in a request of its own although it belongs into a call that is
 * open, perhaps at another replica: answers to questions, and cancellations.
 */
import { createHash } from "node:crypto";
import { isJSONRPCResponse, type JSONRPCResponse } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Clock } from "../async/clock.ts";
import type { Box } from "../crypto/box.ts";
import { lengthPrefixed } from "../crypto/length_prefixed.ts";
import { ToolError } from "../errors.ts";
import { Semaphore } from "../async/semaphore.ts";
import { SealedChannels } from "../store/sealed_channels.ts";
import { Slots } from "../store/slots.ts";
import { type Channel, type Store, StoreError, type StoreKey, type Unsubscribe } from "../store/store.ts";

/** Whose calls and answers belong together. */
export interface RelaySession {
  /** All 64 hex digits of the customer id. */
  customer: string;
  /** Of the session id. */
  nonce: string;
}

/** What {@linkcode Relay} needs. */
export interface RelayOptions {
  store: Store;
  box: Box;
  clock: Clock;
  /** Told of what could not be tidied up; never alters an answer. */
  onError: (error: Error) => void;
}

/** How long a question that was sent waits for its answer. */
export const ANSWER_WAIT_MS = 5 * 60_000;
/** How many questions of one customer may be open at once, over all replicas. */
export const MAX_OPEN_PER_CUSTOMER = 4;
/** How many questions may be open at once in this process. */
export const MAX_OPEN_PER_PROCESS = 256;

/** Longer than a question can be open, with whatever comes before and after the wait. */
const ENTRY_TTL_MS = ANSWER_WAIT_MS + 30_000;
/** How often a wait looks whether the store still knows of its question. */
const LOOK_EVERY_MS = 2_000;
/** How soon it looks again where the store has failed. */
const LOOK_AGAIN_MS = 1_000;
/** How many looks in a row end a wait where they fail. One late answer of the store proves nothing. */
const MAX_FAILED_LOOKS = 2;
/** Longer than an answer that has taken the mark is on its way, where the store works. */
const ON_ITS_WAY_MS = 1_500;
/** How often an answer is passed on while the store fails: until the wait must have noticed that too. */
const MAX_TRIES = 5;
const TRY_AGAIN_MS = 1_000;
const answerSchema = z.custom<JSONRPCResponse>(isJSONRPCResponse);
const CANCELLED = "cancelled";
/** Nobody knows when a person answers; soon, as a rule. */
const RETRY_AFTER_S = 30;

/** A question was open for as long as one may be, and no answer came. */
export class UnansweredError extends Error {
  override readonly name = "UnansweredError";
}

/** Brings answers and cancellations to the calls they belong to, whichever replica serves those. */
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

  /**
   * Asks a client something and waits for its answer.
   *
   * @param send Sends the question under the id given; nothing is lost however soon the answer comes.
   * @param signal Ends the wait.
   * @throws {ToolError} `rate_limited` where too many questions are open.
   * @throws {UnansweredError} After five minutes.
   * @throws {StoreError} Where the store does not answer, or has lost the question, before it is asked or meanwhile.
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
   * Passes an answer on. False where nobody waits for it: then it counts for nothing.
   *
   * @throws {StoreError} Where the store does not answer for seconds. The wait for this answer ends soon, if it hasn't.
   */
  async answer(session: RelaySession, answer: JSONRPCResponse): Promise<boolean> {
    const { id } = answer;
    if (typeof id !== "string" || !/^[0-9a-f-]{36}$/.test(id)) return false;
    // Of two answers one takes the mark. A wait that has ended has taken it away.
    const { value: mark, failure } = await this.#insist(() => this.#store.take(openMark(session, id)));
    // What failed may have taken the mark all the same.
    if (mark === undefined && failure !== undefined) throw failure;
    if (mark === undefined) return false;
    // Whatever comes of this, the wait finds its mark gone. Hearing the same answer twice is hearing it once.
    return (await this.#insist(() => this.#channels.publish(answerChannel(session, id), answer))).value > 0;
  }

  /** Calls back when the client cancels the request of this id, until it is told to stop. */
  async onCancelled(session: RelaySession, requestId: string | number, callback: () => void): Promise<Unsubscribe> {
    return await this.#channels.subscribe(cancellationChannel(session, requestId), z.literal(CANCELLED), callback);
  }

  /** Tells the call that serves this request, if there is one, that the client cancels it. */
  async cancel(session: RelaySession, requestId: string | number): Promise<void> {
    await this.#channels.publish(cancellationChannel(session, requestId), CANCELLED);
  }

  async #askInPlace(session: RelaySession, send: (id: string) => Promise<void>, signal: AbortSignal) {
    const id = crypto.randomUUID();
    const place = await this.#places.take(session.customer, id, ENTRY_TTL_MS);
    if (place === undefined) throw tooManyQuestions();
    try {
      return await this.#exchange(session, id, () => send(id), signal);
    } finally {
      await this.#tidy(this.#places.release(place, id));
    }
  }

  async #exchange(session: RelaySession, id: string, send: () => Promise<void>, signal: AbortSignal) {
    const answered = Promise.withResolvers<JSONRPCResponse>();
    const stop = await this.#channels.subscribe(answerChannel(session, id), answerSchema, answered.resolve);
    const ended = new AbortController();
    try {
      await this.#store.set(openMark(session, id), "open", { ttlMs: ENTRY_TTL_MS });
      await send();
      const waiting = AbortSignal.any([signal, ended.signal]);
      return await Promise.race([
        answered.promise,
        this.#deadline(waiting),
        this.#watch(openMark(session, id), waiting),
      ]);
    } finally {
      ended.abort();
      stop();
      await this.#tidy(this.#store.delete(openMark(session, id)));
    }
  }

  async #deadline(signal: AbortSignal): Promise<never> {
    await this.#clock.sleep(ANSWER_WAIT_MS, signal);
    throw new UnansweredError("The client did not answer in time.");
  }

  /** Rejects when the store has lost the mark or does not answer: then no answer finds its way any more. */
  async #watch(mark: StoreKey, signal: AbortSignal): Promise<never> {
    for (let failed = 0;;) {
      await this.#clock.sleep(failed === 0 ? LOOK_EVERY_MS : LOOK_AGAIN_MS, signal);
      try {
        if (await this.#store.get(mark) === undefined) break;
        failed = 0;
      } catch (error) {
        if (!(error instanceof StoreError) || ++failed === MAX_FAILED_LOOKS) throw error;
      }
    }
    await this.#clock.sleep(ON_ITS_WAY_MS, signal);
    throw new StoreError("The store has lost an open question, or the answer to it.");
  }

  /**
   * Does it again while the store fails: a client sends its answer once.
   *
   * @returns What came of it, and the last failure before that.
   */
  async #insist<T>(work: () => Promise<T>): Promise<{ value: T; failure: StoreError | undefined }> {
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

  /** Where the store has gone, its entries end by themselves. */
  async #tidy(work: Promise<unknown>): Promise<void> {
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

function openMark({ customer, nonce }: RelaySession, id: string): StoreKey {
  return { purpose: "open_question", customer, name: `${nonce}.${id}` };
}

function answerChannel({ customer, nonce }: RelaySession, id: string): Channel {
  return { kind: "answer", customer, name: `${nonce}.${id}` };
}

/** The id is the client's text, of any length; a number and the same number as text are two different ids. */
function cancellationChannel({ customer, nonce }: RelaySession, requestId: string | number): Channel {
  const digest = createHash("sha256").update(lengthPrefixed(typeof requestId, `${requestId}`)).digest("hex");
  return { kind: "cancellation", customer, name: `${nonce}.${digest}` };
}
