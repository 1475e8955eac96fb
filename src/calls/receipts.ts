/** Receipts of changes: the call that puts each back, sealed, for one day and one use. */
import * as z from "zod";
import type { Clock } from "../async/clock.ts";
import type { Caller } from "../identity/caller.ts";
import type { SealedStore } from "../store/sealed.ts";
import type { StoreKey } from "../store/store.ts";

/** How long a change can be taken back. */
const GOOD_MS = 24 * 3600_000;

/** Most characters of one receipt, as JSON: more than the longest settings text takes, before and after. */
const MAX_CHARACTERS = 100_000;

const state = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]),
);

const receiptSchema = z.object({
  /** The call that puts the change back. */
  tool: z.string(),
  arguments: z.record(z.string(), z.unknown()),
  /** What there was before the change, and after it, of what it changed. */
  before: state,
  after: state,
  /** The change: its tool, and its request id in the audit records. */
  changed_by: z.string(),
  request_id: z.string(),
  /** When the change was made, and until when the receipt is good; milliseconds since the Unix epoch. */
  at: z.int(),
  until: z.int(),
  /** What the caller was bound to besides the customer; see `Caller.boundTo`. */
  bound_to: z.string(),
});

/** What is kept of a change that can be taken back. */
export type Receipt = z.output<typeof receiptSchema>;

/** A receipt with the id that callers know it by. */
export interface KnownReceipt {
  id: string;
  receipt: Receipt;
}

/** Keeps, finds and uses up receipts. A receipt opens only for the customer, and what it is bound to, that made the change. */
export class Receipts {
  readonly #sealed: SealedStore;
  readonly #clock: Clock;

  constructor({ sealed, clock }: { sealed: SealedStore; clock: Clock }) {
    this.#sealed = sealed;
    this.#clock = clock;
  }

  /**
   * Keeps a receipt of a change that was made just now.
   *
   * @returns Undefined if it is too large to be kept.
   * @throws {StoreError} If the store does not take it.
   */
  async keep(
    change: Omit<Receipt, "at" | "until" | "bound_to">,
    customer: string,
    { boundTo }: Pick<Caller, "boundTo">,
  ): Promise<KnownReceipt | undefined> {
    const at = this.#clock.now();
    const receipt = { ...change, at, until: at + GOOD_MS, bound_to: boundTo };
    if (JSON.stringify(receipt).length > MAX_CHARACTERS) return undefined;
    const id = crypto.getRandomValues(new Uint8Array(16)).toHex();
    await this.#sealed.write(keyOf(customer, id), receipt, GOOD_MS);
    return { id, receipt };
  }

  /**
   * The receipt with this id; undefined if this caller has none that is still good.
   *
   * @throws {StoreError} If the store does not answer.
   */
  async find(id: string, customer: string, { boundTo }: Pick<Caller, "boundTo">): Promise<KnownReceipt | undefined> {
    const receipt = await this.#sealed.read(keyOf(customer, id), receiptSchema);
    return receipt?.bound_to === boundTo ? { id, receipt } : undefined;
  }

  /**
   * Uses a receipt up. Of many calls at the same time, one gets true.
   *
   * @throws {StoreError} If the store does not answer.
   */
  async take({ id }: KnownReceipt, customer: string): Promise<boolean> {
    return await this.#sealed.take(keyOf(customer, id), receiptSchema) !== undefined;
  }

  /**
   * Makes a receipt good again after its call certainly did nothing.
   *
   * @throws {StoreError} If the store does not take it.
   */
  async putBack({ id, receipt }: KnownReceipt, customer: string): Promise<void> {
    const leftMs = receipt.until - this.#clock.now();
    if (leftMs > 0) await this.#sealed.write(keyOf(customer, id), receipt, leftMs);
  }
}

function keyOf(customer: string, name: string): StoreKey {
  return { purpose: "receipt", customer, name };
}
