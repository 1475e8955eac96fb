import { narrow } from "../identity/bounds.ts";
import type { CustomerIds } from "../identity/customer_id.ts";
import { identify, sentSecrets } from "./caller_headers.ts";
import { type GuestKey, GuestTable } from "./guest_table.ts";
import { readAddress } from "./mcp_address.ts";
import { type DoorParts, type Guest, guestOf, type McpDoor } from "./mcp_door.ts";
import type { RequestInfo } from "./handled_request.ts";

/** What {@linkcode HeaderDoor} needs. */
export interface HeaderDoorOptions extends DoorParts {
  customerIds: Pick<CustomerIds, "of">;
  /** Whether Cloudways has accepted a customer's credentials, as far as this process knows. */
  isKnown: (id: string) => boolean;
}

/** The door for callers with Cloudways credentials in headers. It refuses nobody: tools say what is missing. */
export class HeaderDoor implements McpDoor {
  readonly #options: HeaderDoorOptions;
  readonly #guests: GuestTable;

  constructor(options: HeaderDoorOptions) {
    this.#options = options;
    this.#guests = new GuestTable(options.isKnown);
  }

  open({ headers }: Request, { pathname }: Pick<RequestInfo, "pathname">): Guest | Promise<Guest> {
    const key = GuestTable.keyOf(headers, pathname);
    return this.#guests.get(key) ?? this.#read(key, headers, pathname);
  }

  async #read(key: GuestKey, headers: Headers, pathname: string): Promise<Guest> {
    const { customerIds, bounds } = this.#options;
    const guest = guestOf(headers, {
      identity: await identify(headers, customerIds),
      connection: undefined,
      boundsOf: () => narrow(bounds, readAddress(pathname)),
      alsoSent: sentSecrets(headers),
      boundTo: "",
    }, this.#options);
    this.#guests.add(key, guest);
    return guest;
  }
}
