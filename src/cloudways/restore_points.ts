import * as z from "zod";
import type { Clock } from "../async/clock.ts";
import type { SealedStore } from "../store/sealed.ts";
import type { StoreKey } from "../store/store.ts";
import type { Session } from "./session.ts";
import type { CustomerRecords } from "./customer_records.ts";
import { flagOrNull, givenList, isoTime } from "./models.ts";

/** An application with restore points, and its server. */
export interface RestorableApp {
  app: { id: number };
  server: { id: number };
}

/** The newest known restore point of each application, by application id. */
export type LastBackups = ReadonlyMap<number, string>;

type Records = Pick<CustomerRecords, "acceptedLately" | "acceptedLatelyAndHeads">;

/** How long a restore point counts as known after it was last seen. */
const TTL_MS = 3600_000;
/** The start of a restore point whose text is a time; others are opaque. */
const TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/;

/** The most points remembered of one application; more than Cloudways keeps. */
const MAX_NOTED = 500;

/** By application id: its points, and when they were seen, in milliseconds since the Unix epoch. */
const seenSchema = z.record(z.string(), z.object({ points: z.array(z.string()), seenAt: z.number() }));
type Seen = z.output<typeof seenSchema>;

/**
 * Remembers an application's restore points for an hour, sealed. So a question can name the newest point, and a wrong
 * point can be refused, without starting an operation. If the store fails, no points are known, and nothing else fails.
 *
 * There is one entry for each customer and server. If two applications are noted at the same moment, one of the notes
 * may be lost.
 */
export class RestorePoints {
  readonly #sealed: SealedStore;
  readonly #clock: Clock;
  readonly #records: Records;

  constructor(options: { sealed: SealedStore; clock: Clock; records: Records }) {
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
    return newestPoints(await this.#readOrNothing(session, serverId));
  }

  /** Like {@linkcode known}, for each of several servers; reads only the entries that there are. */
  async knownOnEach(session: Session, serverIds: readonly number[]): Promise<LastBackups[]> {
    const noted = await this.#noted(session, serverIds);
    return await Promise.all(serverIds.map(async (id) => noted.has(id) ? await this.known(session, id) : new Map()));
  }

  /** The servers with an entry. */
  async #noted(session: Session, serverIds: readonly number[]): Promise<ReadonlySet<number>> {
    try {
      const keys = serverIds.map((id) => keyOf(session, id));
      const { heads } = await this.#records.acceptedLatelyAndHeads(session.customer, keys);
      return new Set(serverIds.filter((_id, index) => heads[index] !== undefined));
    } catch (error) {
      session.log.debug("restore points not known", { error });
      return new Set();
    }
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

  /** Drops applications that were seen too long ago: noting another one renews the whole entry. */
  async #read(key: StoreKey): Promise<Seen> {
    const seen = await this.#sealed.read(key, seenSchema) ?? {};
    const now = this.#clock.now();
    return Object.fromEntries(Object.entries(seen).filter(([, { seenAt }]) => now - seenAt < TTL_MS));
  }
}

const pointList = givenList(z.string());

/**
 * The restore points of an application. They are opaque: restoring takes them exactly as they were given. The first
 * version of the API called them `restore_backup` and sent them at once.
 */
export const restorePoints = z.union([
  z.looseObject({ backup_dates: pointList, local_backup_exists: flagOrNull })
    .transform(({ status: _verdict, backup_dates, ...rest }) => ({ restore_points: backup_dates, ...rest })),
  z.looseObject({ restore_backup: pointList, local_backup_exists: flagOrNull })
    .transform(({ status: _verdict, restore_backup, ...rest }) => ({ restore_points: restore_backup, ...rest })),
]);

/** Like {@linkcode restorePoints}; the result of a finished operation may be the bare list. */
export const finishedRestorePoints = z.union([
  restorePoints,
  z.array(z.string()).transform((restore_points) => ({ restore_points, local_backup_exists: null })),
]);

/** When a restore point was made, in milliseconds since the Unix epoch; undefined if its text is not a time. */
export function momentOf(point: string): number | undefined {
  const time = TIME.test(point) ? Date.parse(isoTime(point) ?? "") : NaN;
  return Number.isNaN(time) ? undefined : time;
}

function newestPoints(seen: Seen): LastBackups {
  const newest = Object.entries(seen).map(([id, { points }]) => [Number(id), newestOf(points)] as const);
  return new Map(newest.flatMap(([id, point]) => point === undefined ? [] : [[id, point]]));
}

/** The latest of the points that are times; undefined if there are none. */
function newestOf(points: readonly string[]): string | undefined {
  const inOrder = (point: string) => point.replace(" ", "T");
  return points.filter((point) => TIME.test(point)).sort((a, b) => inOrder(a) < inOrder(b) ? -1 : 1).at(-1);
}

function keyOf(session: Session, serverId: number): StoreKey {
  return { purpose: "restore_points", customer: session.customer.id, name: String(serverId) };
}
