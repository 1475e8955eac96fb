import { CustomerTable } from "./customer_table.ts";
import { formatStoreKey, type StoreKey } from "./store.ts";

/** A write of this process that has not reached the shared store yet. */
export interface PendingWrite {
  /** How it is written to the shared store; see {@linkcode StandInRules}. */
  kind: "mark" | "token" | "release";
  key: StoreKey;
  value: string;
  /** Milliseconds from `since` on in which the write is of use. */
  ttlMs: number;
  /** Time of the write, in milliseconds since the Unix epoch. */
  since: number;
}

/** Most writes of each kind; strangers may have a tenth of that in addition. */
const MAX_WRITES = 10_000;

/**
 * The writes that wait for the shared store: the newest mark or token of each entry, and every release. If there are too
 * many of a kind, the least recently used ones of that kind go.
 */
export class PendingWrites {
  readonly #tables: Readonly<Record<PendingWrite["kind"], CustomerTable<PendingWrite>>>;

  /** @param isOfStranger Whether an entry belongs to a stranger. */
  constructor(isOfStranger: (key: StoreKey) => boolean) {
    const table = () =>
      new CustomerTable<PendingWrite>({ isAccepted: (_name, { key }) => !isOfStranger(key), max: MAX_WRITES });
    this.#tables = { mark: table(), release: table(), token: table() };
  }

  /** Adds a write. It replaces an older one of the same entry and kind. */
  add(write: PendingWrite): void {
    this.#tables[write.kind].set(nameOf(write), write);
  }

  /** The waiting mark or token of an entry. */
  find(kind: "mark" | "token", key: StoreKey): PendingWrite | undefined {
    const table = this.#tables[kind];
    return table.isEmpty ? undefined : table.get(formatStoreKey(key));
  }

  /** Whether a write still waits, and was not replaced. */
  has(write: PendingWrite): boolean {
    return this.#tables[write.kind].get(nameOf(write)) === write;
  }

  /** Removes a write, unless a newer one has replaced it. */
  remove(write: PendingWrite): void {
    if (this.has(write)) this.#tables[write.kind].delete(nameOf(write));
  }

  /** All writes, marks first: marks make cached data unusable. */
  all(): PendingWrite[] {
    const { mark, release, token } = this.#tables;
    return [mark, release, token].flatMap((table) => table.entries().map(([, write]) => write));
  }
}

/** The key of a write. A lock may have several owners in turn, and each release stays by itself. */
function nameOf({ kind, key, value }: PendingWrite): string {
  return kind === "release" ? `${formatStoreKey(key)} ${value}` : formatStoreKey(key);
}
