/** The purposes of entries, and how the entries of each are kept. A new purpose is a row here. */

/** How the entries of one purpose are kept. */
export interface PurposeRules {
  /**
   * Where the embedded store keeps them. `cache`: they can be fetched again, and may go before their TTL. `customers`: like
   * `cache`, but cached data can't push them out. `table`: they stay until their TTL, and a full table refuses new ones.
   * `open_table`: like `table`, and strangers have them too, in one table that all such purposes share. `list`: in lists
   * that keep their newest entries.
   */
  keeps: "cache" | "customers" | "table" | "open_table" | "list";
  /**
   * Whether this process may keep the entries itself while the shared store is away, and how. Caches can be fetched again,
   * and a limit for each replica is better than none. A yes, a no, a record or a message must reach all replicas: for
   * those it is `never`, and calls fail.
   */
  standIn: "never" | StandInRules;
}

/** How this process keeps the entries of one purpose while the shared store is away. */
export interface StandInRules {
  /** Entries are kept here also while the shared store answers, so that they survive an outage. */
  mirrored?: true;
  /**
   * What is written to the shared store after an outage. `mark`: entries that were written, as soon as possible, because
   * they make cached data stale or block it. `token`: entries that were written, unless the shared store has one.
   * `release`: removals.
   */
  handsOver?: "mark" | "token" | "release";
}

/** Every purpose with its rules. The name is the first part of an entry's key after `cw:`. */
export const PURPOSES = {
  /** A sealed access token from a token exchange. */
  token: { keeps: "cache", standIn: { handsOver: "token" } },
  /** The sealed server listing of one customer. */
  listing: { keeps: "cache", standIn: {} },
  /** A mark that changes whenever a write makes the listing stale. */
  listing_epoch: { keeps: "table", standIn: { handsOver: "mark" } },
  /** The newest known restore points of one server's applications, sealed. */
  restore_points: { keeps: "cache", standIn: "never" },
  /** Reference data, the same for every customer. */
  reference: { keeps: "cache", standIn: {} },
  /**
   * When a customer was first and last seen. Exists only for credentials that Cloudways has accepted. It tells customers
   * from strangers, in an outage too.
   */
  seen: { keeps: "customers", standIn: { mirrored: true } },
  /** When Cloudways last accepted a customer's credentials, sealed. Cached data is used only while this entry exists. */
  accepted: { keeps: "cache", standIn: {} },
  /** A mark that Cloudways refused credentials it had accepted. Blocks cached data until it accepts them again. */
  revoked: { keeps: "table", standIn: { mirrored: true, handsOver: "mark" } },
  /** A key pair that Cloudways refused recently. */
  refusal: { keeps: "open_table", standIn: {} },
  /** A lock with an owner. */
  lock: { keeps: "open_table", standIn: { handsOver: "release" } },
  /** A token bucket. */
  bucket: { keeps: "open_table", standIn: {} },
  /** The sealed audit records of one customer's intents, outcomes and decisions. */
  audit: { keeps: "list", standIn: "never" },
  /** The sealed audit records of one customer's questions and refusals. */
  audit_refused: { keeps: "list", standIn: "never" },
  /** What one customer started at Cloudways in the last day, sealed; in two lists, see `started_operations.ts`. */
  operations: { keeps: "list", standIn: "never" },
  /** A question in a form of the client. The one call that its yes allows takes it. */
  question: { keeps: "table", standIn: "never" },
  /** A mark that a question within the call of a 2025 client is open. The one answer that counts takes it. */
  open_question: { keeps: "table", standIn: "never" },
  /** A mark that a person declined a call recently. */
  declined: { keeps: "table", standIn: "never" },
  /** A place; see `slots.ts`. */
  slot: { keeps: "table", standIn: "never" },
  /** The customer whose approval an address leads to. Shared, because the page does not know the customer. */
  approval_address: { keeps: "table", standIn: "never" },
  /** The content of an approval page. */
  approval: { keeps: "table", standIn: "never" },
  /** An undecided approval. The one decision that counts takes it. */
  approval_open: { keeps: "table", standIn: "never" },
  /** A person's yes on the page. The one call that it allows takes it. */
  approval_yes: { keeps: "table", standIn: "never" },
  /** The end of an approval, for the page. */
  approval_outcome: { keeps: "table", standIn: "never" },
  /** A mark that too many wrong codes were typed. While it exists, none of the customer's approvals can be approved. */
  approving_closed: { keeps: "table", standIn: "never" },
  /** A plan that waits for a person's yes, sealed. */
  plan: { keeps: "table", standIn: "never" },
  /**
   * An approved plan, sealed: its steps go on under that yes. The one call that writes it begins the plan. Beside it lies
   * the mark of the one call that carries it out.
   */
  plan_run: { keeps: "table", standIn: "never" },
  /** One step of an approved plan, sealed. The one call that writes it first sends the step; it notes the end there. */
  plan_step: { keeps: "table", standIn: "never" },
  /** The customer whose secrets an address leads to. Shared, because the page does not know the customer. */
  secret_address: { keeps: "table", standIn: "never" },
  /** The content of a secret's page, without the secrets. */
  secret: { keeps: "table", standIn: "never" },
  /** The secrets of a page. The one person who opens it takes them. */
  secret_value: { keeps: "table", standIn: "never" },
  /** What a person agreed to, until the client redeems its authorization code. The one request that redeems it takes it. */
  authorization_code: { keeps: "table", standIn: "never" },
  /** A mark that a consent form was sent. Each form makes one connection. */
  consent_used: { keeps: "table", standIn: "never" },
  /** The sealed connections of one customer: the newest entry of a list, which is replaced only if nobody else did. */
  connections: { keeps: "list", standIn: "never" },
  /** The sealed refresh token that replaced another one. Requests that come at the same time get the same one. */
  refresh_successor: { keeps: "table", standIn: "never" },
  /** The sealed call that takes a change back. The one call that does so takes it. */
  receipt: { keeps: "table", standIn: "never" },
  /** The names of the keys of the processes that share this store. */
  keys: { keeps: "table", standIn: "never" },
} as const satisfies Readonly<Record<string, PurposeRules>>;

/** What an entry is for. */
export type Purpose = keyof typeof PURPOSES;

/** The rules of one purpose. */
export function rulesOf(purpose: Purpose): PurposeRules {
  return PURPOSES[purpose];
}
