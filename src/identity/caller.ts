import type { ToolError } from "../errors.ts";
import { SecretHider } from "../text/redaction/hider.ts";
import type { WorkCounts } from "../text/work_counts.ts";
import type { Bounds } from "./bounds.ts";
import { type Credential, traitsOf } from "./credential.ts";

/** One set of Cloudways credentials, and its id, which all other parts use. */
export interface Customer {
  /** All 64 hex digits. Store keys and additional data use these; people see the short form. */
  id: string;
  credential: Credential;
}

/** The customer, or why there is none: no credentials were sent, or they can't be right. */
export type Identity = { kind: "customer" } & Customer | { kind: "none"; error: ToolError };

/** What one request asks for in its headers, besides its message. */
export interface Wishes extends Bounds {
  /** The code that people type on an approval page; see `X-MCP-Approval-Code` and `APPROVAL_CODE`. */
  approvalCode: string | undefined;
  /** Questions go to the approval page even if the client can show forms; see `X-MCP-Confirm`. */
  confirmByPage: boolean;
}

/** The caller of one request, and what the request may do. Made once at the edge; no room below reads a header. */
export interface Caller extends Wishes {
  identity: Identity;
  /**
   * What the caller's approvals, declines and secrets are bound to besides the customer, such as `servers:100001`. Empty
   * for a caller of the whole account.
   */
  boundTo: string;
  /** The address of the client. Limits on wrong credentials use it; no answer shows it. */
  address: string;
  /** How the request came. */
  transport: "http" | "stdio";
  /** Hides the caller's secrets; see {@linkcode callerSecrets}. */
  secrets: SecretHider;
  /** The connection that the caller signed in with; undefined if it sent credentials. */
  connection: CallerConnection | undefined;
  /** Our id of this request, in logs and errors. */
  requestId: string;
}

/** A connection, as far as calls need it. */
export interface CallerConnection {
  /** 32 hex digits. */
  id: string;
  /** The client's name, as it gave it when it registered. */
  client: string;
  /** ISO 8601; null if it has no end. */
  endsAt: string | null;
  /** The ids of the only servers it may see and touch; undefined for all. */
  servers: readonly number[] | undefined;
  /** HMAC of the passphrase that the person types to approve; undefined without one. */
  passphrase: string | undefined;
}

/** Options of {@linkcode callerSecrets}. */
export interface CallerSecretsOptions {
  /** Credentials that were sent too but are not used; they are hidden as well. */
  alsoSent?: readonly string[];
  /** Counts the work of hiding. */
  work?: WorkCounts | undefined;
}

/**
 * Makes the hider of a caller's secrets: all credentials, and the approval code. Make one for each request: a hider
 * prepares its search once.
 */
export function callerSecrets(
  { identity, approvalCode }: Pick<Caller, "identity" | "approvalCode">,
  { alsoSent = [], work }: CallerSecretsOptions = {},
): SecretHider {
  const credentials = identity.kind === "customer" ? traitsOf(identity.credential).secrets : [];
  const code = approvalCode === undefined ? [] : [approvalCode];
  return new SecretHider([...new Set([...credentials, ...alsoSent, ...code])], work);
}

/** The full id of the customer; undefined for a caller without one. */
export function customerIdOf(identity: Identity): string | undefined {
  return identity.kind === "customer" ? identity.id : undefined;
}
