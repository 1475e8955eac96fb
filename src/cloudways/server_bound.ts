/**
 * The bound of a caller who may use only some servers of an account. Everything else does not exist for them. Only this
 * file decides that; {@linkcode CloudwaysAccount} asks it about everything that it sends and returns.
 */
import { ToolError } from "../errors.ts";
import { type NamedIds, namedIds } from "./id_members.ts";
import { type AppRecord, knownApps, type ServerRecord, tiedId } from "./models.ts";
import type { OperationState } from "./operations.ts";
import { isReferenceOperation } from "./reference_data.ts";
import { findApp, findServer } from "./server_listing.ts";
import type { ApiRequest } from "./session.ts";

/** A request, as far as a bound looks at it. */
export interface BoundRequest extends Pick<ApiRequest<unknown>, "operation" | "path" | "query" | "form" | "json"> {
  /**
   * It names no server, since its answer is about the whole account. Its sender must show only what is within; see
   * {@linkcode CloudwaysAccount.ownRows}.
   */
  wholeAccount?: boolean;
}

/** A row of an answer about the whole account. */
export interface OwnedRow {
  server_id?: number | null | undefined;
  app_id?: number | null | undefined;
}

/** The number after `/server/` or `/app/` in a path, if there is one. */
const PATH_ID = /^\/(server|app)\/(?:[a-z_]+\/)?(\d+)(?:\/|$)/i;

/** Some servers with their applications, as if there were nothing else. One for each call. */
export class ServerBound {
  /** The only servers. */
  readonly servers: ReadonlySet<number>;
  /** The applications that were seen on them. */
  readonly #apps = new Set<number>();

  constructor(servers: ReadonlySet<number>) {
    this.servers = servers;
  }

  /** The servers within. Their records don't name an application of another server as their source. */
  within(servers: readonly ServerRecord[]): ServerRecord[] {
    const own = servers.filter(({ id }) => this.servers.has(id));
    const apps = new Set(own.flatMap(knownApps).map(({ id }) => id));
    for (const id of apps) this.#apps.add(id);
    return own.map((server) => ({
      ...server,
      apps: server.apps?.map((app) => withoutForeignSource(app, apps)) ?? null,
    }));
  }

  /**
   * Lets a request pass that names only what is within.
   *
   * @throws {ToolError} `not_found` for anything else, and `forbidden` for a request about the whole account.
   */
  check({ operation, path, query, form, json, wholeAccount = false }: BoundRequest): void {
    const named = namedIds([query, form, json]);
    const inPath = idsInPath(path.text);
    const servers = [...named.servers, ...inPath.servers];
    const inFields = [...named.apps, ...named.paired];
    // With the application in a field, an id in the path is that of something else.
    const apps = inFields.length > 0 ? inFields : inPath.apps;
    for (const id of servers) if (!this.servers.has(id)) findServer([], id);
    for (const id of apps) if (!this.#apps.has(id)) findApp([], id);
    if (servers.length + apps.length === 0 && !wholeAccount && !isReferenceOperation(operation)) {
      throw needsWholeAccount();
    }
  }

  /** Whether a row is about something within. */
  owns({ server_id, app_id }: OwnedRow): boolean {
    if (typeof server_id === "number") return this.servers.has(server_id);
    return typeof app_id === "number" && this.#apps.has(app_id);
  }

  /** Whether a value names at least one server or application, and all of them are within. */
  isAbout(value: unknown): boolean {
    const { servers, apps } = namedIds(value);
    return servers.length + apps.length > 0 && !this.namesOthers(value);
  }

  /** Whether a value names a server or application that is not within. */
  namesOthers(value: unknown): boolean {
    const { servers, apps } = namedIds(value);
    return servers.some((id) => !this.servers.has(id)) || apps.some((id) => !this.#apps.has(id));
  }

  /** The operation, without a result that names something outside. */
  shown(state: OperationState): OperationState {
    return this.namesOthers(state.result) ? { ...state, result: null } : state;
  }

  /** The error of a request, without what it says of other servers. */
  withoutOthers(error: unknown): unknown {
    if (!(error instanceof ToolError) || error.details === undefined) return error;
    const { code, message, hint, retryAfter, details, done, limitedBy } = error;
    const isUntold = code === "upstream_busy" && !this.isAbout(details);
    if (!isUntold && !this.namesOthers(details)) return error;
    return new ToolError(code, message, {
      ...(isUntold
        ? { hint: "Nothing was done. Wait some minutes, then call again." }
        : hint !== undefined && { hint }),
      ...(retryAfter !== undefined && { retryAfter }),
      ...(done !== undefined && { done }),
      ...(limitedBy !== undefined && { limitedBy }),
      cause: error,
    });
  }
}

/** Empties the members that say where an application was copied from, unless that is one of these applications. */
function withoutForeignSource(app: AppRecord, own: ReadonlySet<number>): AppRecord {
  const source = tiedId(app.source_app_id);
  const isOwn = source === null ? tiedId(app.source_server_id) === null : own.has(source);
  return isOwn ? app : { ...app, source_app_id: null, source_server_id: null };
}

function idsInPath(text: string): Pick<NamedIds, "servers" | "apps"> {
  const [, kind, id] = PATH_ID.exec(text) ?? [];
  return { servers: kind === "server" ? [Number(id)] : [], apps: kind === "app" ? [Number(id)] : [] };
}

function needsWholeAccount(): ToolError {
  return new ToolError(
    "forbidden",
    "This needs the whole account, and this connection is bound to some servers of it.",
    {
      hint: "Nothing was sent. Tell the user; only the user or the operator can lift the bound, in the configuration.",
      done: "nothing",
    },
  );
}
