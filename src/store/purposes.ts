/** What entries are for, and how each kind is kept. A new purpose is a row here. */

/** How the entries of one purpose are kept. */
export interface PurposeRules {
  /**
   * Where the embedded store keeps them. `cache`: they can be had again, and may go before their time. `customers`: like
   * a cache, but cached data can't push them out. `table`: they stay until their time is over, and where the table is
   * full a new one is refused. `open_table`: credentials that Cloudways has not accepted leave them too, in one table
   * that all of these share. `list`: in lists that keep their newest entries.
   */
  keeps: "cache" | "customers" | "table" | "open_table" | "list";
  /**
   * What this process does by itself while the shared store is away. Caches can be had again, and a bound that each
   * replica keeps for itself is better than none. A yes, a no, a record or a message that not everybody sees would be
   * wrong: they are `never` replaced, and fail.
   */
  standIn: "never" | StandInRules;
}

/** How this process replaces the shared store for the entries of one purpose. */
export interface StandInRules {
  /** Whether entries are kept here too while the shared store answers, so that an outage does not forget them. */
  mirrored?: true;
  /**
   * What the shared store is to learn after an outage. `mark`: what was written, as soon as possible, since it makes
   * cached data stale or blocked. `token`: what was written, unless others have one. `release`: what was removed.
   */
  handsOver?: "mark" | "token" | "release";
}

/** Every purpose with its rules. The name is the first part of an entry's key after `cw:`. */
export const PURPOSES = {
  /** A sealed access token exchanged for a key pair. */
  token: { keeps: "cache", standIn: { handsOver: "token" } },
  /** The sealed server listing of one customer. */
  listing: { keeps: "cache", standIn: {} },
  /** A mark that changes whenever a write makes the listing stale. */
  listing_epoch: { keeps: "table", standIn: { handsOver: "mark" } },
  /** The newest restore points that were seen of one server's applications, sealed. */
  restore_points: { keeps: "cache", standIn: "never" },
  /** Reference data, the same for every customer. */
  reference: { keeps: "cache", standIn: {} },
  /**
   * When a customer was first and last seen; exists only for credentials that Cloudways accepted. In an outage too it
   * tells customers from people who make credentials up.
   */
  seen: { keeps: "customers", standIn: { mirrored: true } },
  /** When Cloudways last accepted a customer's credentials, sealed; what is cached is given only while it is there. */
  accepted: { keeps: "cache", standIn: {} },
  /** A mark that Cloudways refused credentials it had accepted; blocks what is cached until it accepts them again. */
  revoked: { keeps: "table", standIn: { mirrored: true, handsOver: "mark" } },
  /** A key pair that Cloudways refused a moment ago. */
  refusal: { keeps: "open_table", standIn: {} },
  /** A lock with an owner. */
  lock: { keeps: "open_table", standIn: { handsOver: "release" } },
  /** A token bucket. */
  bucket: { keeps: "open_table", standIn: {} },
  /** The sealed record of what was done in one customer's name. */
  audit: { keeps: "list", standIn: "never" },
  /** The sealed record of what was asked or refused, as a list of its own. */
  audit_refused: { keeps: "list", standIn: "never" },
  /** A question that a client was asked to put to a person; taken by the one call that its yes lets through. */
  question: { keeps: "table", standIn: "never" },
  /** A mark that a question inside a call of the 2025 revisions is open; taken by the one answer that counts. */
  open_question: { keeps: "table", standIn: "never" },
  /** A mark that a person has said no to a call a moment ago. */
  declined: { keeps: "table", standIn: "never" },
  /** One of a bounded number of places; see `slots.ts`. */
  slot: { keeps: "table", standIn: "never" },
  /** Which customer's approval stands behind an address; belongs to everybody, since the page knows no customer. */
  approval_address: { keeps: "table", standIn: "never" },
  /** What an approval page shows. */
  approval: { keeps: "table", standIn: "never" },
  /** An approval that nobody has decided; taken by the one decision that counts. */
  approval_open: { keeps: "table", standIn: "never" },
  /** A person's yes on the page; taken by the one call that it lets through. */
  approval_yes: { keeps: "table", standIn: "never" },
  /** What became of an approval, for the page. */
  approval_outcome: { keeps: "table", standIn: "never" },
  /** A mark that too many wrong codes were typed, until when none of the customer's approvals can be approved. */
  approving_closed: { keeps: "table", standIn: "never" },
  /** Which keys the processes use that share this store. */
  keys: { keeps: "table", standIn: "never" },
} as const satisfies Readonly<Record<string, PurposeRules>>;

/** What an entry is for. */
export type Purpose = keyof typeof PURPOSES;

/** The rules of one purpose. */
export function rulesOf(purpose: Purpose): PurposeRules {
  return PURPOSES[purpose];
}
