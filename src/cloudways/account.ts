import { z } from "zod";
import type { Customer } from "../identity/caller.ts";
import { ToolError } from "../errors.ts";
import { type CertificateFacts, type CertificateFiles, checkCertificate } from "./certificates.ts";
import { type CloudwaysClient, knowsCredentials } from "./client.ts";
import { openEncryptedKey } from "./encrypted_keys.ts";
import type { Fields } from "./http.ts";
import type { KeyWork } from "./key_work.ts";
import { listReply, serverListing, type ServerRecord, tiedId } from "./models.ts";
import { isOperationId } from "./operation_id.ts";
import {
  isPassing,
  type Operations,
  type OperationState,
  type Started,
  startedReply,
  type WaitOptions,
} from "./operations.ts";
import { type ApiPath, path } from "./path.ts";
import type { ReferenceData, ReferenceList } from "./reference_data.ts";
import { sayingOf, UnknownToCloudwaysError } from "./replies.ts";
import type { LastBackups, RestorableApp, RestorePoints } from "./restore_points.ts";
import type { ApiRequest, Session } from "./session.ts";
import { findApp, findServer, type FoundApp, type ServerListing } from "./server_listing.ts";
import type {
  OperationEnd,
  OperationTarget,
  StartedKind,
  StartedOperation,
  StartedOperations,
} from "./started_operations.ts";
import { saying, type StartedWork, stillRunning, type Unseen, unseen, withoutUsableId } from "./started_work.ts";

export type { StartedWork };

/** The services that all accounts share. */
export interface AccountServices {
  client: CloudwaysClient;
  listing: ServerListing;
  reference: ReferenceData;
  operations: Operations;
  restorePoints: RestorePoints;
  startedOperations: StartedOperations;
  keyWork: KeyWork;
}

/** A request that reads. */
export type ReadRequest<T> = Omit<ApiRequest<T>, "method" | "form" | "json">;

/** A request that changes something. */
export type WriteRequest<T> = Omit<ApiRequest<T>, "method" | "reveal" | "once"> & {
  method: "POST" | "PUT" | "DELETE";
  /** The other documented spelling of the path. Tried once, if Cloudways says that the first one is unknown. */
  otherPath?: ApiPath;
};

/** A report that Cloudways makes in the background. */
export interface ReportRequest<T> extends Pick<ReadRequest<T>, "operation" | "path" | "query"> {
  /** Set where the report is asked for by a form, which is sent once. */
  form?: Fields;
  /** Parses an answer that contains the report itself; fails on an answer that contains only an id. */
  inline: z.ZodType<T>;
  /** Reads the report from the result of the finished operation. The result may be null. */
  finished: (result: unknown) => T;
}

/** A finished report, or how to ask for it again. */
export type Report<T> =
  | { status: "completed"; operation_id: string | null; data: T }
  | { status: "running"; operation_id: string; message: string; cloudways_message?: string; next_step: string };

const startedAsId = startedReply.transform(({ operationId }, context) => {
  if (operationId !== undefined && isOperationId(operationId)) return { id: operationId };
  context.addIssue({ code: "custom", message: "neither a report nor the id of one" });
  return z.NEVER;
});

/** What a request works on. */
function targetIn({ server_id, app_id }: Fields = {}): OperationTarget {
  return { server_id: tiedId(server_id), app_id: tiedId(app_id) };
}

const SERVER_LIST = { operation: "server_list", path: path`/server`, reply: serverListing } as const;

/** One customer's Cloudways account, for one call. Tools use it to reach Cloudways. */
export class CloudwaysAccount {
  readonly #services: AccountServices;
  readonly #session: Session;

  constructor(services: AccountServices, session: Session) {
    this.#services = services;
    this.#session = session;
  }

  /** The owner of the account. */
  get customer(): Customer {
    return this.#session.customer;
  }

  /** The client, for what is known about the customer without a request to Cloudways. */
  get client(): CloudwaysClient {
    return this.#services.client;
  }

  /**
   * Checks whether Cloudways accepts the credentials now, by its cheapest read, which does not concern the account.
   *
   * @throws {ToolError} `authentication_failed` if it does not; `forbidden` if it does, but their rights are limited.
   */
  async checkCredentials(): Promise<void> {
    await this.read({
      operation: "list_providers",
      path: path`/providers`,
      reply: listReply("providers", z.unknown()),
    });
  }

  /**
   * Ensures that Cloudways accepted the credentials within the last ten minutes, by one read if it did not. For answers
   * from our own store.
   *
   * @throws {ToolError} If Cloudways refuses them, or can't be reached.
   */
  async ensureAcceptedLately(): Promise<void> {
    if (await this.client.records.acceptedLately(this.customer)) return;
    await this.checkCredentials().catch((error) => {
      if (!knowsCredentials(error)) throw error;
    });
  }

  /**
   * Ensures that Cloudways has accepted these credentials at some time, by one read if it never has.
   *
   * @throws {ToolError} `authentication_failed`, and any failure of the read.
   */
  async ensureAccepted(): Promise<void> {
    if (!await this.client.records.isAccepted(this.customer)) await this.servers();
  }

  /**
   * Reads from Cloudways.
   *
   * @throws {ToolError} Every failure.
   */
  read<T>(request: ReadRequest<T>): Promise<T> {
    return this.#services.client.send(this.#session, { ...request, method: "GET" });
  }

  /** All servers with their applications; at most a minute old. */
  servers(): Promise<ServerRecord[]> {
    return this.#services.listing.servers(this.#session);
  }

  /** @throws {ToolError} `not_found`. */
  async server(serverId: number): Promise<ServerRecord> {
    return findServer(await this.servers(), serverId);
  }

  /** @throws {ToolError} `not_found`; it names the right server if the application is on another one. */
  async app(appId: number, serverId?: number): Promise<FoundApp> {
    return findApp(await this.servers(), appId, serverId);
  }

  /** Like {@linkcode server}, but read from Cloudways and not from the cached listing: for questions. */
  async currentServer(serverId: number): Promise<ServerRecord> {
    return findServer(await this.currentServers(), serverId);
  }

  /**
   * Like {@linkcode app}, but read from Cloudways and not from the cached listing: for questions, and to show what a
   * change replaces.
   */
  async currentApp(appId: number, serverId?: number): Promise<FoundApp> {
    return findApp(await this.currentServers(), appId, serverId);
  }

  /** Like {@linkcode servers}, but read from Cloudways and not from the cached listing. */
  async currentServers(): Promise<ServerRecord[]> {
    return (await this.read(SERVER_LIST)).servers;
  }

  /** The newest restore points of a server's applications that were seen in the last hour. Sends no request. */
  lastBackups(serverId: number): Promise<LastBackups> {
    return this.#services.restorePoints.known(this.#session, serverId);
  }

  /** The restore points of an application that were seen in the last hour. Sends no request. */
  notedRestorePoints(found: RestorableApp): Promise<readonly string[]> {
    return this.#services.restorePoints.pointsOf(this.#session, found);
  }

  /** Remembers the current restore points of an application, for {@linkcode lastBackups}. */
  noteRestorePoints(found: RestorableApp, points: readonly string[]): Promise<void> {
    return this.#services.restorePoints.note(this.#session, found, points);
  }

  /**
   * Checks a certificate and its key, as {@linkcode checkCertificate} does. Decrypting a key is expensive, so it is
   * done only for credentials that Cloudways accepts.
   *
   * @throws {CertificateError} At the first fault.
   * @throws {ToolError} If an encrypted key can't be decrypted now, or not for this caller.
   */
  checkCertificate(files: CertificateFiles, now: number): Promise<CertificateFacts> {
    const { customer, signal } = this.#session;
    return checkCertificate(files, now, async (key, password) => {
      // If it is not known whether Cloudways accepts the caller, a read finds out.
      if (!await this.client.records.isAccepted(customer)) await this.currentServers();
      return await this.#services.keyWork.run(customer.id, signal, () => openEncryptedKey(key, password));
    });
  }

  /** An application with its passwords, read from Cloudways and never stored. */
  async revealApp(appId: number, serverId: number): Promise<FoundApp> {
    const { servers } = await this.read({ ...SERVER_LIST, reveal: true });
    return findApp(servers, appId, serverId);
  }

  /** One of the lists that are the same for everybody; at most an hour old. */
  reference<T extends object>(list: ReferenceList<T>): Promise<T> {
    return this.#services.reference.read(this.#session, list);
  }

  /**
   * Changes something. The cached listing is dropped afterwards, even if the request failed.
   *
   * @throws {ToolError} Every failure; `upstream_timeout` and `upstream_unreachable` leave open whether it was done.
   */
  async write<T>(request: WriteRequest<T>): Promise<T> {
    try {
      return await this.#sendToEitherPath(request);
    } finally {
      await this.#dropListing();
    }
  }

  /** Sends a write, and once more to its other path if the first path was unknown, so that nothing was done. */
  async #sendToEitherPath<T>({ otherPath, ...request }: WriteRequest<T>): Promise<T> {
    const { client } = this.#services;
    try {
      return await client.send(this.#session, request);
    } catch (error) {
      if (otherPath === undefined || !(error instanceof UnknownToCloudwaysError)) throw error;
      return await client.send(this.#session, { ...request, path: otherPath });
    }
  }

  /**
   * Starts work at Cloudways and waits for its end, until the time in `options` is up.
   *
   * @throws {ToolError} `operation_failed` if the work fails, and any failure to start it.
   */
  async start(request: Omit<WriteRequest<unknown>, "reply">, options: WaitOptions): Promise<StartedWork> {
    return await this.follow(await this.write({ ...request, reply: startedReply }), targetIn(request.form), options);
  }

  /**
   * Requests a report that Cloudways makes in the background, and waits for it. Some reports are in the first answer.
   *
   * @throws {ToolError} `operation_failed` if the report fails, and any failure to request it.
   */
  async report<T>(request: ReportRequest<T>, options: WaitOptions): Promise<Report<T>> {
    const { inline, finished, ...asked } = request;
    const method = asked.form === undefined ? "GET" : "POST";
    const reply = await this.#services.client.send(this.#session, {
      ...asked,
      method,
      reply: z.union([inline.transform((data) => ({ data })), startedAsId]),
    });
    if ("data" in reply) return { status: "completed", operation_id: null, data: reply.data };
    await this.#services.startedOperations.started(
      this.#session,
      reply.id,
      "reports",
      targetIn(asked.form ?? asked.query),
    );
    const state = await this.#look(() => this.#wait(reply.id, options, "reports"));
    if ("reason" in state) return unseen(reply.id, state);
    if (state.status !== "completed") return stillRunning(state.operation_id, state.cloudways_message);
    return { status: "completed", operation_id: state.operation_id, data: finished(state.result) };
  }

  /**
   * Waits for work that was started, and notes it for {@linkcode startedOperations}. Only a failure of the work itself is
   * an error.
   *
   * @param on What it works on; null for work that somebody else started, which is not noted.
   * @throws {ToolError} `operation_failed` if the work fails.
   */
  async follow(started: Started, on: OperationTarget | null, options: WaitOptions): Promise<StartedWork> {
    return (await this.followToEnd(started, on, options)).work;
  }

  /**
   * Like {@linkcode follow}, with the operation at its end; null where it still runs or there is none.
   *
   * @throws {ToolError} `operation_failed` where the work fails.
   */
  async followToEnd(
    { operationId, said }: Started,
    on: OperationTarget | null,
    options: WaitOptions,
  ): Promise<{ work: StartedWork; end: OperationState | null }> {
    if (operationId === undefined) {
      const work = { operation_id: null, status: "completed", message: "Done.", ...saying(said) } as const;
      return { work, end: null };
    }
    const isUsable = isOperationId(operationId);
    const { startedOperations } = this.#services;
    if (on !== null) await startedOperations.started(this.#session, isUsable ? operationId : null, "work", on);
    if (!isUsable) return { work: withoutUsableId(operationId, said), end: null };
    const state = await this.#look(() => this.waitForOperation(operationId, options, on === null ? undefined : "work"));
    if ("reason" in state) return { work: unseen(operationId, state), end: null };
    const { status, type, cloudways_message } = state;
    if (status !== "completed") return { work: { ...stillRunning(operationId, cloudways_message), type }, end: null };
    const work = { operation_id: operationId, status, type, message: "Completed.", ...saying(cloudways_message) };
    return { work, end: state };
  }

  /** Waits for an operation. If its state can't be read, the reason is returned, because the work goes on. */
  async #look(wait: () => Promise<OperationState>): Promise<OperationState | Unseen> {
    try {
      return await wait();
    } catch (error) {
      if (error instanceof ToolError && error.code !== "operation_failed") {
        const lookAgain = isPassing(error) ? { afterSeconds: error.retryAfter } : undefined;
        return { reason: error.message, said: sayingOf(error), lookAgain };
      }
      if (error instanceof ToolError || !this.#session.signal.aborted) throw error;
      const reason = "The time for this call was up, or the caller left.";
      return { reason, said: {}, lookAgain: { afterSeconds: undefined } };
    }
  }

  /**
   * Polls an operation until it ends or the time is up. After its end the cached listing is dropped, because it may
   * have been read before the work was done.
   *
   * @param noted The kind of an operation that was noted; then its end is noted too.
   */
  async waitForOperation(operationId: string, options: WaitOptions, noted?: StartedKind): Promise<OperationState> {
    let mayHaveEnded = true;
    try {
      const state = await this.#wait(operationId, options, noted);
      mayHaveEnded = state.status !== "running";
      return state;
    } finally {
      if (mayHaveEnded) await this.#dropListing();
    }
  }

  async #wait(operationId: string, options: WaitOptions, noted: StartedKind | undefined): Promise<OperationState> {
    const { operations, startedOperations } = this.#services;
    const noteEnd = async (end: OperationEnd) => {
      if (noted !== undefined) await startedOperations.ended(this.#session, operationId, noted, end);
    };
    try {
      const state = await operations.wait(this.#session, operationId, options);
      if (state.status === "completed") await noteEnd(state.status);
      return state;
    } catch (error) {
      if (error instanceof ToolError && error.code === "operation_failed") await noteEnd("failed");
      throw error;
    }
  }

  /**
   * What the customer started through this server in the last day, newest first. Sends no request. Every reader uses this
   * method, so that bounds on servers can be kept here.
   *
   * @throws {StoreError} If the store does not answer.
   */
  startedOperations(): Promise<StartedOperation[]> {
    return this.#services.startedOperations.read(this.#session);
  }

  /**
   * Drops the cached listing. The change is done, so a failure here is only logged. Credentials that Cloudways never
   * accepted have no listing, and must not write to the store.
   */
  async #dropListing(): Promise<void> {
    const { client, listing } = this.#services;
    try {
      if (await client.records.isAccepted(this.customer)) await listing.drop(this.#session);
    } catch (error) {
      this.#session.log.debug("the listing could not be dropped", { error });
    }
  }
}
