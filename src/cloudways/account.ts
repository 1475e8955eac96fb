import { z } from "zod";
import type { Customer } from "../identity/caller.ts";
import { ToolError } from "../errors.ts";
import { type CertificateFacts, type CertificateFiles, checkCertificate } from "./certificates.ts";
import { type CloudwaysClient, knowsCredentials } from "./client.ts";
import { openEncryptedKey } from "./encrypted_keys.ts";
import type { KeyWork } from "./key_work.ts";
import { knownApps, listReply, serverListing, type ServerRecord } from "./models.ts";
import { isOperationId } from "./operation_id.ts";
import {
  isPassing,
  isUnknownOperation,
  type Operations,
  type OperationState,
  type Started,
  startedReply,
  unknownOperation,
  type WaitOptions,
} from "./operations.ts";
import { type ApiPath, path } from "./path.ts";
import type { ReferenceData, ReferenceList } from "./reference_data.ts";
import { type Report, type ReportRequest, startedAsId } from "./report_request.ts";
import { sayingOf, UnknownToCloudwaysError } from "./replies.ts";
import type { LastBackups, RestorableApp, RestorePoints } from "./restore_points.ts";
import { type BoundRequest, type OwnedRow, ServerBound } from "./server_bound.ts";
import type { ApiRequest, Session } from "./session.ts";
import { saying, type StartedWork, stillRunning, type Unseen, unseen, withoutUsableId } from "./started_work.ts";
import type { StartedOperations } from "./started_operations.ts";
import { findApp, findServer, type FoundApp, type ServerListing } from "./server_listing.ts";

export type { Report } from "./report_request.ts";
export type { StartedWork } from "./started_work.ts";

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
export type ReadRequest<T> = Omit<ApiRequest<T>, "method" | "form"> & Pick<BoundRequest, "wholeAccount">;

/** A request that changes something. */
export type WriteRequest<T> = Omit<ApiRequest<T>, "method" | "reveal" | "once"> & {
  method: "POST" | "PUT" | "DELETE";
  /** The other documented spelling of the path. Tried once, if Cloudways says that the first one is unknown. */
  otherPath?: ApiPath;
};

const SERVER_LIST = {
  operation: "server_list",
  path: path`/server`,
  reply: serverListing,
  wholeAccount: true,
} as const;

/**
 * One customer's Cloudways account, for one call. Tools use it to reach Cloudways. For a caller who is bound to some
 * servers, there is nothing else in it: {@linkcode ServerBound} decides that.
 */
export class CloudwaysAccount {
  readonly #services: AccountServices;
  readonly #session: Session;
  readonly #bound: ServerBound | undefined;

  /** @param servers The only servers that the caller may use; undefined for the whole account. */
  constructor(services: AccountServices, session: Session, servers?: ReadonlySet<number>) {
    this.#services = services;
    this.#session = session;
    this.#bound = servers && new ServerBound(servers);
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
  async read<T>({ wholeAccount, ...request }: ReadRequest<T>): Promise<T> {
    return await this.#send({ ...request, method: "GET" }, wholeAccount);
  }

  /** Sends a request that names only what there is for the caller. */
  async #send<T>(request: ApiRequest<T>, wholeAccount = false): Promise<T> {
    this.#bound?.check({ ...request, wholeAccount });
    return await this.#services.client.send(this.#session, request).catch((error) => {
      throw this.#bound === undefined ? error : this.#bound.withoutOthers(error);
    });
  }

  /** All servers with their applications; at most a minute old. */
  async servers(): Promise<ServerRecord[]> {
    return this.#within(await this.#services.listing.servers(this.#session));
  }

  #within(servers: ServerRecord[]): ServerRecord[] {
    return this.#bound === undefined ? servers : this.#bound.within(servers);
  }

  /** Of the rows of an answer about the whole account, those about something that there is for the caller. */
  async ownRows<T extends OwnedRow>(rows: readonly T[]): Promise<T[]> {
    const bound = this.#bound;
    if (bound === undefined) return [...rows];
    await this.servers();
    return rows.filter((row) => bound.owns(row));
  }

  /** Makes a check whether a value names only servers and applications that there are for the caller, and some. */
  async isAboutOwn(): Promise<(value: unknown) => boolean> {
    const bound = this.#bound;
    if (bound === undefined) return () => true;
    await this.servers();
    return (value) => bound.isAbout(value);
  }

  /** Of the projects of the account, those that there are for the caller: with an application of theirs in them. */
  async ownProjects<T extends { id: number }>(projects: readonly T[]): Promise<T[]> {
    if (this.#bound === undefined) return [...projects];
    const own = new Set((await this.servers()).flatMap(knownApps).map(({ project_id }) => project_id));
    return projects.filter(({ id }) => own.has(id));
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
    return this.#within((await this.read(SERVER_LIST)).servers);
  }

  /** The newest restore points of a server's applications that were seen in the last hour. Sends no request. */
  async lastBackups(serverId: number): Promise<LastBackups> {
    if (this.#bound?.servers.has(serverId) === false) return new Map();
    return await this.#services.restorePoints.known(this.#session, serverId);
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
    return findApp(this.#within(servers), appId, serverId);
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
    try {
      return await this.#send(request);
    } catch (error) {
      if (otherPath === undefined || !(error instanceof UnknownToCloudwaysError)) throw error;
      return await this.#send({ ...request, path: otherPath });
    }
  }

  /**
   * Starts work at Cloudways and waits for its end, until the time in `options` is up.
   *
   * @throws {ToolError} `operation_failed` if the work fails, and any failure to start it.
   */
  async start(request: Omit<WriteRequest<unknown>, "reply">, options: WaitOptions): Promise<StartedWork> {
    return await this.follow(await this.write({ ...request, reply: startedReply }), options);
  }

  /**
   * Requests a report that Cloudways makes in the background, and waits for it. Some reports are in the first answer.
   *
   * @throws {ToolError} `operation_failed` if the report fails, and any failure to request it.
   */
  async report<T>(request: ReportRequest<T>, options: WaitOptions): Promise<Report<T>> {
    const { inline, finished, ...asked } = request;
    const method = asked.form === undefined ? "GET" : "POST";
    const reply = await this.#send({
      ...asked,
      method,
      reply: z.union([inline.transform((data) => ({ data })), startedAsId]),
    });
    if ("data" in reply) return { status: "completed", operation_id: null, data: reply.data };
    await this.#noteStarted(reply.id);
    const state = await this.#look(() => this.#services.operations.wait(this.#session, reply.id, options));
    if ("reason" in state) return unseen(reply.id, state);
    if (state.status !== "completed") return stillRunning(state.operation_id, state.cloudways_message);
    return { status: "completed", operation_id: state.operation_id, data: finished(state.result) };
  }

  /**
   * Waits for work that was started. Only a failure of the work itself is an error.
   *
   * @throws {ToolError} `operation_failed` if the work fails.
   */
  async follow(started: Started, options: WaitOptions): Promise<StartedWork> {
    return (await this.followToEnd(started, options)).work;
  }

  /**
   * Like {@linkcode follow}, with the operation at its end; null where it still runs or there is none.
   *
   * @throws {ToolError} `operation_failed` where the work fails.
   */
  async followToEnd(
    { operationId, said }: Started,
    options: WaitOptions,
  ): Promise<{ work: StartedWork; end: OperationState | null }> {
    if (operationId === undefined) {
      const work = { operation_id: null, status: "completed", message: "Done.", ...saying(said) } as const;
      return { work, end: null };
    }
    if (!isOperationId(operationId)) return { work: withoutUsableId(operationId, said), end: null };
    await this.#noteStarted(operationId);
    const state = await this.#look(() => this.#waitUntilEnd(operationId, options));
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
   * Polls an operation until it ends or the time is up.
   *
   * @throws {ToolError} `not_found` if there is no such operation for the caller.
   */
  async waitForOperation(operationId: string, options: WaitOptions): Promise<OperationState> {
    const bound = this.#bound;
    if (bound === undefined) return await this.#waitUntilEnd(operationId, options);
    const admit = async (state: OperationState) => {
      if (!await this.#isOwnOperation(state, bound)) throw unknownOperation();
    };
    const state = await this.#waitUntilEnd(operationId, { ...options, admit }).catch((error) => {
      throw isUnknownOperation(error) ? unknownOperation() : bound.withoutOthers(error);
    });
    // A result may name applications, which the listing knows.
    if (state.result !== null) await this.servers();
    return bound.shown(state);
  }

  /** An operation that does not say its server is the caller's if they have started it. */
  async #isOwnOperation({ server_id, operation_id }: OperationState, bound: ServerBound): Promise<boolean> {
    if (server_id !== null) return bound.servers.has(server_id);
    return await this.#services.startedOperations.isWithin(this.#session, operation_id, bound.servers);
  }

  async #noteStarted(operationId: string): Promise<void> {
    if (this.#bound === undefined) return;
    await this.#services.startedOperations.note(this.#session, operationId, this.#bound.servers);
  }

  /** After the end of the work the cached listing is dropped, because it may have been read before. */
  async #waitUntilEnd(operationId: string, options: WaitOptions): Promise<OperationState> {
    let mayHaveEnded = true;
    try {
      const state = await this.#services.operations.wait(this.#session, operationId, options);
      mayHaveEnded = state.status !== "running";
      return state;
    } finally {
      if (mayHaveEnded) await this.#dropListing();
    }
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
