/** What a derived key is for. Each use has its own key, so that output of one use does not help to attack another. */
export type KeyUse = "box" | "session" | "audit" | "approval";

/** A derived key, and the public name of the listed key that it comes from. */
export interface RingKey {
  /** 8 hex digits. */
  id: string;
  /** AES-256-GCM for `box`, HMAC-SHA-256 for all other uses. Non-extractable. */
  key: CryptoKey;
}

/** The keys that a {@linkcode KeyRing} starts from, 32 bytes each. */
export interface KeyRingOptions {
  /** The first one encrypts and signs, all of them decrypt and verify. At least one. */
  encryptionKeys: Uint8Array[];
  /** Keeps customer ids the same while `encryptionKeys` rotate. Defaults to the first of them. */
  customerIdKey?: Uint8Array;
}

/** The keys for one use. */
export interface RingKeys {
  /** Encrypts and signs. */
  first: RingKey;
  /** Decrypt and verify. In the order of the listed keys, including the first one. */
  all: readonly RingKey[];
}

/** Public names of keys. They tell keys apart and reveal nothing about them. */
export interface KeyNames {
  /** Names of the encryption keys, in their order; 8 hex digits each. */
  encryption: string[];
  /** Name of the key for customer ids; 8 hex digits. */
  customers: string;
}

/** A listed key. It only derives other keys. */
interface Root {
  id: string;
  material: CryptoKey;
}

/** All keys of the process. They can't be exported, and each is derived once, by HKDF-SHA-256. */
export class KeyRing {
  /**
   * The key for customer ids, HMAC-SHA-256. A given customer id key and an encryption key derive it in the same way. So an
   * operator without a customer id key can rotate and keep the ids: the old first encryption key becomes the customer id
   * key.
   */
  readonly customerIdKey: CryptoKey;
  /** The key that signs OAuth client ids, HMAC-SHA-256. Like {@linkcode customerIdKey}, it survives key rotations. */
  readonly clientIdKey: CryptoKey;
  readonly #first: Root;
  readonly #others: readonly Root[];
  readonly #derived = new Map<KeyUse, Promise<RingKeys>>();

  private constructor(
    first: Root,
    others: readonly Root[],
    { customerIdKey, clientIdKey }: { customerIdKey: CryptoKey; clientIdKey: CryptoKey },
  ) {
    this.customerIdKey = customerIdKey;
    this.clientIdKey = clientIdKey;
    this.#first = first;
    this.#others = others;
  }

  /** Throws a RangeError if there is no encryption key, or if a key does not have 32 bytes. */
  static async create(options: KeyRingOptions): Promise<KeyRing> {
    const [first, ...others] = await Promise.all(options.encryptionKeys.map(importRoot));
    if (first === undefined) throw new RangeError("A key ring needs at least one encryption key.");
    const idRoot = options.customerIdKey === undefined ? first : await importRoot(options.customerIdKey);
    return new KeyRing(first, others, {
      customerIdKey: await deriveKey(idRoot.material, "customer-id"),
      clientIdKey: await deriveKey(idRoot.material, "client-id"),
    });
  }

  /** The keys for one use. The first call derives them. */
  keys(use: KeyUse): Promise<RingKeys> {
    let keys = this.#derived.get(use);
    if (keys === undefined) {
      keys = this.#derive(use);
      this.#derived.set(use, keys);
    }
    return keys;
  }

  async names(): Promise<KeyNames> {
    const signature = await crypto.subtle.sign("HMAC", this.customerIdKey, new TextEncoder().encode("key-name"));
    const customers = new Uint8Array(signature).toHex().slice(0, 8);
    return { encryption: [this.#first, ...this.#others].map(({ id }) => id), customers };
  }

  async #derive(use: KeyUse): Promise<RingKeys> {
    const derive = async ({ id, material }: Root) => ({ id, key: await deriveKey(material, use) });
    const first = await derive(this.#first);
    return { first, all: [first, ...await Promise.all(this.#others.map(derive))] };
  }
}

async function importRoot(bytes: Uint8Array): Promise<Root> {
  if (bytes.length !== 32) throw new RangeError(`A key must have 32 bytes, not ${bytes.length}.`);
  const material = await crypto.subtle.importKey("raw", new Uint8Array(bytes), "HKDF", false, [
    "deriveKey",
    "deriveBits",
  ]);
  const id = new Uint8Array(await crypto.subtle.deriveBits(hkdf("key-id"), material, 32)).toHex();
  return { id, material };
}

function deriveKey(material: CryptoKey, use: KeyUse | "customer-id" | "client-id"): Promise<CryptoKey> {
  return use === "box"
    ? crypto.subtle.deriveKey(hkdf(use), material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"])
    : crypto.subtle.deriveKey(hkdf(use), material, { name: "HMAC", hash: "SHA-256", length: 256 }, false, [
      "sign",
      "verify",
    ]);
}

function hkdf(use: KeyUse | "customer-id" | "client-id" | "key-id"): HkdfParams {
  // The listed keys are uniformly random already, so HKDF needs no salt.
  return {
    name: "HKDF",
    hash: "SHA-256",
    salt: new Uint8Array(),
    info: new TextEncoder().encode(`cloudways-mcp/v1/${use}`),
  };
}
