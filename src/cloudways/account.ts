import type { z } from "zod";
import type { Customer } from "../caller.ts";
import type { CloudwaysClient, Session } from "./client.ts";
import type { Fields } from "./http.ts";
import { serverListing, type ServerRecord } from "./models.ts";
import type { Operations, OperationState, WaitOptions } from "./operations.ts";
import { type ApiPath, path } from "./path.ts";
import type { ReferenceData, ReferenceList } from "./reference_data.ts";
import { findApp, findServer, type FoundApp, type ServerListing } from "./server_listing.ts";

/** The parts that all accounts share. */
export interface AccountServices {
  client: CloudwaysClient;
  listing: ServerListing;
  reference: ReferenceData;
  operations: Operations;
}

/** One customer's Cloudways account, for the length of one call. What tools speak to. */
export class CloudwaysAccount {
  readonly #services: AccountServices;
  readonly #session: Session;

  constructor(services: AccountServices, session: Session) {
    this.#services = services;
    this.#session = session;
  }

  /** Whose account this is. */
  get customer(): Customer {
    return this.#session.customer;
  }

  /** The client, for what is known of the customer without asking Cloudways. */
  get client(): CloudwaysClient {
    return this.#services.client;
  }

  /**
   * Reads from Cloudways.
   *
   * @param operation The operation's name in the facts.
   * @param reply Just enough of the expected answer to notice a wrong one.
   */
  get<T>(operation: string, path: ApiPath, reply: z.ZodType<T>, query?: Fields): Promise<T> {
    return this.#services.client.send(this.#session, {
      operation,
      method: "GET",
      path,
      reply,
      ...(query && { query }),
    });
  }

  /** Like {@linkcode get}, with secrets left in the answer. For the one tool that shows them, after a person's yes. */
  reveal<T>(operation: string, path: ApiPath, reply: z.ZodType<T>, query?: Fields): Promise<T> {
    const request = { operation, method: "GET", path, reply, reveal: true, ...(query && { query }) } as const;
    return this.#services.client.send(this.#session, request);
  }

  /** All servers with their applications; at most a minute old. */
  servers(): Promise<ServerRecord[]> {
    return this.#services.listing.servers(this.#session);
  }

  /** @throws {ToolError} `not_found`. */
  async server(serverId: number): Promise<ServerRecord> {
    return findServer(await this.servers(), serverId);
  }

  /** @throws {ToolError} `not_found`, naming the right server where the pair is wrong. */
  async app(appId: number, serverId?: number): Promise<FoundApp> {
    return findApp(await this.servers(), appId, serverId);
  }

  /** An application with its passwords, read from Cloudways and kept nowhere. */
  async revealApp(appId: number, serverId: number): Promise<FoundApp> {
    const { servers } = await this.reveal("server_list", path`/server`, serverListing);
    return findApp(servers, appId, serverId);
  }

  /** One of the lists that are the same for everybody; at most an hour old. */
  reference<T>(list: ReferenceList<T>): Promise<T> {
    return this.#services.reference.read(this.#session, list);
  }

  /** Looks at an operation until it ends or the time is up. */
  waitForOperation(operationId: string, options: WaitOptions): Promise<OperationState> {
    return this.#services.operations.wait(this.#session, operationId, options);
  }
}
