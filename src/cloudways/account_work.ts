/** Follows the work that calls start at Cloudways. */
import { ToolError } from "../errors.ts";
import { StoreError } from "../store/store.ts";
import { isOperationId } from "./operation_id.ts";
import {
  isPassing,
  isUnknownOperation,
  type Operations,
  type OperationState,
  type Started,
  unknownOperation,
  type WaitOptions,
} from "./operations.ts";
import type { Report } from "./report_request.ts";
import { sayingOf } from "./replies.ts";
import type { ServerBound } from "./server_bound.ts";
import type { Session } from "./session.ts";
import type {
  OperationEnd,
  OperationTarget,
  StartedKind,
  StartedOperation,
  StartedOperations,
} from "./started_operations.ts";
import { saying, type StartedWork, stillRunning, type Unseen, unseen, withoutUsableId } from "./started_work.ts";

/** What {@linkcode AccountWork} needs. */
export interface AccountWorkOptions {
  operations: Operations;
  startedOperations: StartedOperations;
  session: Session;
  /** Undefined for a caller with the whole account. */
  bound: ServerBound | undefined;
  /** Loads the listing, which the bound needs to know applications. */
  loadListing: () => Promise<unknown>;
  /** Drops the cached listing. Never fails. */
  dropListing: () => Promise<void>;
}

/** The work of one customer's account, for one call: waited for, and noted so that it is found again. */
export class AccountWork {
  readonly #options: AccountWorkOptions;

  constructor(options: AccountWorkOptions) {
    this.#options = options;
  }

  /**
   * Waits for a report that was asked for, and reads it.
   *
   * @throws {ToolError} `operation_failed` if the report fails.
   */
  async report<T>(
    operationId: string,
    on: OperationTarget,
    options: WaitOptions,
    finished: (result: unknown) => T,
  ): Promise<Report<T>> {
    const { startedOperations, session } = this.#options;
    await startedOperations.started(session, operationId, "reports", on);
    const state = await this.#look(() => this.#wait(operationId, options, "reports"));
    if ("reason" in state) return unseen(operationId, state);
    if (state.status !== "completed") return stillRunning(state.operation_id, state.cloudways_message);
    return { status: "completed", operation_id: state.operation_id, data: finished(state.result) };
  }

  /**
   * Waits for work that was started, and notes it. Only a failure of the work itself is an error.
   *
   * @param on What it works on; null for work that somebody else started, which is not noted.
   * @returns The work, and the operation at its end; null if it still runs or there is none.
   * @throws {ToolError} `operation_failed` if the work fails.
   */
  async follow(
    { operationId, said }: Started,
    on: OperationTarget | null,
    options: WaitOptions,
  ): Promise<{ work: StartedWork; end: OperationState | null }> {
    if (operationId === undefined) {
      const work = { operation_id: null, status: "completed", message: "Done.", ...saying(said) } as const;
      return { work, end: null };
    }
    const isUsable = isOperationId(operationId);
    const { startedOperations, session } = this.#options;
    if (on !== null) await startedOperations.started(session, isUsable ? operationId : null, "work", on);
    if (!isUsable) return { work: withoutUsableId(operationId, said), end: null };
    const state = await this.#look(() => this.#waitAndDrop(operationId, options, on === null ? undefined : "work"));
    if ("reason" in state) return { work: unseen(operationId, state), end: null };
    const { status, type, cloudways_message } = state;
    if (status !== "completed") return { work: { ...stillRunning(operationId, cloudways_message), type }, end: null };
    const work = { operation_id: operationId, status, type, message: "Completed.", ...saying(cloudways_message) };
    return { work, end: state };
  }

  /**
   * Polls an operation that a caller names until it ends or the time is up.
   *
   * @param noted The kind of an operation that was noted; then its end is noted too.
   * @throws {ToolError} `not_found` if there is no such operation for the caller.
   */
  async wait(operationId: string, options: WaitOptions, noted?: StartedKind): Promise<OperationState> {
    const { bound, loadListing } = this.#options;
    if (bound === undefined) return await this.#waitAndDrop(operationId, options, noted);
    const admit = async (state: OperationState) => {
      if (!await this.#isOwn(state, bound)) throw unknownOperation();
    };
    const state = await this.#waitAndDrop(operationId, { ...options, admit }, noted).catch((error) => {
      throw isUnknownOperation(error) ? unknownOperation() : bound.withoutOthers(error);
    });
    // A result may name applications, which the listing knows.
    if (state.result !== null) await loadListing();
    return bound.shown(state);
  }

  /**
   * What the customer started through this server in the last day, newest first, as far as the caller's bound reaches.
   * Sends no request.
   *
   * @throws {StoreError} If the store does not answer.
   */
  async started(): Promise<StartedOperation[]> {
    const { startedOperations, session, bound } = this.#options;
    const all = await startedOperations.read(session);
    if (bound === undefined) return all;
    return all.filter(({ server_id }) => server_id !== null && bound.servers.has(server_id));
  }

  /** An operation that does not say its server is the caller's if it was started on one of theirs. */
  async #isOwn({ server_id, operation_id }: OperationState, bound: ServerBound): Promise<boolean> {
    if (server_id !== null) return bound.servers.has(server_id);
    const started = await this.started().catch((error) => {
      if (!(error instanceof StoreError)) throw error;
      this.#options.session.log.debug("started operations are not known", { error });
      return [];
    });
    return started.some((one) => one.operation_id === operation_id);
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
      if (error instanceof ToolError || !this.#options.session.signal.aborted) throw error;
      const reason = "The time for this call was up, or the caller left.";
      return { reason, said: {}, lookAgain: { afterSeconds: undefined } };
    }
  }

  /** Drops the cached listing after the end, because it may have been read before the work was done. */
  async #waitAndDrop(
    operationId: string,
    options: WaitOptions,
    noted: StartedKind | undefined,
  ): Promise<OperationState> {
    let mayHaveEnded = true;
    try {
      const state = await this.#wait(operationId, options, noted);
      mayHaveEnded = state.status !== "running";
      return state;
    } finally {
      if (mayHaveEnded) await this.#options.dropListing();
    }
  }

  async #wait(operationId: string, options: WaitOptions, noted: StartedKind | undefined): Promise<OperationState> {
    const { operations, startedOperations, session } = this.#options;
    const noteEnd = async (end: OperationEnd) => {
      if (noted !== undefined) await startedOperations.ended(session, operationId, noted, end);
    };
    try {
      const state = await operations.wait(session, operationId, options);
      if (state.status === "completed") await noteEnd(state.status);
      return state;
    } catch (error) {
      if (error instanceof ToolError && error.code === "operation_failed") await noteEnd("failed");
      throw error;
    }
  }
}
