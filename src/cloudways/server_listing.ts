import { z } from "zod";
import type { Clock } from "../async/clock.ts";
import { ToolError } from "../errors.ts";
import { SingleFlight } from "../async/single_flight.ts";
import type { Store, StoreKey } from "../store/store.ts";
import type { CloudwaysClient } from "./client.ts";
import type { Session } from "./session.ts";
import { type AppRecord, knownApps, serverListing, type ServerRecord } from "./models.ts";
import { path } from "./path.ts";
import type { SealedStore } from "../store/sealed.ts";

const TTL_MS = 60_000;
/** Longer than a listing is cached plus its request can take, so that no older listing becomes valid again. */
const EPOCH_TTL_MS = 5 * 60_000;

const cachedListing = serverListing.extend({ epoch: z.string(), readAt: z.number() });

/** The servers of an account as Cloudways listed them at one time. */
export interface ListedServers {
  /** All servers with their applications. */
  servers: ServerRecord[];
  /** When they were read, in milliseconds since the Unix epoch. */
  readAt: number;
}

/** An application and the server it is on. */
export interface FoundApp {
  app: AppRecord;
  server: ServerRecord;
}

/**
 * The servers and applications of each customer. They are read at most once a minute, with one request however many
 * callers wait, and read again after a write. The cached listing is sealed, and its secrets are already hidden.
 */
export class ServerListing {
  readonly #client: CloudwaysClient;
  readonly #store: Store;
  readonly #sealed: SealedStore;
  readonly #clock: Clock;
  readonly #flights = new SingleFlight<ListedServers>();

  constructor(options: { client: CloudwaysClient; store: Store; sealed: SealedStore; clock: Clock }) {
    this.#clock = options.clock;
    this.#client = options.client;
    this.#store = options.store;
    this.#sealed = options.sealed;
  }

  /** All servers with their applications, and when they were read. */
  async read(session: Session): Promise<ListedServers> {
    const epoch = await this.#epoch(session);
    const cached = await this.#cached(session, epoch);
    if (cached !== undefined) return cached;
    // The epoch is part of the key, so a call after a write never joins a request that was sent before it.
    const flight = `${session.customer.id}:${epoch}`;
    return await this.#flights.run(flight, (signal) => this.#fetch({ ...session, signal }, epoch), session.signal);
  }

  /** Makes every cached listing of the customer stale, in all replicas. */
  async drop(session: Session): Promise<void> {
    await this.#store.set(epochKey(session), crypto.randomUUID(), { ttlMs: EPOCH_TTL_MS });
  }

  async #epoch(session: Session): Promise<string> {
    return await this.#store.get(epochKey(session)) ?? "";
  }

  async #cached(session: Session, epoch: string): Promise<ListedServers | undefined> {
    if (!await this.#client.records.acceptedLately(session.customer)) return undefined;
    const cached = await this.#sealed.read(listingKey(session), cachedListing);
    return cached?.epoch === epoch ? cached : undefined;
  }

  async #fetch(session: Session, epoch: string): Promise<ListedServers> {
    const { servers } = await this.#client.send(session, {
      operation: "server_list",
      method: "GET",
      path: path`/server`,
      reply: serverListing,
    });
    const listed = { servers, readAt: this.#clock.now() };
    await this.#sealed.write(listingKey(session), { epoch, ...listed }, TTL_MS)
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
  const found = servers.find((server) => server.id === serverId);
  if (found !== undefined) return found;
  throw new ToolError("not_found", `This account has no server ${serverId}.`, {
    hint: "Use list_servers or find_resources to get the right id.",
  });
}

/**
 * Finds an application by its id. A given server id must be the right one.
 *
 * @throws {ToolError} `not_found`; it names the right server if the given one is wrong.
 */
export function findApp(servers: readonly ServerRecord[], appId: number, serverId?: number): FoundApp {
  for (const server of servers) {
    const app = knownApps(server).find((candidate) => candidate.id === appId);
    if (app === undefined) continue;
    if (serverId === undefined || serverId === server.id) return { app, server };
    throw new ToolError("not_found", `Application ${appId} is not on server ${serverId} but on server ${server.id}.`, {
      hint: `Call again with server_id ${server.id}, or without server_id.`,
      details: { app_id: appId, server_id: server.id },
    });
  }
  throw new ToolError("not_found", `This account has no application ${appId}.`, {
    hint: "Use list_servers or find_resources to get the right id.",
  });
}

function listingKey(session: Session): StoreKey {
  return { purpose: "listing", customer: session.customer.id };
}

function epochKey(session: Session): StoreKey {
  return { purpose: "listing_epoch", customer: session.customer.id };
}
