import { CustomerTable } from "./customer_table.ts";
import { formatStoreKey, type StoreKey } from "./store.ts";

/** What was written here, and the shared store is still to get. */
export interface PendingWrite {
  /** How the shared store gets it; see {@linkcode StandInRules}. */
  kind: "mark" | "token" | "release";
  key: StoreKey;
  value: string;
  /** Milliseconds for which the write is of use. */
  ttlMs: number;
  /** When it was made, in milliseconds since the Unix epoch. */
  since: number;
}

/** Most writes of each kind; of credentials that Cloudways has not accepted, a tenth more. */
const MAX_WRITES = 10_000;

/**
 * The writes that wait for the shared store: of each entry the newest mark or token, and every release. Where there are
 * too many of a kind, those of the same kind that were used least recently go.
 */
export class PendingWrites {
  readonly #tables: Readonly<Record<PendingWrite["kind"], CustomerTable<PendingWrite>>>;

  /** @param isStrangers Whether an entry belongs to credentials that Cloudways has not accepted. */
  constructor(isStrangers: (key: StoreKey) => boolean) {
    const table = () =>
      new CustomerTable<PendingWrite>({ isAccepted: (_name, { key }) => !isStrangers(key), max: MAX_WRITES });
    this.#tables = { mark: table(), release: table(), token: table() };
  }

  /** Adds a write, in place of an older one of the same entry. */
  add(write: PendingWrite): void {
    this.#tables[write.kind].set(nameOf(write), write);
  }

  /** The mark or token that waits for this entry. */
  find(kind: "mark" | "token", key: StoreKey): PendingWrite | undefined {
    return this.#tables[kind].get(formatStoreKey(key));
  }

  /** Whether a write still waits, and no newer one in its place. */
  has(write: PendingWrite): boolean {
    return this.#tables[write.kind].get(nameOf(write)) === write;
  }

  /** Removes a write; a newer one in its place stays. */
  remove(write: PendingWrite): void {
    if (this.has(write)) this.#tables[write.kind].delete(nameOf(write));
  }

  /** All of them, marks first: they say which cached data must not be used. */
  all(): PendingWrite[] {
    const { mark, release, token } = this.#tables;
    return [mark, release, token].flatMap((table) => table.entries().map(([, write]) => write));
  }
}

/** A lock may have several owners one after the other, and each of them gives back his own. */
function nameOf({ kind, key, value }: PendingWrite): string {
  return kind === "release" ? `${formatStoreKey(key)} ${value}` : formatStoreKey(key);
}
