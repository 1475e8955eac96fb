import * as z from "zod";
import type { Clock } from "../async/clock.ts";
import { KeyedMutex } from "../async/keyed_mutex.ts";
import type { Box } from "../crypto/box.ts";
import { type ListHead, type Store, StoreError, type StoreKey } from "../store/store.ts";
import { readJson } from "../text/read_json.ts";
import { type Connection, connectionSchema } from "./connection.ts";
import type { ConnectionAudit, EndReason } from "./connection_audit.ts";

/** How many connections a customer may have. */
export const MAX_CONNECTIONS = 30;

const SECOND_MS = 1_000;
const DAY_MS = 24 * 3600 * SECOND_MS;

/** How long a connection waits for its client to redeem the authorization code: longer than codes live. */
const PENDING_MS = 120 * SECOND_MS;
/** How long a connection is kept that was never used: its client may never have got the tokens. */
const UNUSED_MS = DAY_MS;
/** How long a connection is kept after its last use, and how long a refresh token lives. */
export const KEPT_MS = 90 * DAY_MS;
/** How often a use is noted. */
const NOTE_USE_MS = 5 * 60 * SECOND_MS;
/** The list may go when no connection in it can be alive. */
const LIST_TTL_MS = KEPT_MS + DAY_MS;

/** Each failed try means that another request changed the connections. So many in a row mean that something is wrong. */
const MAX_TRIES = 50;

/** A connection to be made. */
export type NewConnection = Pick<Connection, "client" | "place" | "bounds" | "endsAt">;

const bookSchema = z.array(connectionSchema);

/** A change of a customer's connections: those to keep, or undefined for no change, and the result. */
interface Change<T> {
  next?: Connection[];
  result: T;
}

/** What {@linkcode Connections} need. */
export interface ConnectionsOptions {
  store: Store;
  box: Box;
  clock: Clock;
  /** Keeps the record of what is made and ended. */
  audit: ConnectionAudit;
}

/** Why a connection is ended, and by which request. */
export interface Ending {
  reason: EndReason;
  requestId: string;
}

/**
 * The connections of each customer. All connections of a customer are one sealed entry that is replaced as a whole, and
 * only if no other request replaced it meanwhile. So an ended connection never comes back, and the number is exact.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  /** Keeps the requests of this process from failing each other. */
  readonly #mutex = new KeyedMutex();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** The connections of a customer, oldest first. Those whose code was not redeemed are left out. */
  async list(customer: string): Promise<Connection[]> {
    const { book } = await this.#read(customer);
    return book.filter(({ generation }) => generation > 0);
  }

  /** A connection that has not ended. */
  async find(customer: string, id: string): Promise<Connection | undefined> {
    return (await this.list(customer)).find((connection) => connection.id === id);
  }

  /** Adds a connection that waits for its code to be redeemed; undefined if the customer has too many. */
  async add(customer: string, wanted: NewConnection): Promise<Connection | undefined> {
    const now = this.#options.clock.now();
    const id = crypto.getRandomValues(new Uint8Array(16)).toHex();
    const added = {
      ...wanted,
      id,
      madeAt: now,
      usedAt: null,
      keptUntil: now + PENDING_MS,
      generation: 0,
      rotatedAt: now,
    };
    return await this.#change(
      customer,
      (book) => book.length >= MAX_CONNECTIONS ? { result: undefined } : { next: [...book, added], result: added },
    );
  }

  /**
   * Notes that a code was redeemed. It is recorded before the client gets tokens. Undefined if the connection has ended,
   * or was redeemed before.
   */
  async redeem(customer: string, id: string, requestId: string): Promise<Connection | undefined> {
    const redeemed = await this.#changeOne(
      customer,
      id,
      (connection, now) =>
        connection.generation > 0
          ? undefined
          : { ...connection, generation: 1, rotatedAt: now, keptUntil: now + UNUSED_MS },
    );
    if (redeemed !== undefined) await this.#options.audit.made(customer, redeemed, requestId);
    return redeemed;
  }

  /**
   * Replaces the refresh token of a generation by the next one. Undefined if the connection has ended, or another request
   * has replaced that token already.
   */
  async rotate(customer: string, id: string, generation: number): Promise<Connection | undefined> {
    return await this.#changeOne(
      customer,
      id,
      (connection, now) =>
        connection.generation === generation
          ? { ...used(connection, now), generation: generation + 1, rotatedAt: now }
          : undefined,
    );
  }

  /** Notes that a connection is used, at most every few minutes. */
  async noteUse(customer: string, { id, usedAt }: Pick<Connection, "id" | "usedAt">): Promise<void> {
    if (usedAt !== null && this.#options.clock.now() - usedAt < NOTE_USE_MS) return;
    await this.#changeOne(customer, id, used);
  }

  /** Ends one connection. False if there is none. */
  async end(customer: string, id: string, ending: Ending): Promise<boolean> {
    return await this.#end(customer, (connection) => connection.id === id, ending) > 0;
  }

  /** Ends all connections of a customer, and returns how many there were. */
  async endAll(customer: string, ending: Ending): Promise<number> {
    return await this.#end(customer, () => true, ending);
  }

  async #end(
    customer: string,
    ends: (connection: Connection) => boolean,
    { reason, requestId }: Ending,
  ): Promise<number> {
    const ended = await this.#change<Connection[]>(customer, (book) => {
      const result = book.filter(ends);
      return result.length === 0 ? { result } : { next: book.filter((one) => !ends(one)), result };
    });
    for (const connection of ended) await this.#options.audit.ended(customer, connection, reason, requestId);
    return ended.length;
  }

  async #changeOne(
    customer: string,
    id: string,
    change: (connection: Connection, now: number) => Connection | undefined,
  ): Promise<Connection | undefined> {
    return await this.#change<Connection | undefined>(customer, (book) => {
      const found = book.find((connection) => connection.id === id);
      const changed = found && change(found, this.#options.clock.now());
      if (changed === undefined) return { result: undefined };
      return { next: book.map((one) => one.id === id ? changed : one), result: changed };
    });
  }

  async #change<T>(customer: string, change: (book: Connection[]) => Change<T>): Promise<T> {
    return await this.#mutex.run(customer, () => this.#tryToChange(customer, change));
  }

  async #tryToChange<T>(customer: string, change: (book: Connection[]) => Change<T>): Promise<T> {
    const { store } = this.#options;
    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      const { book, head } = await this.#read(customer);
      const { next, result } = change(book);
      if (next === undefined) return result;
      const entry = { mark: crypto.randomUUID(), value: await this.#seal(customer, next) };
      const answer = await store.append(keyOf(customer), entry, { after: head, keep: 1, ttlMs: LIST_TTL_MS });
      if (answer.appended) return result;
    }
    throw new StoreError(`Other requests changed the connections first, ${MAX_TRIES} times in a row.`);
  }

  async #read(customer: string): Promise<{ book: Connection[]; head: ListHead | undefined }> {
    const [entry] = await this.#options.store.entries(keyOf(customer), { limit: 1 });
    if (entry === undefined) return { book: [], head: undefined };
    const text = await this.#options.box.open(entry.value, contextOf(customer));
    const book = (text === undefined ? undefined : readJson(text, bookSchema)) ?? [];
    const now = this.#options.clock.now();
    const alive = book.filter(({ endsAt, keptUntil }) => now < Math.min(endsAt ?? Infinity, keptUntil));
    return { book: alive, head: { number: entry.number, mark: entry.mark } };
  }

  #seal(customer: string, book: readonly Connection[]): Promise<string> {
    return this.#options.box.seal(JSON.stringify(book), contextOf(customer));
  }
}

function used(connection: Connection, now: number): Connection {
  return { ...connection, usedAt: now, keptUntil: now + KEPT_MS };
}

function keyOf(customer: string): StoreKey {
  return { purpose: "connections", customer };
}

function contextOf(customer: string) {
  return { purpose: "connections", customer };
}
