import { type AccountServices, CloudwaysAccount } from "../cloudways/account.ts";
import { knowsCredentials } from "../cloudways/client.ts";
import type { ServerRecord } from "../cloudways/models.ts";
import { Deadline } from "../async/deadline.ts";
import { ToolError } from "../errors.ts";
import type { Customer } from "../identity/caller.ts";
import { isAccessToken } from "../identity/credential.ts";
import type { CustomerIds } from "../identity/customer_id.ts";
import type { Logger } from "../telemetry/log.ts";

/** The request that asks: for the limits on wrong credentials, and for records. */
export interface CheckedBy {
  address: string;
  log: Logger;
  /** Our own id of the request. */
  requestId: string;
}

/** A server that a connection may be bound to. */
export type ServerChoice = Pick<ServerRecord, "id" | "label">;

/** What Cloudways says about an access token. `unknown`: it could not be asked. */
export type CheckedToken =
  /** `servers` is undefined if the token may not list them. */
  | { kind: "accepted"; customer: Customer; servers: ServerChoice[] | undefined }
  | { kind: "refused" }
  | { kind: "busy" | "unknown"; retryAfter: number };

const CHECK_MS = 20_000;
const TOKEN = /^[\x21-\x7e]{4,4096}$/;

/** Asks Cloudways about access tokens that people paste. */
export class Accounts {
  readonly #services: AccountServices;
  readonly #customerIds: CustomerIds;

  constructor(options: { services: AccountServices; customerIds: CustomerIds }) {
    this.#services = options.services;
    this.#customerIds = options.customerIds;
  }

  /** Checks a token by one read, which also lists the servers. */
  async check(token: string, by: CheckedBy): Promise<CheckedToken> {
    if (!TOKEN.test(token) || !isAccessToken(token)) return { kind: "refused" };
    const customer = await this.#customerOf(token);
    try {
      const servers = await this.#with(customer, by, (account) => account.currentServers());
      return { kind: "accepted", customer, servers: servers.map(({ id, label }) => ({ id, label })) };
    } catch (error) {
      if (knowsCredentials(error)) return { kind: "accepted", customer, servers: undefined };
      if (error instanceof ToolError && error.code === "authentication_failed") return { kind: "refused" };
      return asLater(error);
    }
  }

  /**
   * Whether Cloudways has withdrawn a token that it accepted: it refused a request, and refuses another one now. A failure
   * to ask is no withdrawal.
   *
   * @throws {StoreError} If it is not known whether it refused a request.
   */
  async isWithdrawn(customer: Customer, by: CheckedBy): Promise<boolean> {
    if (await this.#services.client.records.refusalMark(customer) === undefined) return false;
    try {
      await this.#with(customer, by, (account) => account.checkCredentials());
      return false;
    } catch (error) {
      return error instanceof ToolError && error.code === "authentication_failed";
    }
  }

  async #customerOf(token: string): Promise<Customer> {
    const credential = { kind: "access_token", token } as const;
    return { id: await this.#customerIds.of(credential), credential };
  }

  async #with<T>(
    customer: Customer,
    { address, log }: CheckedBy,
    work: (account: CloudwaysAccount) => Promise<T>,
  ): Promise<T> {
    using deadline = new Deadline(CHECK_MS);
    const { signal } = deadline;
    return await work(new CloudwaysAccount(this.#services, { customer, address, log, signal, deadline: signal }));
  }
}

function asLater(error: unknown): CheckedToken {
  if (error instanceof ToolError) {
    const kind = error.code === "rate_limited" || error.code === "upstream_rate_limited" ? "busy" : "unknown";
    return { kind, retryAfter: error.retryAfter ?? 5 };
  }
  if (error instanceof DOMException && error.name === "TimeoutError") return { kind: "unknown", retryAfter: 5 };
  throw error;
}
