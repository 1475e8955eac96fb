/** The doors of the MCP endpoint. A door says who a caller is, and what they may do at most. */
import { type Bounds, boundToServers } from "../identity/bounds.ts";
import { type CallerConnection, callerSecrets, type Identity, type Wishes } from "../identity/caller.ts";
import { shortCustomerId } from "../identity/customer_id.ts";
import type { SecretHider } from "../text/redaction/hider.ts";
import type { WorkCounts } from "../text/work_counts.ts";
import { readWishes } from "./caller_headers.ts";
import type { RequestInfo } from "./handled_request.ts";

/** A caller that a door let in. It may be the same for all requests with the same headers and address. */
export interface Guest {
  readonly identity: Identity;
  readonly connection: CallerConnection | undefined;
  /** What log lines say of the caller; undefined for one without credentials. */
  readonly named: Readonly<Record<string, string>> | undefined;
  /** What the caller asks for; or the error of a header or an address that names something unknown. */
  readonly asks: GuestAsks | RangeError;
}

/** What the headers and the address of a guest ask for. */
export interface GuestAsks {
  readonly wishes: Wishes;
  /** See `Caller.boundTo`. */
  readonly boundTo: string;
  /** Hides all secrets that were sent. Each request takes a hider of its own from it. */
  readonly secrets: SecretHider;
}

/** What every door needs to read a guest. */
export interface DoorParts {
  /** The most that the process allows. */
  bounds: Bounds;
  /** Whether there is a tool of a name, for headers that name some. */
  isTool: (name: string) => boolean;
  /** Counts the work done for callers. */
  work?: WorkCounts | undefined;
}

/** What a door found out about a caller. */
export interface Admitted {
  identity: Identity;
  connection: CallerConnection | undefined;
  /**
   * What the caller may do at most.
   *
   * @throws {RangeError} If the address names something unknown.
   */
  boundsOf: () => Bounds;
  /** Secrets that were sent too but are not used; they are hidden as well. */
  alsoSent: readonly string[];
  /** What the caller is bound to by the door; see `Caller.boundTo`. */
  boundTo: string;
}

/** Says who sent a request, or refuses it. */
export interface McpDoor {
  open(request: Request, info: RequestInfo): Guest | Response | Promise<Guest | Response>;
}

/** Makes a guest. It keeps nothing of the request. */
export function guestOf(
  headers: Headers,
  admitted: Admitted,
  parts: Pick<DoorParts, "isTool" | "work">,
): Guest {
  const { identity, connection } = admitted;
  return { identity, connection, named: namedOf(admitted), asks: readAsks(headers, admitted, parts) };
}

function namedOf({ identity, connection }: Admitted): Guest["named"] {
  if (identity.kind === "none") return undefined;
  return { customer: shortCustomerId(identity.id), ...(connection && { connection: connection.id }) };
}

function readAsks(
  headers: Headers,
  { identity, boundsOf, alsoSent, boundTo }: Admitted,
  { isTool, work }: Pick<DoorParts, "isTool" | "work">,
): GuestAsks | RangeError {
  try {
    const wishes = readWishes(headers, boundsOf(), isTool);
    return {
      wishes,
      boundTo: [boundTo, boundToServers(wishes)].filter((part) => part !== "").join(" "),
      secrets: callerSecrets({ identity, ...wishes }, { alsoSent, work }),
    };
  } catch (error) {
    if (error instanceof RangeError) return error;
    throw error;
  }
}
