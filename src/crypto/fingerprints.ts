import type { KeyRing } from "./key_ring.ts";
import { lengthPrefixed } from "./length_prefixed.ts";

/**
 * Fingerprints of texts that do not reveal the texts. Equal texts have equal fingerprints in every process with the same
 * key. Without the key, guesses can't be checked against a fingerprint. Fingerprints stay the same while encryption keys
 * rotate, as customer ids do.
 */
export class Fingerprints {
  readonly #ring: KeyRing;

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  /** 64 hex digits: HMAC-SHA-256 over the texts, each prefixed with its length. */
  async of(...texts: string[]): Promise<string> {
    const bytes = lengthPrefixed("fingerprint", ...texts);
    return new Uint8Array(await crypto.subtle.sign("HMAC", this.#ring.customerIdKey, bytes)).toHex();
  }
}
