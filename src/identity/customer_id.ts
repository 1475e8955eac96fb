import type { KeyRing } from "../crypto/key_ring.ts";
import { lengthPrefixed } from "../crypto/length_prefixed.ts";
import { type Credential, traitsOf } from "./credential.ts";

/**
 * Ids of customers that do not reveal their credentials. The same credential has the same id in every process with the
 * same key. Without the key, an id can't be traced to a credential.
 */
export class CustomerIds {
  readonly #ring: KeyRing;

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  /** The customer id of a credential: HMAC-SHA-256, 64 hex digits. */
  async of(credential: Credential): Promise<string> {
    const bytes = lengthPrefixed(credential.kind, ...traitsOf(credential).idParts);
    const signature = await crypto.subtle.sign("HMAC", this.#ring.customerIdKey, bytes);
    return new Uint8Array(signature).toHex();
  }
}

/** The form of a customer id for logs, pages and answers: `customer_` and its first 16 digits. */
export function shortCustomerId(hex: string): string {
  return `customer_${hex.slice(0, 16)}`;
}
