import { z } from "zod";
import type { Customer } from "../caller.ts";
import { ToolError } from "../errors.ts";
import type { ApiRequest, CloudwaysClient, Session } from "./client.ts";
import type { Fields } from "./http.ts";
import { serverListing, type ServerRecord } from "./models.ts";
import { type Operations, type OperationState, startedReply, type WaitOptions } from "./operations.ts";
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

/** A request that changes something. */
export type WriteRequest<T> = Omit<ApiRequest<T>, "method" | "reveal"> & { method: "POST" | "PUT" | "DELETE" };

/** Work that was started, and how far it is. */
export interface StartedWork {
  /** Null where Cloudways did it at once. */
  operation_id: string | null;
  status: "completed" | "running";
  type?: string;
  message: string;
  /** How to go on, while it runs. */
  next_step?: string;
}

/** A report that Cloudways makes in the background. */
export interface ReportRequest<T> {
  operation: string;
  path: ApiPath;
  query?: Fields;
  /** Reads an answer that holds the report itself; refuses one that holds only an id. */
  inline: z.ZodType<T>;
  /** Reads the result of the finished operation; null where it has none. */
  finished: (result: unknown) => T;
}

/** A finished report, or how to ask for it again. */
export type Report<T> =
  | { status: "completed"; operation_id: string | null; data: T }
  | { status: "running"; operation_id: string; message: string; next_step: string };

const startedAsId = startedReply.transform((id, context) => {
  if (id !== undefined) return { id };
  context.addIssue({ code: "custom", message: "neither a report nor the id of one" });
  return z.NEVER;
});

function stillRunning(operationId: string, message: string) {
  const next_step = `Still running. Look again with get_operation_status, operation_id ${operationId}. ` +
    "Don't start it once more.";
  return { operation_id: operationId, status: "running", message, next_step } as const;
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

  /**
   * Changes something. The listing is read anew afterwards, whatever came of it.
   *
   * @throws {ToolError} Every failure; `upstream_timeout` and `upstream_unreachable` leave open whether it was done.
   */
  async write<T>(request: WriteRequest<T>): Promise<T> {
    try {
      return await this.#services.client.send(this.#session, request);
    } finally {
      // What was done is done: a listing that can't be marked stale must not turn it into a failure.
      await this.#services.listing.drop(this.#session).catch((error) => {
        this.#session.log.warn("the listing could not be dropped", { error });
      });
    }
  }

  /**
   * Starts work at Cloudways and waits for its end as long as it may.
   *
   * @throws {ToolError} `operation_failed` where the work fails, and whatever keeps it from being started.
   */
  async start(request: Omit<WriteRequest<unknown>, "reply">, options: WaitOptions): Promise<StartedWork> {
    const operationId = await this.write({ ...request, reply: startedReply });
    if (operationId === undefined) return { operation_id: null, status: "completed", message: "Done." };
    return await this.#follow(operationId, options);
  }

  /**
   * Asks for a report that Cloudways makes in the background, and waits for it. Some are answered at once.
   *
   * @param inline Reads the report where the answer itself holds it.
   */
  async report<T>(request: ReportRequest<T>, options: WaitOptions): Promise<Report<T>> {
    const { operation, path, query, inline } = request;
    const reply = await this.get(
      operation,
      path,
      z.union([inline.transform((data) => ({ data })), startedAsId]),
      query,
    );
    if ("data" in reply) return { status: "completed", operation_id: null, data: reply.data };
    const state = await this.waitForOperation(reply.id, options);
    if (state.status !== "completed") return stillRunning(state.operation_id, state.message);
    return { status: "completed", operation_id: state.operation_id, data: request.finished(state.result) };
  }

  /** The work has begun, so from here on nothing but its own failure is one. */
  async #follow(operationId: string, options: WaitOptions): Promise<StartedWork> {
    try {
      const { status, type, message } = await this.waitForOperation(operationId, options);
      if (status === "completed") return { operation_id: operationId, status, type, message };
      return { ...stillRunning(operationId, message), type };
    } catch (error) {
      if (!(error instanceof ToolError) || error.code === "operation_failed") throw error;
      return stillRunning(operationId, `It was started; how far it is could not be seen: ${error.message}`);
    }
  }

  /** Looks at an operation until it ends or the time is up. */
  waitForOperation(operationId: string, options: WaitOptions): Promise<OperationState> {
    return this.#services.operations.wait(this.#session, operationId, options);
  }
}
