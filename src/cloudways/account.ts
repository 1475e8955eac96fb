import * as z from "zod";
import type { Customer } from "../identity/caller.ts";
import { AccountWork } from "./account_work.ts";
import { type CertificateFacts, type CertificateFiles, checkCertificate } from "./certificates.ts";
import { type CloudwaysClient, knowsCredentials } from "./client.ts";
import type { CustomerRecord } from "./customer_records.ts";
import { openEncryptedKey } from "./encrypted_keys.ts";
import type { Fields } from "./http.ts";
import type { KeyWork } from "./key_work.ts";
import { knownApps, listReply, type ServerRecord, tiedId } from "./models.ts";
import { type Operations, type OperationState, type Started, startedReply, type WaitOptions } from "./operations.ts";
import { type ApiPath, path } from "./path.ts";
import type { ReferenceData, ReferenceList } from "./reference_data.ts";
import { type Report, type ReportRequest, startedAsId } from "./report_request.ts";
import { UnknownToCloudwaysError } from "./replies.ts";
import type { LastBackups, RestorableApp, RestorePoints } from "./restore_points.ts";
import { type BoundRequest, type OwnedRow, ServerBound } from "./server_bound.ts";
import type { ApiRequest, Session } from "./session.ts";
import { serverListReply } from "./server_list_reply.ts";
import { findApp, findServer, type FoundApp, ListedServers, type ServerListing } from "./server_listing.ts";
import type { OperationTarget, StartedKind, StartedOperation, StartedOperations } from "./started_operations.ts";
import type { StartedWork } from "./started_work.ts";

export type { Report, ReportRequest } from "./report_request.ts";
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

/** A request that reads. With a form it is a POST, which is sent once. */
export type ReadRequest<T> =
  & Omit<ApiRequest<T>, "method" | "json">
  & Pick<BoundRequest, "wholeAccount">;

/** A request that changes something. */
export type WriteRequest<T> = Omit<ApiRequest<T>, "method" | "reveal" | "once"> & {
  method: "POST" | "PUT" | "PATCH" | "DELETE";
  /** The other documented spelling of the path. Tried once, if Cloudways says that the first one is unknown. */
  otherPath?: ApiPath;
};

/** What several accounts of one call share: the plans of its steps. */
export interface AccountSharing {
  /** The present servers, read once for all of them. Left out, each reads its own. */
  current?: SharedListing;
  /** Called before each request. */
  onRequest?: () => void;
}

/** One reading of the present servers, as Cloudways gives them. A failed one is not kept. */
export class SharedListing {
  #reading: Promise<ServerRecord[]> | undefined;

  /** The servers, read by the first who asks. */
  async read(load: () => Promise<ServerRecord[]>): Promise<ServerRecord[]> {
    const reading = this.#reading ??= load();
    try {
      return await reading;
    } catch (error) {
      if (this.#reading === reading) this.#reading = undefined;
      throw error;
    }
  }
}

/** What a request works on. */
function targetIn({ server_id, app_id }: Fields = {}): OperationTarget {
  return { server_id: tiedId(server_id), app_id: tiedId(app_id) };
}

const SERVER_LIST = {
  operation: "server_list",
  path: path`/server`,
  reply: serverListReply,
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
  readonly #work: AccountWork;
  readonly #sharing: AccountSharing;

  /** @param servers The only servers that the caller may use; undefined for the whole account. */
  constructor(
    services: AccountServices,
    session: Session,
    servers?: ReadonlySet<number>,
    sharing: AccountSharing = {},
  ) {
    this.#services = services;
    this.#session = session;
    this.#sharing = sharing;
    this.#bound = servers && new ServerBound(servers);
    const { operations, startedOperations } = services;
    this.#work = new AccountWork({
      operations,
      startedOperations,
      session,
      bound: this.#bound,
      loadListing: () => this.servers(),
      dropListing: () => this.#dropListing(),
    });
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
    if (!await this.client.records.acceptedLately(this.customer)) await this.#checkAccepted();
  }

  /**
   * Like {@linkcode ensureAcceptedLately}, and reads when the customer was seen, in one step.
   *
   * @returns Undefined if the store did not keep it.
   * @throws {ToolError} If Cloudways refuses the credentials, or can't be reached.
   */
  async acceptedRecord(): Promise<CustomerRecord | undefined> {
    const { records } = this.client;
    const { acceptedLately, record } = await records.acceptedLatelyAndRecord(this.customer);
    if (acceptedLately) return record;
    await this.#checkAccepted();
    return await records.read(this.customer);
  }

  async #checkAccepted(): Promise<void> {
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
    return await this.#send({ ...request, method: request.form === undefined ? "GET" : "POST" }, wholeAccount);
  }

  /** Sends a request that names only what there is for the caller. */
  async #send<T>(request: ApiRequest<T>, wholeAccount = false): Promise<T> {
    this.#bound?.check({ ...request, wholeAccount });
    this.#sharing.onRequest?.();
    return await this.#services.client.send(this.#session, request).catch((error) => {
      throw this.#bound === undefined ? error : this.#bound.withoutOthers(error);
    });
  }

  /** All servers with their applications; at most a minute old. */
  async servers(): Promise<ServerRecord[]> {
    return (await this.listed()).servers;
  }

  /** Like {@linkcode servers}, with the time at which they were read. */
  async listed(): Promise<ListedServers> {
    const listed = await this.#services.listing.read(this.#session);
    return this.#bound === undefined ? listed : new ListedServers(this.#bound.within(listed.servers), listed.readAt);
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
    return (await this.listed()).server(serverId);
  }

  /** @throws {ToolError} `not_found`; it names the right server if the application is on another one. */
  async app(appId: number, serverId?: number): Promise<FoundApp> {
    return (await this.listed()).app(appId, serverId);
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
    const load = () => this.read(SERVER_LIST);
    return this.#within(await (this.#sharing.current?.read(load) ?? load()));
  }

  /** The newest restore points of a server's applications that were seen in the last hour. Sends no request. */
  async lastBackups(serverId: number): Promise<LastBackups> {
    if (this.#bound?.servers.has(serverId) === false) return new Map();
    return await this.#services.restorePoints.known(this.#session, serverId);
  }

  /** {@linkcode lastBackups} of each of several servers. */
  async lastBackupsOnEach(servers: readonly Pick<ServerRecord, "id">[]): Promise<LastBackups[]> {
    const own = servers.map(({ id }) => id).filter((id) => this.#bound?.servers.has(id) !== false);
    return await this.#services.restorePoints.knownOnEach(this.#session, own);
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
    const servers = await this.read({ ...SERVER_LIST, reveal: true });
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
    return await this.follow(await this.write({ ...request, reply: startedReply }), targetIn(request.form), options);
  }

  /**
   * Requests a report that Cloudways makes in the background, and waits for it. Some reports are in the first answer.
   *
   * @throws {ToolError} `operation_failed` if the report fails, and any failure to request it.
   */
  async report<T>(request: ReportRequest<T>, options: WaitOptions): Promise<Report<T>> {
    const { inline, finished, on, ...asked } = request;
    const method = asked.form === undefined ? "GET" : "POST";
    const reply = await this.#send({
      ...asked,
      method,
      reply: z.union([inline.transform((data) => ({ data })), startedAsId]),
    });
    if ("data" in reply) return { status: "completed", operation_id: null, data: reply.data };
    return await this.#work.report(reply.id, on ?? targetIn(asked.form ?? asked.query), options, finished);
  }

  /** Like {@linkcode followToEnd}, without the operation at its end. */
  async follow(started: Started, on: OperationTarget | null, options: WaitOptions): Promise<StartedWork> {
    return (await this.followToEnd(started, on, options)).work;
  }

  /** Waits for work that was started: {@linkcode AccountWork.follow}. */
  followToEnd(
    started: Started,
    on: OperationTarget | null,
    options: WaitOptions,
  ): Promise<{ work: StartedWork; end: OperationState | null }> {
    return this.#work.follow(started, on, options);
  }

  /** Waits for an operation that a caller names: {@linkcode AccountWork.wait}. */
  waitForOperation(operationId: string, options: WaitOptions, noted?: StartedKind): Promise<OperationState> {
    return this.#work.wait(operationId, options, noted);
  }

  /** What was started for the customer in the last day: {@linkcode AccountWork.started}. */
  startedOperations(): Promise<StartedOperation[]> {
    return this.#work.started();
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
