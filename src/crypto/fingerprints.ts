import type { KeyRing } from "./key_ring.ts";
import { lengthPrefixed } from "./length_prefixed.ts";

/**
 * Names texts without telling them: equal texts have equal fingerprints in every process with the same key, and without
 * the key nobody can try out what a fingerprint may stand for. Stays the same while encryption keys rotate, as customer
 * ids do.
 */
export class Fingerprints {
  readonly #ring: KeyRing;

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  /** 64 hex digits: HMAC-SHA-256 over the texts, each with its length in front. */
  async of(...texts: string[]): Promise<string> {
    const bytes = lengthPrefixed("fingerprint", ...texts);
    return new Uint8Array(await crypto.subtle.sign("HMAC", this.#ring.customerIdKey, bytes)).toHex();
  }
}
