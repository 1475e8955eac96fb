import { HeldPlaces } from "./held_places.ts";

/**
 * Whose work takes a place: a customer that Cloudways has accepted, or a stranger. A stranger is known by address, and
 * may have sent credentials.
 */
export type Owner = { customer: string } | { stranger: string; credentials?: string };

/** How many places there are, and how many of them one owner may have at most. */
export interface ShareBounds {
  /** All places. */
  places: number;
  /** Most places of one customer, or of the credentials of one stranger. Defaults to all. */
  perCustomer?: number;
  /** Most places of all strangers together. Defaults to half. */
  strangers?: number;
}

/** What an owner may have while any place is free, even where there are too few places to share. */
const MIN_SHARE = 2;

/**
 * Places that many owners share, so that no owner takes the share of others. The share of one owner shrinks with the
 * square of what is free: an owner that takes all it can leaves more than half, and after n such owners about an n-th
 * part is left. So the next owner always finds a place. All strangers together count as one owner. Their places are
 * shared in the same way, and one address gets no more of them than it leaves.
 */
export class FairShares {
  readonly #bounds: Required<ShareBounds>;
  readonly #customers: HeldPlaces;
  readonly #addresses: HeldPlaces;
  #held = 0;
  #heldByStrangers = 0;

  /** Throws a RangeError unless there is a positive whole number of places. */
  constructor(bounds: ShareBounds) {
    const { places } = bounds;
    if (!Number.isSafeInteger(places) || places < 1) {
      throw new RangeError(`places must be a positive integer: ${places}`);
    }
    this.#bounds = {
      perCustomer: places,
      strangers: Math.min(places, Math.max(MIN_SHARE, Math.floor(places / 2))),
      ...bounds,
    };
    this.#customers = new HeldPlaces(places);
    this.#addresses = new HeldPlaces(places);
  }

  /** How many places are taken. */
  get held(): number {
    return this.#held;
  }

  /** Takes a place; false if the owner has its full share, or no place is free. */
  take(owner: Owner): boolean {
    const isTaken = this.#hasRoomFor(owner);
    if (isTaken) this.#count(owner, 1);
    return isTaken;
  }

  /** Gives back a place that this owner took. */
  giveBack(owner: Owner): void {
    this.#count(owner, -1);
  }

  #hasRoomFor(owner: Owner): boolean {
    const { places, perCustomer, strangers } = this.#bounds;
    const share = shareOf(places - this.#held, places);
    const customer = customerOf(owner);
    const held = customer === undefined ? 0 : this.#customers.of(customer);
    if (held >= perCustomer) return false;
    if ("customer" in owner) return held < share;
    const free = Math.min(strangers - this.#heldByStrangers, places - this.#held);
    // Many strangers may share one address, through a proxy: none of them takes all that the address may have.
    return this.#heldByStrangers < share && held < shareOf(free, strangers) &&
      this.#addresses.of(owner.stranger) < Math.max(MIN_SHARE, free);
  }

  #count(owner: Owner, change: 1 | -1): void {
    this.#held += change;
    const customer = customerOf(owner);
    if (customer !== undefined) this.#customers.count(customer, change);
    if ("customer" in owner) return;
    this.#heldByStrangers += change;
    this.#addresses.count(owner.stranger, change);
  }
}

/** How many places one owner may have while `free` of all `places` are free. */
function shareOf(free: number, places: number): number {
  return free <= 0 ? 0 : Math.max(MIN_SHARE, free * free / places);
}

/** The customer, or the credentials of a stranger. */
function customerOf(owner: Owner): string | undefined {
  return "customer" in owner ? owner.customer : owner.credentials;
}
