/** Signing in: a person lets a client in on a page, and the client gets tokens of ours in place of theirs. */
import type { Clock } from "../async/clock.ts";
import type { AuditTrail } from "../audit/record.ts";
import type { AccountServices } from "../cloudways/account.ts";
import type { Box } from "../crypto/box.ts";
import { Fingerprints } from "../crypto/fingerprints.ts";
import type { KeyRing } from "../crypto/key_ring.ts";
import type { Customer } from "../identity/caller.ts";
import type { CustomerIds } from "../identity/customer_id.ts";
import type { PinnedClient } from "../identity/oauth_client.ts";
import type { SealedStore } from "../store/sealed.ts";
import { type Store, StoreError } from "../store/store.ts";
import { Accounts, type CheckedBy } from "./accounts.ts";
import { ClientIds } from "./client_ids.ts";
import { ConnectionAudit } from "./connection_audit.ts";
import type { Connection } from "./connection.ts";
import { Connections } from "./connections.ts";
import { Consents } from "./consents.ts";
import { Grants } from "./grants.ts";
import { type AccessToken, type Grant, Tokens } from "./tokens.ts";

/** What {@linkcode SignIn} needs. */
export interface SignInOptions {
  store: Store;
  sealed: SealedStore;
  box: Box;
  ring: KeyRing;
  clock: Clock;
  services: AccountServices;
  customerIds: CustomerIds;
  /** Keeps the record of connections. */
  audit: Pick<AuditTrail, "record">;
  /** The clients that the operator names. */
  clients: readonly PinnedClient[];
}

/** A caller whose access token is good. */
export interface SignedIn {
  customer: Customer;
  token: AccessToken;
  connection: Connection;
}

/** The parts of signing in, connected. */
export class SignIn {
  readonly clientIds: ClientIds;
  readonly connections: Connections;
  readonly accounts: Accounts;
  readonly consents: Consents;
  readonly grants: Grants;
  readonly #tokens: Tokens;

  constructor(options: SignInOptions) {
    this.clientIds = new ClientIds(options.ring, options.clients);
    this.connections = new Connections({ ...options, audit: new ConnectionAudit(options.audit) });
    this.accounts = new Accounts(options);
    this.#tokens = new Tokens(options);
    this.grants = new Grants({
      ...options,
      tokens: this.#tokens,
      connections: this.connections,
      fingerprints: new Fingerprints(options.ring),
      isWithdrawn: (grant, by) => this.#isWithdrawn(grant, by),
    });
    this.consents = new Consents({ ...options, connections: this.connections, grants: this.grants });
  }

  /**
   * The caller of an access token; undefined if the token is not good at this resource, its connection has ended, or
   * Cloudways has withdrawn the token behind it.
   *
   * @throws {StoreError} If that is not known.
   */
  async admit(accessToken: string, resource: string, by: CheckedBy): Promise<SignedIn | undefined> {
    const token = await this.#tokens.openAccess(accessToken);
    if (token?.resource !== resource) return undefined;
    const connection = await this.connections.find(token.customer, token.connection);
    if (connection === undefined || await this.#isWithdrawn(token, by)) return undefined;
    // A store that can be read but not written must not sign anybody out.
    await this.connections.noteUse(token.customer, connection).catch((error) => {
      if (!(error instanceof StoreError)) throw error;
      by.log.debug("use of a connection not noted", { error });
    });
    return { customer: customerOf(token), token, connection };
  }

  /** Whether Cloudways has withdrawn the token behind a grant; then all its connections end. */
  async #isWithdrawn(grant: Grant, by: CheckedBy): Promise<boolean> {
    if (!await this.accounts.isWithdrawn(customerOf(grant), by)) return false;
    const ended = await this.connections.endAll(grant.customer, {
      reason: "credential_withdrawn",
      requestId: by.requestId,
    });
    by.log.info("connections ended, since Cloudways refuses their access token", { ended });
    return true;
  }
}

function customerOf({ customer, token }: Grant): Customer {
  return { id: customer, credential: { kind: "access_token", token } };
}
