import type { KeyRing } from "../crypto/key_ring.ts";
import { lengthPrefixed } from "../crypto/length_prefixed.ts";

/** What the digest of a connection's passphrase is bound to. */
export function passphraseScope(connection: string): string {
  return `connection ${connection}`;
}

/** Checks the code that a person types on an approval page. Only a digest of it is kept. */
export class ApprovalCodes {
  readonly #ring: KeyRing;

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  /** The kept digest of a code: an HMAC that differs for every approval, or for every connection. */
  async digest(approval: string, code: string): Promise<string> {
    const { first } = await this.#ring.keys("approval");
    return new Uint8Array(await crypto.subtle.sign("HMAC", first.key, codeBytes(approval, code))).toHex();
  }

  /** Whether `digest` was made from `code`. Takes the same time for every wrong code. */
  async matches(approval: string, code: string, digest: string): Promise<boolean> {
    const { all } = await this.#ring.keys("approval");
    const bytes = codeBytes(approval, code);
    const signature = Uint8Array.fromHex(digest);
    const verified = await Promise.all(all.map(({ key }) => crypto.subtle.verify("HMAC", key, signature, bytes)));
    return verified.includes(true);
  }
}

function codeBytes(approval: string, code: string): Uint8Array<ArrayBuffer> {
  return lengthPrefixed("code", approval, code);
}
