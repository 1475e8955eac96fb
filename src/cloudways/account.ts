import { z } from "zod";
import type { Customer } from "../identity/caller.ts";
import { ToolError } from "../errors.ts";
import { type CertificateFacts, type CertificateFiles, checkCertificate } from "./certificates.ts";
import { type CloudwaysClient, knowsCredentials } from "./client.ts";
import { openEncryptedKey } from "./encrypted_keys.ts";
import type { Fields } from "./http.ts";
import type { KeyWork } from "./key_work.ts";
import { listReply, serverListing, type ServerRecord } from "./models.ts";
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

/** The parts that all accounts share. */
export interface AccountServices {
  client: CloudwaysClient;
  listing: ServerListing;
  reference: ReferenceData;
  operations: Operations;
  restorePoints: RestorePoints;
  keyWork: KeyWork;
}

/** A request that reads. */
export type ReadRequest<T> = Omit<ApiRequest<T>, "method" | "form">;

/** A request that changes something. */
export type WriteRequest<T> = Omit<ApiRequest<T>, "method" | "reveal" | "once"> & {
  method: "POST" | "PUT" | "DELETE";
  /** The other documented spelling of the path; tried once, where Cloudways says that it does not know the first. */
  otherPath?: ApiPath;
};

/** Work that was started, and how far it is. */
export interface StartedWork {
  /** Null where Cloudways did it at once. */
  operation_id: string | null;
  status: "completed" | "running";
  type?: string;
  /** How far it is, in words of ours. */
  message: string;
  /** What Cloudways says of it; absent where it says nothing. */
  cloudways_message?: string;
  /** What Cloudways gave for an id, where it has not the form of one. */
  cloudways_operation_id?: string;
  /** How to go on, while it runs. */
  next_step?: string;
}

/** A report that Cloudways makes in the background. */
export interface ReportRequest<T> extends Pick<ReadRequest<T>, "operation" | "path" | "query"> {
  /** Set where the report is asked for by a form, which is sent once. */
  form?: Fields;
  /** Reads an answer that holds the report itself; refuses one that holds only an id. */
  inline: z.ZodType<T>;
  /** Reads the result of the finished operation; null where it has none. */
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

/** Work that has begun and could not be looked at. */
interface Unseen {
  /** In words of ours. */
  reason: string;
  said: { cloudways_message?: string };
  /** Set where another look may see it. */
  lookAgain: { afterSeconds: number | undefined } | undefined;
}

function stillRunning(operationId: string, said: string) {
  const next_step = `Still running. Look again with get_operation_status, operation_id ${operationId}. ` +
    "Don't start it once more.";
  const message = "It was started and still runs at Cloudways.";
  return { operation_id: operationId, status: "running", message, ...saying(said), next_step } as const;
}

/** Text of others has a member of its own. */
function saying(said: string): { cloudways_message?: string } {
  return said === "" ? {} : { cloudways_message: said };
}

/** Work whose id can't be used: no path of ours is made of it, and no sentence. */
function withoutUsableId(operationId: string, said: string): StartedWork {
  return {
    operation_id: null,
    status: "running",
    message: "It was started; how far it is can't be seen, for Cloudways gave no id that can be used.",
    ...saying(said),
    cloudways_operation_id: operationId,
    next_step: "Look at the server or application itself in some minutes. Don't start it once more.",
  };
}

function unseen(operationId: string, { reason, said, lookAgain }: Unseen) {
  const when = lookAgain?.afterSeconds === undefined ? "" : ` in ${lookAgain.afterSeconds} s`;
  const how = lookAgain === undefined
    ? "Whether it still runs is not known: look at the server or application itself. "
    : `It may still run. Look again${when} with get_operation_status, operation_id ${operationId}. `;
  const message = `It was started; how far it is could not be seen: ${reason}`;
  return {
    operation_id: operationId,
    status: "running",
    message,
    ...said,
    next_step: `${how}Don't start it once more.`,
  } as const;
}

const SERVER_LIST = { operation: "server_list", path: path`/server`, reply: serverListing } as const;

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
   * Asks Cloudways for what costs it least and is of no account, to learn whether it accepts the credentials now.
   *
   * @throws {ToolError} `authentication_failed` where it does not; `forbidden` where it does, with limits.
   */
  async checkCredentials(): Promise<void> {
    await this.read({
      operation: "list_providers",
      path: path`/providers`,
      reply: listReply("providers", z.unknown()),
    });
  }

  /**
   * For what is answered from our own store: makes sure that Cloudways accepted the credentials within the last ten
   * minutes, by one read where it did not.
   *
   * @throws {ToolError} Where Cloudways refuses them, or can't be asked.
   */
  async ensureAcceptedLately(): Promise<void> {
    if (await this.client.records.acceptedLately(this.customer)) return;
    await this.checkCredentials().catch((error) => {
      if (!knowsCredentials(error)) throw error;
    });
  }

  /**
   * Sees to it that Cloudways has accepted these credentials, by one read where it never has.
   *
   * @throws {ToolError} `authentication_failed`, and whatever keeps it from being known.
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

  /** @throws {ToolError} `not_found`, naming the right server where the pair is wrong. */
  async app(appId: number, serverId?: number): Promise<FoundApp> {
    return findApp(await this.servers(), appId, serverId);
  }

  /** Like {@linkcode server}, but as it is now, whatever the listing remembers: for what a person is asked. */
  async currentServer(serverId: number): Promise<ServerRecord> {
    return findServer(await this.#currentServers(), serverId);
  }

  /**
   * Like {@linkcode app}, but as it is now, whatever the listing remembers: for what a person is asked, and for telling
   * what a change replaces.
   */
  async currentApp(appId: number, serverId?: number): Promise<FoundApp> {
    return findApp(await this.#currentServers(), appId, serverId);
  }

  async #currentServers(): Promise<ServerRecord[]> {
    return (await this.read(SERVER_LIST)).servers;
  }

  /** The newest restore points of a server's applications that were seen in the last hour. Asks Cloudways nothing. */
  lastBackups(serverId: number): Promise<LastBackups> {
    return this.#services.restorePoints.known(this.#session, serverId);
  }

  /** The restore points of an application that were seen in the last hour. Asks Cloudways nothing. */
  notedRestorePoints(found: RestorableApp): Promise<readonly string[]> {
    return this.#services.restorePoints.pointsOf(this.#session, found);
  }

  /** Notes the restore points an application has now, for {@linkcode lastBackups}. */
  noteRestorePoints(found: RestorableApp, points: readonly string[]): Promise<void> {
    return this.#services.restorePoints.note(this.#session, found, points);
  }

  /**
   * Checks a certificate and its key, as {@linkcode checkCertificate} does. Opening an encrypted key is costly, and done
   * only for credentials that Cloudways accepts.
   *
   * @throws {CertificateError} At the first thing that is wrong with them.
   * @throws {ToolError} Where an encrypted key can't be opened now, or for this caller.
   */
  checkCertificate(files: CertificateFiles, now: number): Promise<CertificateFacts> {
    const { customer, signal } = this.#session;
    return checkCertificate(files, now, async (key, password) => {
      // Reading something finds out whether Cloudways accepts the caller, where that is not known.
      if (!await this.client.records.isAccepted(customer)) await this.#currentServers();
      return await this.#services.keyWork.run(customer.id, signal, () => openEncryptedKey(key, password));
    });
  }

  /** An application with its passwords, read from Cloudways and kept nowhere. */
  async revealApp(appId: number, serverId: number): Promise<FoundApp> {
    const { servers } = await this.read({ ...SERVER_LIST, reveal: true });
    return findApp(servers, appId, serverId);
  }

  /** One of the lists that are the same for everybody; at most an hour old. */
  reference<T extends object>(list: ReferenceList<T>): Promise<T> {
    return this.#services.reference.read(this.#session, list);
  }

  /**
   * Changes something. The listing is read anew afterwards, whatever came of it.
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

  /** The one way in which a write may leave for a second path: the first one was unknown, so nothing was done. */
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
   * Starts work at Cloudways and waits for its end as long as it may.
   *
   * @throws {ToolError} `operation_failed` where the work fails, and whatever keeps it from being started.
   */
  async start(request: Omit<WriteRequest<unknown>, "reply">, options: WaitOptions): Promise<StartedWork> {
    return await this.follow(await this.write({ ...request, reply: startedReply }), options);
  }

  /**
   * Asks for a report that Cloudways makes in the background, and waits for it. Some are answered at once.
   *
   * @param inline Reads the report where the answer itself holds it.
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
    const state = await this.#look(() => this.#services.operations.wait(this.#session, reply.id, options));
    if ("reason" in state) return unseen(reply.id, state);
    if (state.status !== "completed") return stillRunning(state.operation_id, state.cloudways_message);
    return { status: "completed", operation_id: state.operation_id, data: finished(state.result) };
  }

  /**
   * Waits for work that has begun, so from here on nothing but its own failure is one.
   *
   * @throws {ToolError} `operation_failed` where the work fails.
   */
  async follow({ operationId, said }: Started, options: WaitOptions): Promise<StartedWork> {
    if (operationId === undefined) {
      return { operation_id: null, status: "completed", message: "Done.", ...saying(said) };
    }
    if (!isOperationId(operationId)) return withoutUsableId(operationId, said);
    const state = await this.#look(() => this.waitForOperation(operationId, options));
    if ("reason" in state) return unseen(operationId, state);
    const { status, type, cloudways_message } = state;
    if (status !== "completed") return { ...stillRunning(operationId, cloudways_message), type };
    return { operation_id: operationId, status, type, message: "Completed.", ...saying(cloudways_message) };
  }

  /** Work that has begun is not lost because it can't be seen: then this says so in words. */
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
   * Looks at an operation until it ends or the time is up. The listing is read anew after its end: whoever read it
   * meanwhile saw things as they were before.
   */
  async waitForOperation(operationId: string, options: WaitOptions): Promise<OperationState> {
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
   * What was done is done: a listing that can't be marked stale must not turn it into a failure. Credentials that
   * Cloudways never accepted have no listing, and leave no mark.
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
