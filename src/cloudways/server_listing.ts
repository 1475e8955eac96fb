import * as z from "zod";
import type { Clock } from "../async/clock.ts";
import { ToolError } from "../errors.ts";
import { SingleFlight } from "../async/single_flight.ts";
import { OpenedEntries } from "../store/opened_entries.ts";
import type { SealedStore } from "../store/sealed.ts";
import type { Store, StoreKey } from "../store/store.ts";
import type { CloudwaysClient } from "./client.ts";
import { packTexts, unpackTexts } from "./packed_texts.ts";
import { type Session, withSignal } from "./session.ts";
import { type AppRecord, knownApps, type ServerRecord } from "./models.ts";
import { path } from "./path.ts";
import { readServerTexts, rereadServerTexts, serverListReply, writeServerTexts } from "./server_list_reply.ts";

const TTL_MS = 60_000;
/** Longer than a listing is cached plus its request can take, so that no older listing becomes valid again. */
const EPOCH_TTL_MS = 5 * 60_000;

/** An application and the server it is on. */
export interface FoundApp {
  app: AppRecord;
  server: ServerRecord;
}

/** The servers and applications of a listing by their ids; of two with one id the first. */
interface ById {
  servers: ReadonlyMap<number, ServerRecord>;
  apps: ReadonlyMap<number, FoundApp>;
}

/** The servers of an account as Cloudways listed them at one time. Calls share them, so nobody changes them. */
export class ListedServers {
  /** All servers with their applications. */
  readonly servers: ServerRecord[];
  /** When they were read, in milliseconds since the Unix epoch. */
  readonly readAt: number;
  #readTime: string | undefined;
  #byId: ById | undefined;

  constructor(servers: ServerRecord[], readAt: number) {
    this.servers = servers;
    this.readAt = readAt;
  }

  /** {@linkcode readAt} for people: in UTC, to the second. */
  get readTime(): string {
    return this.#readTime ??= `${new Date(this.readAt).toISOString().slice(0, 19)}Z`;
  }

  /** Like {@linkcode findServer}, at the same cost for any number of servers. */
  server(serverId: number): ServerRecord {
    return found(serverId, this.#ids.servers.get(serverId));
  }

  /** Like {@linkcode findApp}, at the same cost for any number of applications. */
  app(appId: number, serverId?: number): FoundApp {
    return foundApp(appId, this.#ids.apps.get(appId), serverId);
  }

  /** The application with an id; undefined if there is none. */
  appIfListed(appId: number): FoundApp | undefined {
    return this.#ids.apps.get(appId);
  }

  get #ids(): ById {
    return this.#byId ??= byId(this.servers);
  }
}

function byId(listed: readonly ServerRecord[]): ById {
  const servers = new Map<number, ServerRecord>();
  const apps = new Map<number, FoundApp>();
  for (const server of listed) {
    if (!servers.has(server.id)) servers.set(server.id, server);
    for (const app of knownApps(server)) if (!apps.has(app.id)) apps.set(app.id, { app, server });
  }
  return { servers, apps };
}

/** Of their JSON: the listings of some thousand usual accounts. An account of 500 servers has two million. */
const MAX_CHARACTERS = 12_000_000;
const MAX_CHARACTERS_EACH = MAX_CHARACTERS / 2;

/** A listing of the cache. Its servers are read in turns; undefined if they can't be read. */
interface CachedListing {
  epoch: string;
  /** Characters of its JSON. */
  characters: number;
  listed: Promise<ListedServers | undefined>;
}

const cachedListing = z.object({
  epoch: z.string(),
  readAt: z.number(),
  characters: z.number(),
  packed: z.array(z.string()),
}).transform(({ epoch, readAt, characters, packed }): CachedListing => ({
  epoch,
  characters,
  listed: openListing(packed, readAt),
}));

async function openListing(packed: readonly string[], readAt: number): Promise<ListedServers | undefined> {
  const texts = await unpackTexts(packed);
  const servers = texts && await readServerTexts(texts);
  return servers && new ListedServers(servers, readAt);
}

/**
 * The servers and applications of each customer. They are read at most once a minute, with one request however many
 * callers wait, and read again after a write. The cached listing is sealed, and its secrets are already hidden.
 */
export class ServerListing {
  readonly #client: CloudwaysClient;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #opened: OpenedEntries;
  readonly #flights = new SingleFlight<ListedServers>();

  constructor(options: { client: CloudwaysClient; store: Store; sealed: SealedStore; clock: Clock }) {
    this.#clock = options.clock;
    this.#client = options.client;
    this.#store = options.store;
    this.#opened = new OpenedEntries({
      ...options,
      ttlMs: TTL_MS,
      maxCharacters: MAX_CHARACTERS,
      maxCharactersEach: MAX_CHARACTERS_EACH,
    });
  }

  /** All servers with their applications, and when they were read. */
  async read(session: Session): Promise<ListedServers> {
    const { epoch, cached } = await this.#look(session);
    if (cached !== undefined) return cached;
    // The epoch is part of the key, so a call after a write never joins a request that was sent before it.
    const flight = `${session.customer.id}:${epoch}`;
    return await this.#flights.run(flight, (signal) => this.#fetch(withSignal(session, signal), epoch), session.signal);
  }

  /** Makes every cached listing of the customer stale, in all replicas. */
  async drop(session: Session): Promise<void> {
    await this.#store.set(epochKey(session), crypto.randomUUID(), { ttlMs: EPOCH_TTL_MS });
  }

  /** The present epoch, and the cached listing if it may be given. */
  async #look(session: Session): Promise<{ epoch: string; cached: ListedServers | undefined }> {
    const { records } = this.#client;
    const keys = [epochKey(session), listingKey(session)];
    const { acceptedLately, heads: [epoch = "", head] } = await records.acceptedLatelyAndHeads(session.customer, keys);
    const cached = acceptedLately
      ? await this.#opened.read(listingKey(session), head, cachedListing, charactersOf)
      : undefined;
    return { epoch, cached: cached?.epoch === epoch ? await cached.listed : undefined };
  }

  async #fetch(session: Session, epoch: string): Promise<ListedServers> {
    const read = await this.#client.send(session, {
      operation: "server_list",
      method: "GET",
      path: path`/server`,
      reply: serverListReply,
    });
    const readAt = this.#clock.now();
    const texts = await writeServerTexts(read);
    const listed = new ListedServers(await rereadServerTexts(texts), readAt);
    const characters = texts.reduce((sum, { length }) => sum + length, 0);
    const entry = { epoch, readAt, characters, packed: await packTexts(texts) };
    const cached = { epoch, characters, listed: Promise.resolve(listed) };
    await this.#opened.write(listingKey(session), entry, cachedListing, cached, charactersOf)
      .catch((error) => session.log.debug("listing not kept", { error }));
    return listed;
  }
}

/**
 * Finds a server by its id.
 *
 * @throws {ToolError} `not_found`.
 */
export function findServer(servers: readonly ServerRecord[], serverId: number): ServerRecord {
  return found(serverId, servers.find((server) => server.id === serverId));
}

/**
 * Finds an application by its id. A given server id must be the right one.
 *
 * @throws {ToolError} `not_found`; it names the right server if the given one is wrong.
 */
export function findApp(servers: readonly ServerRecord[], appId: number, serverId?: number): FoundApp {
  for (const server of servers) {
    const app = knownApps(server).find((candidate) => candidate.id === appId);
    if (app !== undefined) return foundApp(appId, { app, server }, serverId);
  }
  return foundApp(appId, undefined, serverId);
}

function found(serverId: number, server: ServerRecord | undefined): ServerRecord {
  if (server !== undefined) return server;
  throw new ToolError("not_found", `This account has no server ${serverId}.`, {
    hint: "Use list_servers or find_resources to get the right id.",
  });
}

function foundApp(appId: number, found: FoundApp | undefined, serverId: number | undefined): FoundApp {
  if (found === undefined) {
    throw new ToolError("not_found", `This account has no application ${appId}.`, {
      hint: "Use list_servers or find_resources to get the right id.",
    });
  }
  const { id } = found.server;
  if (serverId === undefined || serverId === id) return found;
  throw new ToolError("not_found", `Application ${appId} is not on server ${serverId} but on server ${id}.`, {
    hint: `Call again with server_id ${id}, or without server_id.`,
    details: { app_id: appId, server_id: id },
  });
}

function charactersOf({ characters }: CachedListing): number {
  return characters;
}

function listingKey(session: Session): StoreKey {
  return { purpose: "listing", customer: session.customer.id };
}

function epochKey(session: Session): StoreKey {
  return { purpose: "listing_epoch", customer: session.customer.id };
}
