import { Deadline } from "../async/deadline.ts";
import { leavesOpen, ToolError } from "../errors.ts";
import {
  type AuditApproval,
  type AuditEntry,
  type AuditTrail,
  AuditUnavailableError,
  YesEndedError,
} from "../audit/record.ts";
import type { JsonValue } from "../text/clean.ts";
import type { SpentYes } from "../confirm/confirmation.ts";
import { once } from "../async/once.ts";

/** The parts of an audit entry that are the same for every record of a call. */
export type AuditedCall = Pick<
  AuditEntry,
  "customer" | "bound_to" | "connection" | "client" | "tool" | "request_id" | "undoes" | "arguments"
>;

/** How long a change waits until it is on record. Most of a call's time is left to the change itself. */
const INTENT_MS = 10_000;

/** Records one call, from its intent to its outcome. */
export class CallAudit {
  readonly #trail: AuditTrail;
  readonly #call: () => AuditedCall;
  #kept: boolean;
  /** Made for the first record. */
  #common: AuditedCall | undefined;
  #target: (() => JsonValue) | undefined;
  #steps: JsonValue[] | undefined;
  #approval: AuditApproval | null = null;
  #begun = false;

  /**
   * @param kept Whether the call is recorded. {@linkcode keep} can decide so later.
   * @param call Says what all records of the call have in common. Called only for a call that is recorded.
   */
  constructor(trail: AuditTrail, kept: boolean, call: () => AuditedCall) {
    this.#trail = trail;
    this.#call = call;
    this.#kept = kept;
  }

  /** Whether the call is recorded. */
  get isKept(): boolean {
    return this.#kept;
  }

  /** Records the call from now on. */
  keep(): void {
    this.#kept = true;
  }

  /** Sets the target for the following records. Called only for a call that is recorded. */
  hits(target: () => JsonValue): void {
    this.#target = once(target);
  }

  /** Sets the steps of a plan for the records of what is done. */
  contains(steps: JsonValue[]): void {
    this.#steps = steps;
  }

  /** Records that a person is asked through the client. */
  async asked(): Promise<void> {
    await this.#record("asked", null, null);
  }

  /**
   * Records that the call is about to be carried out. Resolves once the record is written.
   *
   * @param yes How the call was approved, and the mark of the yes that it uses up, if any.
   * @param deadline Ends the wait if the log does not accept the record.
   * @throws {ToolError} `store_unavailable` if the record can't be written; `confirmation_required` if the yes has
   * ended already.
   */
  async begins({ approval, mark }: SpentYes, deadline: Pick<Deadline, "signal">): Promise<void> {
    this.#approval = approval;
    if (this.#kept) {
      const entry = { ...this.#entry("intent", null, null), ...(mark !== undefined && { mark }) };
      using patience = new Deadline(INTENT_MS);
      await this.#trail.intend(entry, AbortSignal.any([patience.signal, deadline.signal])).catch(notRecorded);
    }
    this.#begun = true;
  }

  /** Records that the call was carried out. */
  async succeeded(answer: Readonly<Record<string, unknown>>): Promise<void> {
    const { operation_id } = answer;
    await this.#record("outcome", "ok", typeof operation_id === "string" ? operation_id : null);
  }

  /** Records that the call was refused or failed. */
  async failed(error: ToolError): Promise<void> {
    const { code } = error;
    if (!this.#begun) await this.#record("refused", code, null);
    else await this.#record("outcome", leavesOpen(error) ? "unknown" : code, null);
  }

  async #record(event: AuditEntry["event"], outcome: string | null, operationId: string | null): Promise<void> {
    if (this.#kept) await this.#trail.record(this.#entry(event, outcome, operationId));
  }

  #entry(event: AuditEntry["event"], outcome: string | null, operationId: string | null): AuditEntry {
    return {
      event,
      ...(this.#common ??= this.#call()),
      target: this.#target?.() ?? null,
      approval: this.#approval,
      operation_id: operationId,
      outcome,
      ...(this.#steps !== undefined && (event === "intent" || event === "outcome") && { steps: this.#steps }),
    };
  }
}

function notRecorded(error: unknown): never {
  if (error instanceof YesEndedError) {
    throw new ToolError("confirmation_required", "The yes to this call was used or taken back before.", {
      hint: "Nothing was done. Make the same call again: a person is asked.",
      done: "nothing",
      cause: error,
    });
  }
  if (!(error instanceof AuditUnavailableError)) throw error;
  throw new ToolError("store_unavailable", "The record of this call can't be written, so it was not carried out.", {
    hint:
      "Nothing was sent. Tell the user; try again in a minute. If it stays, the operator has to look at the disk or " +
      "the reader of this server's audit log.",
    done: "nothing",
    cause: error,
  });
}
