import type { KeyRing, RingKey } from "./key_ring.ts";
import { lengthPrefixed } from "./length_prefixed.ts";

/** The owner and purpose of a box. A box opens only under the context it was sealed under. */
export interface BoxContext {
  /** All 64 hex digits of the customer id, or `shared`. */
  customer: string;
  /** What the content is for, such as the purpose of a store key. */
  purpose: string;
}

/** Also the first part of the additional data, so that a box of one version never opens as one of another. */
const VERSION = "v1";
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Keeps a byte order mark as a character of the text. */
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Seals texts with AES-256-GCM: `v1.<key id>.<base64url of IV and ciphertext>`. */
export class Box {
  readonly #ring: KeyRing;

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  /** Seals a text with the first key and a fresh random IV. */
  async seal(plaintext: string, context: BoxContext): Promise<string> {
    const { first } = await this.#ring.keys("box");
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const ciphertext = await crypto.subtle.encrypt(gcm(iv, context), first.key, new TextEncoder().encode(plaintext));
    const bytes = new Uint8Array(IV_BYTES + ciphertext.byteLength);
    bytes.set(iv);
    bytes.set(new Uint8Array(ciphertext), IV_BYTES);
    return `${VERSION}.${first.id}.${bytes.toBase64({ alphabet: "base64url", omitPadding: true })}`;
  }

  /** The text; undefined if the box is malformed, was tampered with, or has another context or an unknown key. */
  async open(box: string, context: BoxContext): Promise<string | undefined> {
    const [, id, text] = /^v1\.([0-9a-f]{8})\.([A-Za-z0-9_-]+)$/.exec(box) ?? [];
    const bytes = text === undefined ? undefined : decode(text);
    if (bytes === undefined || bytes.length < IV_BYTES + TAG_BYTES) return undefined;
    for (const candidate of (await this.#ring.keys("box")).all) {
      const plaintext = candidate.id === id ? await decrypt(candidate, bytes, context) : undefined;
      if (plaintext !== undefined) return plaintext;
    }
    return undefined;
  }
}

async function decrypt(ringKey: RingKey, bytes: Uint8Array<ArrayBuffer>, context: BoxContext) {
  try {
    const algorithm = gcm(bytes.subarray(0, IV_BYTES), context);
    return UTF8.decode(await crypto.subtle.decrypt(algorithm, ringKey.key, bytes.subarray(IV_BYTES)));
  } catch {
    return undefined;
  }
}

function gcm(iv: Uint8Array<ArrayBuffer>, { customer, purpose }: BoxContext): AesGcmParams {
  return { name: "AES-GCM", iv, additionalData: lengthPrefixed(VERSION, customer, purpose), tagLength: 128 };
}

/** Strict, so that every box has exactly one spelling. */
function decode(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const padded = text.padEnd(Math.ceil(text.length / 4) * 4, "=");
    return Uint8Array.fromBase64(padded, { alphabet: "base64url", lastChunkHandling: "strict" });
  } catch {
    return undefined;
  }
}
