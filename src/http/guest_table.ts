import { LRUCache } from "lru-cache";
import { CREDENTIAL_HEADERS, WISH_HEADERS } from "./caller_headers.ts";
import type { Guest } from "./mcp_door.ts";

/** Most guests that are kept, and most characters of what they sent. */
const MAX_GUESTS = 2_000;
const MAX_CHARACTERS = 400_000;

/** Every header that a guest is made of. */
const HEADERS = [...CREDENTIAL_HEADERS, ...WISH_HEADERS].map((name, index) => ({ name, index, before: `\n${index}=` }));

/** The usual address, which narrows nothing. */
const PLAIN = "/mcp";

/** Of all that a guest is made of, what tells it from others. */
export interface GuestKey {
  /** The only header that came to the usual address, as it is: to put a text together takes longer than to find it. */
  readonly text: string;
  /** The index of that header; undefined if there are more or none, or for another address. */
  readonly only: number | undefined;
}

const NOTHING_SENT: GuestKey = { text: PLAIN, only: undefined };

interface Kept {
  guest: Guest;
  only: number | undefined;
}

/**
 * Guests by all that they are made of: reading one again takes longer than the rest of a quick request. Only customers
 * are kept whose credentials Cloudways has accepted, and the guest who sends nothing, so strangers push nobody out.
 */
export class GuestTable {
  readonly #isKnown: (id: string) => boolean;
  readonly #guests = new LRUCache<string, Kept>({
    max: MAX_GUESTS,
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (_kept, { length }) => length,
  });
  #nobody: Guest | undefined;

  /** @param isKnown Whether Cloudways has accepted a customer's credentials, as far as this process knows. */
  constructor(isKnown: (id: string) => boolean) {
    this.#isKnown = isKnown;
  }

  /** The headers and the address of a request that a guest is made of. */
  static keyOf(headers: Headers, pathname: string): GuestKey {
    return keyOf(headers, pathname);
  }

  get(key: GuestKey): Guest | undefined {
    if (key === NOTHING_SENT) return this.#nobody;
    const kept = this.#guests.get(key.text);
    return kept?.only === key.only ? kept?.guest : undefined;
  }

  /** Keeps a guest, if it is one of those that are kept. */
  add(key: GuestKey, guest: Guest): void {
    const { identity } = guest;
    if (guest.asks instanceof RangeError) return;
    if (key === NOTHING_SENT) this.#nobody = guest;
    else if (identity.kind === "customer" && this.#isKnown(identity.id)) {
      this.#guests.set(key.text, { guest, only: key.only });
    }
  }
}

/**
 * No two requests that differ in a header have the same key: a header holds no line break, and a text of several parts
 * does.
 */
function keyOf(headers: Headers, pathname: string): GuestKey {
  let first: string | undefined;
  let only: number | undefined;
  let text = pathname;
  for (const { name, index, before } of HEADERS) {
    const value = headers.get(name);
    if (value === null) continue;
    if (first === undefined) [first, only] = [value, index];
    else only = undefined;
    text += before + value;
  }
  if (first !== undefined && only !== undefined && pathname === PLAIN) return { text: first, only };
  return first === undefined && pathname === PLAIN ? NOTHING_SENT : { text, only: undefined };
}
