import type { JsonValue } from "../text/clean.ts";

/** How a call that needs a person's yes came by it; `not_needed` where it needs none. */
export type AuditApproval = "not_needed" | "elicitation" | "page" | "confirm_off";

/** One thing to be recorded. */
export interface AuditEntry {
  /**
   * `intent`: about to be carried out. `outcome`: carried out, or tried. `asked`: a person was asked. `decided`: what a
   * person decided on the approval page. `refused`: not carried out, for the reason in `outcome`.
   */
  event: "intent" | "outcome" | "asked" | "decided" | "refused";
  /** All 64 hex digits of the customer id; undefined where the call came without credentials. */
  customer: string | undefined;
  /** Name and version of the client, cleaned; undefined where it is not known. */
  client: string | undefined;
  tool: string;
  /** Cleaned, without secrets, cut. */
  arguments: JsonValue;
  /** What the call hits; null before that is known. */
  target: JsonValue;
  /** How the call came by its yes, or where a person decided; null where there is none. */
  approval: AuditApproval | null;
  /** Cloudways' id of the work that was started; null where there is none. */
  operation_id: string | null;
  /**
   * `ok`, an error code of the contract, or `unknown` where it may have been done or not; what a person decided; null for
   * an intent.
   */
  outcome: string | null;
  request_id: string;
  /** Names the yes that ends with this, so that it is recognised when somebody puts it back. No customer sees it. */
  mark?: string;
}

/** What every record has. */
interface Recorded {
  /** ISO 8601. */
  time: string;
  /** Falls from one record to the next older one. */
  number: number;
}

/** One thing that was recorded. */
export interface AuditCallRecord extends Omit<AuditEntry, "customer" | "mark">, Recorded {
  /** How many of the same kind this record stands for; left out where it is one. */
  count?: number;
}

/** Says that records are missing, since the store could not be written. */
export interface AuditGap extends Recorded {
  event: "gap";
  /** How many; at most, since a write that nobody confirmed may have been carried out. */
  missing: number;
}

/** One record of a customer. */
export type AuditRecord = AuditCallRecord | AuditGap;

/** Some of a customer's records, newest first. */
export interface AuditPage {
  records: AuditRecord[];
  /** Give it as `before` for the next older ones; null where there are none. */
  next: number | null;
  /** Places at which the chain does not hold: a record is missing, was changed, or does not open. */
  faults: number;
}

/** Reads records. */
export interface AuditReader {
  /**
   * The customer's records, newest first.
   *
   * @param customer All 64 hex digits of the customer id.
   */
  read(customer: string, options: { before?: number | undefined; limit: number }): Promise<AuditPage>;
}

/** An intent could not be written, so what it is about must not be done. */
export class AuditUnavailableError extends Error {
  override readonly name = "AuditUnavailableError";
}

/** The yes of an intent has ended before, so what the intent is about must not be done. */
export class YesEndedError extends Error {
  override readonly name = "YesEndedError";
}

/** Keeps the record of what was done. */
export interface AuditTrail extends AuditReader {
  /**
   * Records an intent. Resolves once it is written out, so that what it is about may be done.
   *
   * @param signal Ends the wait for a log that takes nothing.
   * @throws {AuditUnavailableError} Where it was not written.
   * @throws {YesEndedError} Where another record bears its mark: of two at the same time one goes on.
   */
  intend(entry: AuditEntry, signal: AbortSignal): Promise<void>;
  /** Records anything else. Never throws: what can't be kept is counted, and the gap recorded later. */
  record(entry: AuditEntry): Promise<void>;
}

/** Knows which yeses have ended. */
export interface EndedMarks {
  /**
   * Whether the customer's newest records say that this yes has ended.
   *
   * @param since Milliseconds since the Unix epoch; older records are not looked at.
   * @throws {StoreError} Where the records can't be read.
   */
  hasMark(customer: string, mark: string, since: number): Promise<boolean>;
}
