import type { Credential } from "./crypto/customer_id.ts";
import type { ToolError } from "./errors.ts";
import type { Toolset } from "./toolsets.ts";

/** One set of Cloudways credentials and the id that stands for it everywhere else. */
export interface Customer {
  /** All 64 hex digits; keys and additional data use these, people see the short form. */
  id: string;
  credential: Credential;
}

/** Who is asking, and within which bounds. Made once at the edge; nothing below reads a header. */
export interface Caller {
  /** The credentials that came, or why there are none. */
  identity: Customer | ToolError;
  /** Only tools whose effect is `read` may be called. */
  readOnly: boolean;
  /** The toolsets this request may see. */
  toolsets: ReadonlySet<Toolset>;
  /** The address of the connection; bounds wrong credentials and stands in no answer. */
  address: string;
  /** Our own id of this request, in logs and errors. */
  requestId: string;
}

/** The texts that must never be seen again in an answer or a log line. */
export function credentialSecrets(credential: Credential): string[] {
  return credential.kind === "access_token" ? [credential.token] : [credential.apiKey];
}
