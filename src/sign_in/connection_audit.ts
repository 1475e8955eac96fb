/** The audit records of connections: who was let in, with which bounds, and how that ended. */
import type { AuditEntry, AuditTrail } from "../audit/record.ts";
import { boundToServers } from "../identity/bounds.ts";
import type { JsonValue } from "../text/clean.ts";
import type { Connection } from "./connection.ts";

/**
 * Why a connection ended. `ended_by_person`: on the page of connections. `ended_by_client`: it revoked a token.
 * `code_reused`, `refresh_token_reused`: a code or a refresh token came again, so it may have been stolen.
 * `credential_withdrawn`: Cloudways refuses the person's access token.
 */
export type EndReason =
  | "ended_by_person"
  | "ended_by_client"
  | "code_reused"
  | "refresh_token_reused"
  | "credential_withdrawn";

/** Writes the records. They stand in the trail of the customer, and hold no token. */
export class ConnectionAudit {
  readonly #trail: Pick<AuditTrail, "record">;

  constructor(trail: Pick<AuditTrail, "record">) {
    this.#trail = trail;
  }

  /** Records that a client got its first tokens. */
  async made(customer: string, connection: Connection, requestId: string): Promise<void> {
    await this.#trail.record({
      ...partsOf(customer, connection, requestId),
      event: "connected",
      tool: "sign_in",
      approval: "page",
      outcome: "ok",
    });
  }

  /** Records that a connection ended. One whose client never got tokens leaves no record. */
  async ended(customer: string, connection: Connection, reason: EndReason, requestId: string): Promise<void> {
    if (connection.generation === 0) return;
    await this.#trail.record({
      ...partsOf(customer, connection, requestId),
      event: "disconnected",
      tool: "sign_out",
      approval: null,
      outcome: reason,
    });
  }
}

function partsOf(customer: string, connection: Connection, requestId: string) {
  const { id, client, bounds: { servers } } = connection;
  const bound = boundToServers({ servers: servers && new Set(servers) });
  return {
    customer,
    // As the records of its calls: callers with these servers may see it.
    bound_to: bound === "" ? id : `${id} ${bound}`,
    client,
    arguments: shownBounds(connection),
    target: null,
    operation_id: null,
    request_id: requestId,
    connection: id,
  } satisfies Partial<AuditEntry>;
}

function shownBounds({ place, bounds: { readOnly, toolsets, servers }, endsAt }: Connection): JsonValue {
  return {
    takes_back_to: place,
    read_only: readOnly,
    toolsets: toolsets ?? "all",
    servers: servers ?? "all",
    ends_at: endsAt === null ? null : new Date(endsAt).toISOString(),
  };
}
