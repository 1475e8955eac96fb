/**
 * What Cloudways offers to everybody: providers, regions, sizes, applications, packages. These lists are the same for
 * every customer, so they are cached for an hour and shared. Only the members named here are kept, so that no account
 * data gets into the cache.
 */
import * as z from "zod";
import type { Clock } from "../async/clock.ts";
import { SingleFlight } from "../async/single_flight.ts";
import { OpenedEntries } from "../store/opened_entries.ts";
import type { SealedStore } from "../store/sealed.ts";
import type { Store } from "../store/store.ts";
import type { CloudwaysClient } from "./client.ts";
import { type Session, withSignal } from "./session.ts";
import { givenList, looseList, looseText } from "./models.ts";
import { type ApiPath, path } from "./path.ts";

const TTL_MS = 3600_000;
/** All lists together have less than a tenth of it. */
const MAX_CHARACTERS = 4_000_000;

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
  /** The name of its cache entry. */
  name: string;
  operation: string;
  path: ApiPath;
  /** Selects what is kept. Parsing the kept value again returns the same value. */
  reply: z.ZodType<T>;
}

/** The cloud providers that servers can run on, with their codes. */
export const PROVIDERS = referenceList({
  name: "providers",
  operation: "list_providers",
  path: path`/providers`,
  reply: z.object({ providers: givenList(named) }),
});

/** The regions that servers can run in, by cloud provider. */
export const REGIONS = referenceList({
  name: "regions",
  operation: "list_regions",
  path: path`/regions`,
  reply: z.object({ regions: byProvider(named) }),
});

/** The sizes that servers can have, by cloud provider. */
export const SERVER_SIZES = referenceList({
  name: "server_sizes",
  operation: "list_server_sizes",
  path: path`/server_sizes`,
  reply: z.object({ sizes: byProvider(looseText) }),
});

/** The kinds of applications, with the versions of each. */
export const APPS = referenceList({
  name: "apps",
  operation: "list_apps",
  path: path`/apps`,
  reply: z.object({ apps: appFamilies }),
});

/** The packages of servers and their versions, in the form in which Cloudways sends them. */
export const PACKAGES = referenceList({
  name: "packages",
  operation: "list_packages",
  path: path`/packages`,
  reply: z.object({ packages: z.record(z.string(), z.json()) }),
});

/**
 * The values that settings can take, by group: code to label. Which group serves which setting is said nowhere;
 * `src/tools/server_config/setting_fields.ts` goes by their values.
 */
export const SETTING_VALUES = referenceList({
  name: "settings",
  operation: "list_settings",
  path: path`/settings`,
  reply: z.object({ settings: z.record(z.string(), z.json()) }),
});

/** How often servers can be backed up: ids such as `1h` with their labels. */
export const BACKUP_FREQUENCIES = referenceList({
  name: "backup_frequencies",
  operation: "list_backup_frequencies",
  path: path`/backup-frequencies`,
  reply: z.object({ frequencies: givenList(z.object({ id: looseText, label: looseText })) }),
});

const country = z.object({ iso: looseText, name: looseText });

/** Countries by their ISO code. Cloudways sends a bare list; the documents show an empty object. */
export const COUNTRIES = referenceList({
  name: "countries",
  operation: "list_countries",
  path: path`/countries`,
  reply: z.union([
    z.array(country).transform((countries) => ({ countries })),
    z.object({ countries: givenList(country) }),
    z.strictObject({}).transform(() => ({ countries: [] })),
  ]),
});

/** What can be monitored on servers, by cloud provider. */
export const MONITOR_TARGETS = referenceList({
  name: "monitor_targets",
  operation: "list_monitor_targets",
  path: path`/monitor_targets`,
  reply: z.object({ targets: byProvider(z.string()) }),
});

/** How far back monitoring graphs can reach. */
export const MONITOR_DURATIONS = referenceList({
  name: "monitor_durations",
  operation: "list_monitor_durations",
  path: path`/monitor_durations`,
  reply: z.object({ durations: givenList(z.string()) }),
});

const LISTS: readonly { operation: string }[] = [
  PROVIDERS,
  REGIONS,
  SERVER_SIZES,
  APPS,
  PACKAGES,
  SETTING_VALUES,
  BACKUP_FREQUENCIES,
  COUNTRIES,
  MONITOR_TARGETS,
  MONITOR_DURATIONS,
];

/** Whether a request reads a list that is the same for everybody. */
export function isReferenceOperation(operation: string): boolean {
  return LISTS.some((list) => list.operation === operation);
}

function referenceList<T extends object>(list: ReferenceList<T>): ReferenceList<T> {
  return list;
}

/** Reads the reference lists, each once an hour at most. */
export class ReferenceData {
  readonly #client: CloudwaysClient;
  /** Sealed not for secrecy, but so that no entry can be forged. */
  readonly #sealed: SealedStore;
  readonly #opened: OpenedEntries;
  readonly #flights = new SingleFlight<unknown>();

  constructor(options: { client: CloudwaysClient; store: Store; sealed: SealedStore; clock: Clock }) {
    this.#client = options.client;
    this.#sealed = options.sealed;
    this.#opened = new OpenedEntries({ ...options, ttlMs: TTL_MS, maxCharacters: MAX_CHARACTERS });
  }

  /** Reads one list, from the cache if possible. */
  async read<T extends object>(session: Session, list: ReferenceList<T>): Promise<T> {
    const key = { purpose: "reference", customer: "shared", name: list.name } as const;
    // Credentials that Cloudways just refused get nothing from the cache until Cloudways accepts them again.
    const { mark, head } = await this.#client.records.refusalMarkAndHead(session.customer, key);
    const cached = mark === undefined ? await this.#opened.read(key, head, list.reply) : undefined;
    if (cached !== undefined) return cached;
    // Customers don't share a request in flight: one caller's wrong credentials must not fail another's call.
    const fetched = await this.#flights.run(`${list.name}:${session.customer.id}`, async (signal) => {
      const { operation, path, reply } = list;
      const fresh = await this.#client.send(withSignal(session, signal), { method: "GET", operation, path, reply });
      await this.#sealed.write(key, fresh, TTL_MS)
        .catch((error) => session.log.debug("reference data not kept", { error }));
      return fresh;
    }, session.signal);
    return list.reply.parse(fetched);
  }
}
