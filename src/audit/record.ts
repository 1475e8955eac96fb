import type { JsonValue } from "../text/clean.ts";

/** How a call got its approval; `not_needed` for a call that needs no approval. */
export type AuditApproval = "not_needed" | "elicitation" | "page" | "confirm_off";

/** One thing to be recorded. */
export interface AuditEntry {
  /**
   * `intent`: about to be carried out. `outcome`: carried out, or tried. `asked`: a person was asked. `decided`: a person's
   * decision on the approval page. `revealed`: a person opened a secret's page, or tried to. `connected`: a client that a
   * person let in got its first tokens. `disconnected`: such a connection ended. `refused`: not carried out, for the
   * reason in `outcome`.
   */
  event: "intent" | "outcome" | "asked" | "decided" | "revealed" | "connected" | "disconnected" | "refused";
  /** All 64 hex digits of the customer id; undefined for a call without credentials. */
  customer: string | undefined;
  /** What the caller is bound to besides the customer, such as `servers:100001`; absent for the whole account. */
  bound_to?: string;
  /** Name and version of the client, cleaned; undefined if not known. */
  client: string | undefined;
  tool: string;
  /** Cleaned, then with secrets hidden, then cut. */
  arguments: JsonValue;
  /** What the call changes; null while that is not known. */
  target: JsonValue;
  /** How the call got its approval, or where a person decided; null if there is none. */
  approval: AuditApproval | null;
  /** Cloudways' id of the operation that the call started; null if there is none. */
  operation_id: string | null;
  /**
   * `ok`, an error code of the contract, or `unknown` for a call that may or may not have been carried out; for `decided`
   * the decision; for `disconnected` the reason; null for an intent.
   */
  outcome: string | null;
  request_id: string;
  /** The steps of a plan, each with its tool, arguments and target, and how far it came. Left out for other calls. */
  steps?: JsonValue;
  /** The connection that the caller signed in with; left out for credentials in headers. */
  connection?: string;
  /** The request id of the change that this call takes back; left out for every other call. */
  undoes?: string;
  /** Id of the yes that this intent uses, to recognise a used yes that is put back into the store. Customers never see it. */
  mark?: string;
}

/** The members of every record. */
interface Recorded {
  /** ISO 8601. */
  time: string;
  /** Smaller for each older record. */
  number: number;
}

/** The record of one entry. */
export interface AuditCallRecord extends Omit<AuditEntry, "customer" | "mark">, Recorded {
  /** How many entries of the same kind were folded into this record; absent for one. */
  count?: number;
}

/** Records are missing here because the store could not be written. */
export interface AuditGap extends Recorded {
  event: "gap";
  /** How many at most: a write without a reply may have been carried out. */
  missing: number;
}

/** One record of a customer. */
export type AuditRecord = AuditCallRecord | AuditGap;

/** Some of a customer's records, newest first. */
export interface AuditPage {
  records: AuditRecord[];
  /** The `before` of the next older page; null if there is none. */
  next: number | null;
  /** Places at which the chain is broken: a record is missing, was changed, or does not open. */
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

/** An intent could not be written, so its call must not be carried out. */
export class AuditUnavailableError extends Error {
  override readonly name = "AuditUnavailableError";
}

/** The yes of an intent has ended before, so its call must not be carried out. */
export class YesEndedError extends Error {
  override readonly name = "YesEndedError";
}

/** Keeps the record of what was done. */
export interface AuditTrail extends AuditReader {
  /**
   * Records an intent. Resolves once it is written: then the call may be carried out.
   *
   * @param signal Ends the wait for a blocked log.
   * @throws {AuditUnavailableError} If the intent was not written.
   * @throws {YesEndedError} If another record has its mark. Of two intents at the same time, one succeeds.
   */
  intend(entry: AuditEntry, signal: AbortSignal): Promise<void>;
  /** Records any other entry. Never throws: entries that can't be kept are counted, and a gap is recorded later. */
  record(entry: AuditEntry): Promise<void>;
}

/** Knows which yeses have ended. */
export interface EndedMarks {
  /**
   * Whether one of the customer's newest records has this mark: then its yes has ended.
   *
   * @param since Milliseconds since the Unix epoch; older records are not searched.
   * @throws {StoreError} If the records can't be read.
   */
  hasMark(customer: string, mark: string, since: number): Promise<boolean>;
}
