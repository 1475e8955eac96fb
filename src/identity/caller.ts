import type { ToolError } from "../errors.ts";
import { SecretHider } from "../text/redaction/hider.ts";
import type { WorkCounts } from "../text/work_counts.ts";
import { type Credential, traitsOf } from "./credential.ts";
import type { Toolset } from "./toolsets.ts";

/** One set of Cloudways credentials and the id that stands for it everywhere else. */
export interface Customer {
  /** All 64 hex digits; keys and additional data use these, people see the short form. */
  id: string;
  credential: Credential;
}

/** The customer, or why there is none: no credentials came, or they can't be right. */
export type Identity = { kind: "customer" } & Customer | { kind: "none"; error: ToolError };

/** What one request may do. */
export interface Bounds {
  /** Only tools whose effect is `read` may be called. */
  readOnly: boolean;
  /** The toolsets the request may see. */
  toolsets: ReadonlySet<Toolset>;
}

/** What one request asks for beside its message. */
export interface Wishes extends Bounds {
  /** What the person has to type on an approval page; see `X-MCP-Approval-Code`. */
  approvalCode: string | undefined;
  /** Questions go to the approval page, whatever the client can show; see `X-MCP-Confirm`. */
  confirmByPage: boolean;
}

/** The caller and their bounds. Made once at the edge; nothing below reads a header. */
export interface Caller extends Wishes {
  identity: Identity;
  /** The address of the connection; bounds wrong credentials and is in no answer. */
  address: string;
  /** How the caller reaches us; a page can be shown only over HTTP. */
  transport: "http" | "stdio";
  /** Hides everything of the caller's that must never be seen again; see {@linkcode callerSecrets}. */
  secrets: SecretHider;
  /** Our own id of this request, in logs and errors. */
  requestId: string;
}

/** What {@linkcode callerSecrets} takes besides the caller. */
export interface CallerSecretsOptions {
  /** Credentials that came with the request and don't count; they are hidden all the same. */
  alsoSent?: readonly string[];
  /** Counts what is done. */
  work?: WorkCounts | undefined;
}

/**
 * Hides everything of a caller's that must never be seen again: all credentials, and the person's approval code. Made
 * once for a request, since a search for them is made once for each hider.
 */
export function callerSecrets(
  { identity, approvalCode }: Pick<Caller, "identity" | "approvalCode">,
  { alsoSent = [], work }: CallerSecretsOptions = {},
): SecretHider {
  const credentials = identity.kind === "customer" ? traitsOf(identity.credential).secrets : [];
  const code = approvalCode === undefined ? [] : [approvalCode];
  return new SecretHider([...new Set([...credentials, ...alsoSent, ...code])], work);
}

/** The full id of the customer; undefined where the caller is none. */
export function customerIdOf(identity: Identity): string | undefined {
  return identity.kind === "customer" ? identity.id : undefined;
}
