import { z } from "zod";
import type { Clock } from "../async/clock.ts";
import type { SealedStore } from "../store/sealed.ts";
import type { StoreKey } from "../store/store.ts";
import type { Session } from "./session.ts";
import type { CustomerRecords } from "./customer_records.ts";
import { flagOrNull, givenList, isoTime } from "./models.ts";

/** The application that restore points are of, and its server. */
export interface RestorableApp {
  app: { id: number };
  server: { id: number };
}

/** The newest known restore point of each application, by its id. What is not there is not known. */
export type LastBackups = ReadonlyMap<number, string>;

/** How long a restore point counts as known after it was seen. */
const TTL_MS = 3600_000;
/** How a point has to begin for its age to be known; they are opaque otherwise. */
const TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/;

/** More than Cloudways keeps of one application. */
const MAX_NOTED = 500;

/** By application id: its points, and when they were seen in milliseconds since the Unix epoch. */
const seenSchema = z.record(z.string(), z.object({ points: z.array(z.string()), seenAt: z.number() }));
type Seen = z.output<typeof seenSchema>;

/**
 * Remembers for an hour the restore points that were seen of an application, sealed, so that a question can name the
 * newest, and a wrong one be refused, without starting an operation. It is a help and no more: where the store fails, nothing is known.
 *
 * There is one entry for each customer and server. Two applications that are noted in the same instant may cost one of
 * them its place.
 */
export class RestorePoints {
  readonly #sealed: SealedStore;
  readonly #clock: Clock;
  readonly #records: Pick<CustomerRecords, "acceptedLately">;

  constructor(options: { sealed: SealedStore; clock: Clock; records: Pick<CustomerRecords, "acceptedLately"> }) {
    this.#sealed = options.sealed;
    this.#clock = options.clock;
    this.#records = options.records;
  }

  /** Notes the restore points an application has now. Never fails. */
  async note(session: Session, { app, server }: RestorableApp, points: readonly string[]): Promise<void> {
    const key = keyOf(session, server.id);
    try {
      const { [String(app.id)]: _former, ...others } = await this.#read(key);
      const seen: Seen = points.length === 0
        ? others
        : { ...others, [String(app.id)]: { points: points.slice(0, MAX_NOTED), seenAt: this.#clock.now() } };
      await this.#sealed.write(key, seen, TTL_MS);
    } catch (error) {
      session.log.debug("restore points not noted", { error });
    }
  }

  /** The newest known point of each of a server's applications. Never fails. */
  async known(session: Session, serverId: number): Promise<LastBackups> {
    const seen = await this.#readOrNothing(session, serverId);
    const newest = Object.entries(seen).map(([id, { points }]) => [Number(id), newestOf(points)] as const);
    return new Map(newest.flatMap(([id, point]) => point === undefined ? [] : [[id, point]]));
  }

  /** Every known point of an application. Never fails. */
  async pointsOf(session: Session, { app, server }: RestorableApp): Promise<readonly string[]> {
    return (await this.#readOrNothing(session, server.id))[String(app.id)]?.points ?? [];
  }

  async #readOrNothing(session: Session, serverId: number): Promise<Seen> {
    try {
      if (!await this.#records.acceptedLately(session.customer)) return {};
      return await this.#read(keyOf(session, serverId));
    } catch (error) {
      session.log.debug("restore points not known", { error });
      return {};
    }
  }

  /** An entry lives on when another application is noted in it, so each point's own age counts. */
  async #read(key: StoreKey): Promise<Seen> {
    const seen = await this.#sealed.read(key, seenSchema) ?? {};
    const now = this.#clock.now();
    return Object.fromEntries(Object.entries(seen).filter(([, { seenAt }]) => now - seenAt < TTL_MS));
  }
}

const pointList = givenList(z.string());

/**
 * The restore points of an application. They are opaque: restoring takes them exactly as they were given. Under
 * `restore_backup` the first version of the API gave them at once.
 */
export const restorePoints = z.union([
  z.looseObject({ backup_dates: pointList, local_backup_exists: flagOrNull })
    .transform(({ status: _verdict, backup_dates, ...rest }) => ({ restore_points: backup_dates, ...rest })),
  z.looseObject({ restore_backup: pointList, local_backup_exists: flagOrNull })
    .transform(({ status: _verdict, restore_backup, ...rest }) => ({ restore_points: restore_backup, ...rest })),
]);

/** Like {@linkcode restorePoints}; a finished operation may hold nothing but the list itself. */
export const finishedRestorePoints = z.union([
  restorePoints,
  z.array(z.string()).transform((restore_points) => ({ restore_points, local_backup_exists: null })),
]);

/** When a restore point was made, in milliseconds since the Unix epoch; undefined where its text is no time. */
export function momentOf(point: string): number | undefined {
  const time = TIME.test(point) ? Date.parse(isoTime(point) ?? "") : NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** The latest of the points that are times; undefined where none is. */
function newestOf(points: readonly string[]): string | undefined {
  const inOrder = (point: string) => point.replace(" ", "T");
  return points.filter((point) => TIME.test(point)).sort((a, b) => inOrder(a) < inOrder(b) ? -1 : 1).at(-1);
}

function keyOf(session: Session, serverId: number): StoreKey {
  return { purpose: "restore_points", customer: session.customer.id, name: String(serverId) };
}
