import { LRUCache } from "lru-cache";
import { CREDENTIAL_HEADERS, WISH_HEADERS } from "./caller_headers.ts";
import type { Guest } from "./mcp_door.ts";

/** Most guests that are kept, and most characters of what they sent. */
const MAX_GUESTS = 2_000;
const MAX_CHARACTERS = 400_000;

/** Every header that a guest is made of. */
const HEADERS = [...CREDENTIAL_HEADERS, ...WISH_HEADERS].map((name, index) => ({ name, before: `\n${index}=` }));

/** What somebody sends who sends nothing but a message. */
const NOTHING_SENT = keyOf(new Headers(), "/mcp");

/**
 * Guests by all that they are made of: reading one again takes longer than the rest of a quick request. Only customers
 * are kept whose credentials Cloudways has accepted, and the guest who sends nothing, so strangers push nobody out.
 */
export class GuestTable {
  readonly #isKnown: (id: string) => boolean;
  readonly #guests = new LRUCache<string, Guest>({
    max: MAX_GUESTS,
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (_guest, { length }) => length,
  });
  #nobody: Guest | undefined;

  /** @param isKnown Whether Cloudways has accepted a customer's credentials, as far as this process knows. */
  constructor(isKnown: (id: string) => boolean) {
    this.#isKnown = isKnown;
  }

  /** The headers and the address of a request that a guest is made of. */
  static keyOf(headers: Headers, pathname: string): string {
    return keyOf(headers, pathname);
  }

  get(key: string): Guest | undefined {
    return key === NOTHING_SENT ? this.#nobody : this.#guests.get(key);
  }

  /** Keeps a guest, if it is one of those that are kept. */
  add(key: string, guest: Guest): void {
    const { identity } = guest;
    if (guest.asks instanceof RangeError) return;
    if (key === NOTHING_SENT) this.#nobody = guest;
    else if (identity.kind === "customer" && this.#isKnown(identity.id)) this.#guests.set(key, guest);
  }
}

/** A header holds no line break, so no two requests that differ in a header have the same key. */
function keyOf(headers: Headers, pathname: string): string {
  let key = pathname;
  for (const { name, before } of HEADERS) {
    const value = headers.get(name);
    if (value !== null) key += before + value;
  }
  return key;
}
