import { FairShares, type Owner } from "./fair_shares.ts";
import type { Release } from "./semaphore.ts";

/** How full a {@linkcode FairSemaphore} is. */
export interface PoolState {
  /** All places. */
  places: number;
  /** How many places are held now. */
  held: number;
  /** How many callers wait now. */
  waiting: number;
}

/** The waiting callers of one owner, in the order they came. */
interface Queue {
  owner: Owner;
  grants: Set<() => void>;
}

/**
 * At most `places` holders at a time. One owner never holds all places: see {@linkcode FairShares}. Waiting owners are
 * served in turn, one caller each, so that a long queue of one owner delays no other owner.
 */
export class FairSemaphore {
  readonly #places: number;
  readonly #shares: FairShares;
  /** In the order of their turns. */
  readonly #queues = new Map<string, Queue>();

  /** Throws a RangeError unless `places` is a positive integer. */
  constructor(places: number) {
    this.#places = places;
    this.#shares = new FairShares({ places });
  }

  /** How full it is now. */
  get state(): PoolState {
    let waiting = 0;
    for (const { grants } of this.#queues.values()) waiting += grants.size;
    return { places: this.#places, held: this.#shares.held, waiting };
  }

  /** Resolves once a place is free for this owner; rejects with the signal's reason when `signal` aborts first. */
  acquire(owner: Owner, signal?: AbortSignal): Promise<Release> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const release = this.tryAcquire(owner);
    return release === undefined ? this.#wait(owner, signal) : Promise.resolve(release);
  }

  /** Takes a place if one is free for this owner now. */
  tryAcquire(owner: Owner): Release | undefined {
    if (this.#queues.has(keyOf(owner)) || !this.#shares.take(owner)) return undefined;
    return this.#release(owner);
  }

  #wait(owner: Owner, signal: AbortSignal | undefined): Promise<Release> {
    const key = keyOf(owner);
    const queue = this.#queues.get(key) ?? { owner, grants: new Set() };
    this.#queues.set(key, queue);
    return new Promise((resolve, reject) => {
      const grant = () => {
        signal?.removeEventListener("abort", giveUp);
        resolve(this.#release(owner));
      };
      const giveUp = () => {
        queue.grants.delete(grant);
        if (queue.grants.size === 0) this.#queues.delete(key);
        reject(signal?.reason);
      };
      queue.grants.add(grant);
      signal?.addEventListener("abort", giveUp, { once: true });
    });
  }

  #release(owner: Owner): Release {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#shares.giveBack(owner);
      this.#grantFree();
    };
  }

  /** Grants all free places. An owner that gets one goes to the end of the line. */
  #grantFree(): void {
    for (let grant = this.#takeNext(); grant !== undefined; grant = this.#takeNext()) grant();
  }

  #takeNext(): (() => void) | undefined {
    for (const [key, queue] of this.#queues) {
      const [grant] = queue.grants;
      if (grant === undefined || !this.#shares.take(queue.owner)) continue;
      queue.grants.delete(grant);
      this.#queues.delete(key);
      if (queue.grants.size > 0) this.#queues.set(key, queue);
      return grant;
    }
    return undefined;
  }
}

function keyOf(owner: Owner): string {
  return "customer" in owner ? owner.customer : owner.credentials ?? owner.stranger;
}
