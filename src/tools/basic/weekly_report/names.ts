/** How a report names servers and applications: by their labels, so that a client knows them. */
import { type AppRecord, domainOf, knownApps, type ServerRecord } from "../../../cloudways/models.ts";
import { cleanText } from "../../../text/clean.ts";

/** Most characters of a name. */
const MAX_NAME = 60;

/** The names of an account's servers and applications. */
export class Names {
  readonly #servers: ReadonlyMap<number, string>;
  readonly #apps: ReadonlyMap<number, string>;

  constructor(servers: readonly ServerRecord[]) {
    this.#servers = new Map(servers.map((server) => [server.id, this.shown(server.label || `server ${server.id}`)]));
    const apps = servers.flatMap((server) => knownApps(server).map((app) => ({ app, server })));
    const byName = Map.groupBy(apps, ({ app }) => nameOf(app));
    this.#apps = new Map(apps.map(({ app, server }) => {
      const name = nameOf(app);
      const isUnique = byName.get(name)?.length === 1;
      return [app.id, isUnique ? this.shown(name) : `${this.shown(name)} on ${this.server(server.id)}`];
    }));
  }

  /** The name of a server; its id where the account has none of that id. */
  server(id: number, recordedLabel?: string): string {
    return this.#servers.get(id) ?? (recordedLabel ? this.shown(recordedLabel) : `server ${id}`);
  }

  /** The name of an application; its id where the account has none of that id. */
  app(id: number): string {
    return this.#apps.get(id) ?? `application ${id}`;
  }

  /** A text of the account, on one line and short. Secrets in it are hidden since it was read. */
  shown(text: string): string {
    return cleanText(text, { maxLength: MAX_NAME });
  }
}

function nameOf(app: AppRecord): string {
  return app.label || domainOf(app) || `application ${app.id}`;
}
