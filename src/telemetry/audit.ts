import type { JsonValue } from "../text.ts";

/** How a call that needs a person's yes came by it; `not_needed` where it needs none. */
export type AuditApproval = "not_needed" | "elicitation" | "page" | "confirm_off";

/** One thing to be recorded. */
export interface AuditEntry {
  /**
   * `intent`: about to be carried out. `outcome`: carried out, or tried. `asked`: a person was asked. `refused`: not
   * carried out, for the reason in `outcome`.
   */
  event: "intent" | "outcome" | "asked" | "refused";
  /** All 64 hex digits of the customer id; undefined where the call came without credentials. */
  customer: string | undefined;
  /** Name and version of the client, cleaned; undefined where it is not known. */
  client: string | undefined;
  tool: string;
  /** Cleaned, without secrets, cut. */
  arguments: JsonValue;
  /** What the call hits; null before that is known. */
  target: JsonValue;
  /** Null where there is no yes. */
  approval: AuditApproval | null;
  /** Cloudways' id of the work that was started; null where there is none. */
  operation_id: string | null;
  /** `ok`, an error code of the contract, or `unknown` where it may have been done or not; null for an intent. */
  outcome: string | null;
  request_id: string;
}

/** What every record has. */
interface Recorded {
  /** ISO 8601. */
  time: string;
  /** Counts up within the customer's records. */
  number: number;
}

/** One thing that was recorded. */
export interface AuditCallRecord extends Omit<AuditEntry, "customer">, Recorded {}

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

/** Keeps the record of what was done. */
export interface AuditTrail extends AuditReader {
  /** Records one thing. Never throws: what can't be kept is counted, and the gap recorded later. */
  record(entry: AuditEntry): Promise<void>;
}
