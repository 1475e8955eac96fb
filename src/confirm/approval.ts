/** An approval, as its page and the confirmation of calls see it. */
import type { ApprovalRecord, Outcome } from "./approval_records.ts";
import type { CodeState } from "./page_codes.ts";

/** The state of an approval: waiting for a decision, approved and not used yet, or one of the outcomes. */
export type ApprovalState = "open" | "approved" | Outcome;

/** An approval as its page shows it. */
export interface Approval extends CodeState {
  state: ApprovalState;
  record: ApprovalRecord;
  /** When the question closes and its yes expires; milliseconds since the epoch. */
  endsAt: number;
  /** Until when a no to the call is remembered; milliseconds since the epoch, undefined if nobody said no. */
  noUntil: number | undefined;
}

/**
 * The result of a decision. `unknown`: there is no such approval, or it has expired. `too_late`: somebody has decided
 * already, or the yes is used. `wrong_label`: the typed text is not the one on the page; the code was not checked.
 * `no_proof`: only the browser that made the connection may approve. `closing`: the code was wrong, and approving is now
 * closed for the customer. `closed`: approving was closed already, so nothing was checked.
 */
export type Decided =
  | "approved"
  | "denied"
  | "withdrawn"
  | "no_taken_back"
  | "wrong_label"
  | "wrong_code"
  | "no_proof"
  | "closing"
  | "closed"
  | "too_late"
  | "unknown";

/** A question that waits for a decision on its page. */
export interface OpenApproval {
  url: string;
  /** When it closes, in milliseconds since the epoch. */
  endsAt: number;
}
