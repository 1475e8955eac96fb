import type { ErrorCode, ToolError } from "../errors.ts";
import type { AuditApproval, AuditEntry, AuditTrail } from "../telemetry/audit.ts";
import type { JsonValue } from "../text.ts";

/** After these nobody knows whether Cloudways did what it was asked, unless the error itself says so. */
const LEAVES_OPEN: ReadonlySet<ErrorCode> = new Set([
  "upstream_error",
  "upstream_timeout",
  "upstream_unreachable",
  "internal_error",
]);

/** Who made a call, and which. */
export type AuditedCall = Pick<AuditEntry, "customer" | "client" | "tool" | "arguments" | "request_id">;

/** Records one call, from what it was meant to do to what became of it. */
export class CallAudit {
  readonly #trail: AuditTrail;
  readonly #call: AuditedCall;
  #kept: boolean;
  #target: JsonValue = null;
  #approval: AuditApproval | null = null;
  #begun = false;

  /** @param kept Whether the call leaves a record; {@linkcode keep} can settle that later. */
  constructor(trail: AuditTrail, call: AuditedCall, { kept }: { kept: boolean }) {
    this.#trail = trail;
    this.#call = call;
    this.#kept = kept;
  }

  /** The call turned out to be one that leaves a record. */
  keep(): void {
    this.#kept = true;
  }

  /** From now on it is known what the call hits. */
  hits(target: JsonValue): void {
    this.#target = target;
  }

  /** A person is asked through the client. */
  async asked(): Promise<void> {
    await this.#record("asked", null, null);
  }

  /** The call is about to be carried out. */
  async begins(approval: AuditApproval): Promise<void> {
    this.#approval = approval;
    this.#begun = true;
    await this.#record("intent", null, null);
  }

  /** The call was carried out. */
  async succeeded(answer: Readonly<Record<string, unknown>>): Promise<void> {
    const { operation_id } = answer;
    await this.#record("outcome", "ok", typeof operation_id === "string" ? operation_id : null);
  }

  /** The call was refused, or failed. */
  async failed(error: ToolError): Promise<void> {
    const { code, done } = error;
    const isOpen = done === undefined ? LEAVES_OPEN.has(code) : done === "unknown";
    if (!this.#begun) await this.#record("refused", code, null);
    else await this.#record("outcome", isOpen ? "unknown" : code, null);
  }

  async #record(event: AuditEntry["event"], outcome: string | null, operationId: string | null): Promise<void> {
    if (!this.#kept) return;
    await this.#trail.record({
      event,
      ...this.#call,
      target: this.#target,
      approval: this.#approval,
      operation_id: operationId,
      outcome,
    });
  }
}
