/**
 * What Cloudways offers to everybody: providers, regions, sizes, applications, packages. The same for every customer,
 * so cached for an hour and shared. Only the members named here are kept, so that nothing of an account gets in.
 */
import { z } from "zod";
import { SingleFlight } from "../async/single_flight.ts";
import type { SealedStore } from "../store/sealed.ts";
import type { CloudwaysClient } from "./client.ts";
import type { Session } from "./session.ts";
import { givenList, looseList, looseText } from "./models.ts";
import { type ApiPath, path } from "./path.ts";

const TTL_MS = 3600_000;

const named = z.object({ id: looseText, name: looseText });
const byProvider = <T extends z.ZodType>(item: T) => z.record(z.string(), looseList(item));

const appFamily = z.object({
  label: looseText,
  versions: looseList(z.object({ app_version: looseText, application: looseText })),
});

/** Keyed by family, or a plain list: both forms are documented. */
const appFamilies = z.union([
  z.array(appFamily),
  z.record(z.string(), appFamily).transform((families) => Object.values(families)),
]);

/** One reference list. */
export interface ReferenceList<T extends object> {
  /** Tells its cache entry apart. */
  name: string;
  operation: string;
  path: ApiPath;
  /** What is kept of it; reading what was kept gives the same again. */
  reply: z.ZodType<T>;
}

/** The clouds that servers can run on, with their codes. */
export const PROVIDERS = referenceList({
  name: "providers",
  operation: "list_providers",
  path: path`/providers`,
  reply: z.object({ providers: givenList(named) }),
});

/** Where servers can stand, by cloud. */
export const REGIONS = referenceList({
  name: "regions",
  operation: "list_regions",
  path: path`/regions`,
  reply: z.object({ regions: byProvider(named) }),
});

/** How large servers can be, by cloud. */
export const SERVER_SIZES = referenceList({
  name: "server_sizes",
  operation: "list_server_sizes",
  path: path`/server_sizes`,
  reply: z.object({ sizes: byProvider(looseText) }),
});

/** What applications can be made of, with the versions of each. */
export const APPS = referenceList({
  name: "apps",
  operation: "list_apps",
  path: path`/apps`,
  reply: z.object({ apps: appFamilies }),
});

/** The packages of servers and their versions, in whatever form they come. */
export const PACKAGES = referenceList({
  name: "packages",
  operation: "list_packages",
  path: path`/packages`,
  reply: z.object({ packages: z.record(z.string(), z.json()) }),
});

function referenceList<T extends object>(list: ReferenceList<T>): ReferenceList<T> {
  return list;
}

/** Reads the reference lists, each once an hour at most. */
export class ReferenceData {
  readonly #client: CloudwaysClient;
  /** Sealed not for secrecy: what somebody else wrote there must not pass for Cloudways' word. */
  readonly #sealed: SealedStore;
  readonly #flights = new SingleFlight<unknown>();

  constructor(options: { client: CloudwaysClient; sealed: SealedStore }) {
    this.#client = options.client;
    this.#sealed = options.sealed;
  }

  /** One list, from the cache where it is there. */
  async read<T extends object>(session: Session, list: ReferenceList<T>): Promise<T> {
    const key = { purpose: "reference", customer: "shared", name: list.name } as const;
    // The same for everybody, but not for credentials that Cloudways just refused: those it has to see first.
    const isBlocked = await this.#client.records.refusalMark(session.customer) !== undefined;
    const cached = isBlocked ? undefined : await this.#sealed.read(key, list.reply);
    if (cached !== undefined) return cached;
    // Not shared between customers while under way: one caller's wrong credentials must not fail another's call.
    const fetched = await this.#flights.run(`${list.name}:${session.customer.id}`, async (signal) => {
      const { operation, path, reply } = list;
      const fresh = await this.#client.send({ ...session, signal }, { method: "GET", operation, path, reply });
      await this.#sealed.write(key, fresh, TTL_MS)
        .catch((error) => session.log.debug("reference data not kept", { error }));
      return fresh;
    }, session.signal);
    return list.reply.parse(fetched);
  }
}
