/**
 * Records in chains. Each record is signed together with the signature of the record before it. Without the key, none can
 * be changed, removed or moved.
 */
import * as z from "zod";
import { canonicalJson } from "../crypto/canonical_json.ts";
import type { KeyRing, RingKey } from "../crypto/key_ring.ts";
import { lengthPrefixed } from "../crypto/length_prefixed.ts";
import type { JsonValue } from "../text/clean.ts";

/** The chain of a record: one of a process, in its log, or one of a customer, in the store. */
export type ChainKind = "process" | "customer";

/** The members of a record that make it part of a chain. */
export interface ChainLink {
  /** `mac` of the record before this one; null in the first record. */
  previous: string | null;
  /** Id of the key that signed the record. */
  key_id: string;
  /** HMAC-SHA-256 over all other members, 64 hex digits. */
  mac: string;
}

/** The form of a {@linkcode ChainLink}. */
export const chainLink = z.looseObject({
  previous: z.string().nullable(),
  key_id: z.string(),
  mac: z.string(),
});

/** The result of checking the signature of a record. */
export type SignatureCheck = "genuine" | "changed" | "unknown key";

/** Signs and checks the records of chains. */
export class ChainSigner {
  readonly #ring: KeyRing;

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  /** Signs a record as the next one of a chain; `previous` is the `mac` of the record before. */
  async sign<T extends Readonly<Record<string, JsonValue>>>(
    kind: ChainKind,
    record: T,
    previous: string | null,
  ): Promise<T & ChainLink> {
    const { first } = await this.#ring.keys("audit");
    const linked = { ...record, previous, key_id: first.id };
    const mac = await crypto.subtle.sign("HMAC", first.key, signedBytes(kind, linked));
    return { ...linked, mac: new Uint8Array(mac).toHex() };
  }

  /** Checks the signature of one record, as `JSON.parse` gives it. Does not check its place in the chain. */
  async check(kind: ChainKind, record: object & ChainLink): Promise<SignatureCheck> {
    const { all } = await this.#ring.keys("audit");
    const candidates = all.filter(({ id }) => id === record.key_id);
    if (candidates.length === 0) return "unknown key";
    const mac = macBytes(record.mac);
    if (mac === undefined) return "changed";
    // Two keys may have the same short id.
    const found = await Promise.all(candidates.map((candidate) => isSignedBy(candidate, kind, record, mac)));
    return found.includes(true) ? "genuine" : "changed";
  }
}

function isSignedBy({ key }: RingKey, kind: ChainKind, record: object, mac: Uint8Array<ArrayBuffer>) {
  const others = Object.fromEntries(Object.entries(record).filter(([name]) => name !== "mac"));
  return crypto.subtle.verify("HMAC", key, mac, signedBytes(kind, others));
}

function signedBytes(kind: ChainKind, record: object): Uint8Array<ArrayBuffer> {
  return lengthPrefixed("audit/v1", kind, canonicalJson(record));
}

/** Strict, so that every signature has exactly one spelling. */
function macBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  return /^[0-9a-f]{64}$/.test(text) ? Uint8Array.fromHex(text) : undefined;
}
