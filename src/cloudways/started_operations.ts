import { LRUCache } from "lru-cache";
import * as z from "zod";
import type { Clock } from "../async/clock.ts";
import { within } from "../async/within.ts";
import { atMost } from "../store/at_most.ts";
import type { SealedStore } from "../store/sealed.ts";
import type { StoreKey } from "../store/store.ts";
import type { CustomerRecords } from "./customer_records.ts";
import { isOperationId } from "./operation_id.ts";
import type { Session } from "./session.ts";

/** What an operation works on; null where that is not known. */
export interface OperationTarget {
  server_id: number | null;
  app_id?: number | null;
  /** The application that it makes, if Cloudways names it at the start. */
  new_app_id?: number | null;
}

/**
 * The lists of a customer. `reports`: what only reads; separate, so that no number of reports pushes out entries of `work`.
 */
const LISTS = ["work", "reports"] as const;

/** Whether an operation is work, or a report that only reads. */
export type StartedKind = typeof LISTS[number];

/** An operation that was started through this server. */
export interface StartedOperation extends Required<OperationTarget> {
  /** Null if Cloudways gave no usable id. */
  operation_id: string | null;
  kind: StartedKind;
  /** The tool that started it. */
  tool: string;
  /** In milliseconds since the Unix epoch. */
  startedAt: number;
  /** As far as this server saw. */
  status: "running" | "completed" | "failed";
  /** When that was seen, in milliseconds since the Unix epoch. */
  seenAt: number;
}

/** How an operation ended. */
export type OperationEnd = "completed" | "failed";

/** How long an operation is remembered. */
const KEPT_MS = 24 * 3600_000;
/** Most operations that are remembered in each list. */
const MAX_OPERATIONS = 100;
/** Each operation has a start, and an end once it is seen. */
const MAX_ENTRIES = 2 * MAX_OPERATIONS;
/** How long a call waits for its note. After that, the note is written alone. */
const MAX_DELAY_MS = 1_000;
/** Customers with notes that the store has not taken. Those of the least recently used ones are dropped beyond that. */
const MAX_WAITING = 1_000;

const operationId = z.string().refine(isOperationId);
const moment = z.int();
const place = z.int().positive().nullable();

const noteSchema = z.discriminatedUnion("event", [
  z.object({
    event: z.literal("started"),
    operation_id: operationId.nullable(),
    tool: z.string(),
    server_id: place,
    app_id: place,
    new_app_id: place.default(null),
    at: moment,
  }),
  z.object({
    event: z.literal("ended"),
    operation_id: operationId,
    status: z.enum(["completed", "failed"]),
    at: moment,
  }),
]);

type Note = z.output<typeof noteSchema>;

/** A note, and the list it belongs to. */
interface WaitingNote {
  kind: StartedKind;
  note: Note;
}

/**
 * Remembers for a day what each customer started at Cloudways, and how it ended, sealed. All replicas append to the same
 * lists, so what one replica started is found at another, even after the first is gone.
 *
 * Nothing here makes a call fail. Notes that the store does not take wait in this process, and are written with the
 * customer's next ones.
 */
export class StartedOperations {
  readonly #sealed: SealedStore;
  readonly #clock: Clock;
  readonly #records: Pick<CustomerRecords, "isAccepted">;
  readonly #waiting = new LRUCache<string, WaitingNote[]>(atMost(MAX_WAITING));

  constructor(options: { sealed: SealedStore; clock: Clock; records: Pick<CustomerRecords, "isAccepted"> }) {
    this.#sealed = options.sealed;
    this.#clock = options.clock;
    this.#records = options.records;
  }

  /** Notes that an operation was started. Never fails. `operationId` is null if Cloudways gave no usable id. */
  async started(
    session: Session,
    operationId: string | null,
    kind: StartedKind,
    { server_id, app_id = null, new_app_id = null }: OperationTarget,
  ): Promise<void> {
    const { tool } = session;
    if (tool === undefined) return;
    const at = this.#clock.now();
    await this.#note(session, {
      kind,
      note: { event: "started", operation_id: operationId, tool, server_id, app_id, new_app_id, at },
    });
  }

  /** Notes how an operation ended that was noted before. Never fails. */
  async ended(session: Session, operationId: string, kind: StartedKind, status: OperationEnd): Promise<void> {
    const at = this.#clock.now();
    await this.#note(session, { kind, note: { event: "ended", operation_id: operationId, status, at } });
  }

  /**
   * What the customer started in the last day, newest first.
   *
   * @throws {StoreError} If the store does not answer.
   */
  async read(session: Session): Promise<StartedOperation[]> {
    await this.#writeWaiting(session);
    const lists = await Promise.all(LISTS.map(async (kind) => {
      const notes = await this.#sealed.entries(keyOf(session, kind), noteSchema, MAX_ENTRIES);
      return this.#operationsOf(notes, kind);
    }));
    return lists.flat().sort((a, b) => b.startedAt - a.startedAt);
  }

  /** The operations of one list. The order of its notes does not matter: they may have waited. */
  #operationsOf(notes: readonly Note[], kind: StartedKind): StartedOperation[] {
    const oldest = this.#clock.now() - KEPT_MS;
    const ends = new Map(notes.flatMap((note) => note.event === "ended" ? [[note.operation_id, note]] : []));
    const found = new Map<string, StartedOperation>();
    for (const note of notes) {
      if (note.event !== "started" || note.at < oldest) continue;
      const { operation_id, tool, server_id, app_id, new_app_id, at } = note;
      const end = operation_id === null ? undefined : ends.get(operation_id);
      const seen = { status: end?.status ?? "running" as const, seenAt: end?.at ?? at };
      const operation = { operation_id, kind, tool, server_id, app_id, new_app_id, startedAt: at, ...seen };
      // A note may be there twice: it is written again if the store took it without saying so.
      found.set(operation_id ?? `${tool} ${at}`, operation);
    }
    return [...found.values()].sort((a, b) => b.startedAt - a.startedAt).slice(0, MAX_OPERATIONS);
  }

  async #note(session: Session, note: WaitingNote): Promise<void> {
    const written = this.#write(session, note).catch((error) => {
      session.log.debug("a started operation was not noted", { error });
    });
    await within(MAX_DELAY_MS, written, () => {});
  }

  /** Credentials that Cloudways never accepted must not write to the store. */
  async #write(session: Session, note: WaitingNote): Promise<void> {
    if (!await this.#records.isAccepted(session.customer)) return;
    const { id } = session.customer;
    this.#waiting.set(id, [...this.#waiting.get(id) ?? [], note].slice(-MAX_ENTRIES));
    await this.#writeWaiting(session);
  }

  /** Writes the notes that wait. Those that can't be written go on waiting. */
  async #writeWaiting(session: Session): Promise<void> {
    const { id } = session.customer;
    const notes = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    for (const [index, { kind, note }] of notes.entries()) {
      try {
        await this.#sealed.append(keyOf(session, kind), note, { keep: MAX_ENTRIES, ttlMs: KEPT_MS });
      } catch (error) {
        this.#waiting.set(id, [...notes.slice(index), ...this.#waiting.get(id) ?? []].slice(-MAX_ENTRIES));
        throw error;
      }
    }
  }
}

function keyOf({ customer }: Session, kind: StartedKind): StoreKey {
  return { purpose: "operations", customer: customer.id, name: kind };
}
