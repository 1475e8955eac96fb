import type { PoolState } from "../async/fair_semaphore.ts";

/** Whether a shared store can be used. */
export interface StoreState {
  /** Whether it is connected. */
  up: boolean;
  /** Whether it answers but refuses commands. */
  refuses: boolean;
}

/** Watches the work of a store, for metrics and traces. */
export interface StoreWatch {
  /** Runs one command and notes how it ended. The name is the code's; it holds no key. */
  command<T>(name: string, run: () => Promise<T>): Promise<T>;
  /** Takes what tells how many commands are in flight, and how many wait. */
  watchPool(read: () => PoolState): void;
  /** Takes what tells the state of the store. */
  watchStore(read: () => StoreState): void;
}
