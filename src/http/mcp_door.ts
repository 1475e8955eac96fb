/** The doors of the MCP endpoint. A door says who a caller is, and what they may do at most. */
import { type Bounds, narrow } from "../identity/bounds.ts";
import type { CallerConnection, Identity } from "../identity/caller.ts";
import type { CustomerIds } from "../identity/customer_id.ts";
import { identify, sentSecrets } from "./caller_headers.ts";
import { CustomerIdTable } from "./customer_id_table.ts";
import { readAddress } from "./mcp_address.ts";
import type { RequestInfo } from "./router.ts";

/** A caller that a door let in. */
export interface Guest {
  identity: Identity;
  /**
   * What the caller may do at most.
   *
   * @throws {RangeError} If the address names something unknown.
   */
  boundsOf: () => Bounds;
  /** Secrets that were sent too but are not used; they are hidden as well. */
  alsoSent: readonly string[];
  /** See `Caller.boundTo`. */
  boundTo: string;
  connection: CallerConnection | undefined;
}

/** Says who sent a request, or refuses it. */
export interface McpDoor {
  open(request: Request, info: RequestInfo): Promise<Guest | Response>;
}

/** The door for callers with Cloudways credentials in headers. It refuses nobody: tools say what is missing. */
export class HeaderDoor implements McpDoor {
  readonly #customerIds: CustomerIdTable;
  readonly #bounds: Bounds;

  /**
   * @param options.isKnown Whether Cloudways has accepted a customer's credentials, as far as this process knows.
   * @param options.bounds The most that the process allows.
   */
  constructor(options: { customerIds: CustomerIds; isKnown: (id: string) => boolean; bounds: Bounds }) {
    this.#customerIds = new CustomerIdTable({ ids: options.customerIds, isKnown: options.isKnown });
    this.#bounds = options.bounds;
  }

  async open({ headers }: Request, { pathname }: Pick<RequestInfo, "pathname">): Promise<Guest> {
    return {
      identity: await identify(headers, this.#customerIds),
      boundsOf: () => narrow(this.#bounds, readAddress(pathname)),
      alsoSent: sentSecrets(headers),
      boundTo: "",
      connection: undefined,
    };
  }
}
