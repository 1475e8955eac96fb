import type { Sandbox } from "../sandbox/mod.ts";

/** One request to Cloudways: method and path below the API's address, and all its members, from path, query and body. */
export type Sent = readonly [request: string, members?: Readonly<Record<string, unknown>>];

/** All requests of a call, in any order: with the minimal arguments, and with the full ones. */
export interface Sends {
  minimal: readonly Sent[];
  full: readonly Sent[];
}

/** One tool as the tests know it: how it is called, what it sends then, and what it refuses. */
export interface ToolRow {
  tool: string;
  /** The least it needs. */
  minimal: Record<string, unknown>;
  /** Everything it takes. */
  full: Record<string, unknown>;
  sends: Sends;
  /** What is sent where replies have their documented form, as far as that makes a difference. */
  sendsAfterDocumented?: Partial<Sends>;
  /** Arguments it must refuse, and the argument that its refusal names. */
  wrong: { args: Record<string, unknown>; names: string }[];
  /** It reads by work that keeps its server busy, so it is refused while other work does. */
  refusedWhileBusy?: true;
  /** It reads many things at once. What can't be read is named in its answer, and fails nothing. */
  readsWide?: true;
  /** Its minimal call names a second server, so it finds nothing for a caller who is bound to one. */
  needsTwoServers?: true;
  /** A change that is made first; the call is given its receipt in place of that in the arguments. */
  changeFirst?: { tool: string; args: Record<string, unknown> };
  /** Brings the sandbox into the state that the call needs. */
  setUp?: (sandbox: Sandbox) => void;
}

/** The listing of servers and applications. */
export const LISTING: Sent = ["GET /server"];

/** A look at an operation. The operation's id is left out. */
export const LOOK: Sent = ["GET /operation"];

/** Stands in a row for a password that was made for the call. */
export const MADE_PASSWORD = "a made password";

/** The same requests with any arguments. */
export function always(...sent: Sent[]): Sends {
  return { minimal: sent, full: sent };
}
