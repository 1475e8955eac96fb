/**
 * Private keys encrypted with a password (PKCS #8 with PBES2). The maker of a key decides how much work decrypting it
 * takes, so that is checked first. Decryption runs off the event loop: it takes some hundred milliseconds.
 */
import { Buffer } from "node:buffer";
import type { KeyObject } from "node:crypto";

/** An encrypted key and how it is encrypted. */
export interface EncryptedKey {
  /** How the cipher's key is derived from the password: an object identifier, as hex, and its parameters. */
  derivation: string;
  derivationParameters: readonly Element[];
  cipher: { name: string; keyBytes: number };
  iv: Uint8Array;
  encrypted: Uint8Array;
  /** Decrypting it would take too much time or memory. */
  isTooMuchWork: boolean;
}

/** One DER value: its tag and content. */
interface Element {
  tag: number;
  content: Uint8Array;
}

const TAG = { integer: 0x02, octets: 0x04, identifier: 0x06, sequence: 0x30 } as const;

/** Object identifiers, as hex. */
const PBES2 = "2a864886f70d01050d";
const PBKDF2 = "2a864886f70d01050c";
const SCRYPT = "2b06010401da47040b";
const HASHES: Readonly<Record<string, string>> = {
  "2a864886f70d0207": "SHA-1",
  "2a864886f70d0209": "SHA-256",
  "2a864886f70d020a": "SHA-384",
  "2a864886f70d020b": "SHA-512",
};
const CIPHERS: Readonly<Record<string, { name: string; keyBytes: number }>> = {
  "2a864886f70d0307": { name: "des-ede3-cbc", keyBytes: 24 },
  "608648016503040102": { name: "aes-128-cbc", keyBytes: 16 },
  "60864801650304012a": { name: "aes-256-cbc", keyBytes: 32 },
};

/**
 * The most work spent on one key: about a tenth of a second, and 32 MiB. OpenSSL makes keys with 2048 rounds, or with
 * 131072 blocks for scrypt.
 */
const MAX_ROUNDS = 100_000n;
const MAX_BLOCKS = 262_144n;
const SCRYPT_MAX_BYTES = 64 * 1024 * 1024;

/**
 * Reads from a PEM block how a key is encrypted.
 *
 * @throws If the block is not of the expected form.
 */
export function readEncryptedKey(block: string): EncryptedKey {
  const der = Uint8Array.fromBase64(block.replace(/-----[^-]+-----/g, ""));
  const [algorithm, encrypted] = members(only(elements(der)));
  const [scheme, parameters] = members(algorithm);
  if (identifier(scheme) !== PBES2) throw new RangeError("not PBES2");
  const [derivation, encryption] = members(parameters).map(members);
  const cipher = CIPHERS[identifier(encryption?.[0])];
  if (cipher === undefined) throw new RangeError("an unknown cipher");
  const key = {
    derivation: identifier(derivation?.[0]),
    derivationParameters: members(derivation?.[1]),
    cipher,
    iv: content(encryption?.[1], TAG.octets),
    encrypted: content(encrypted, TAG.octets),
  };
  return { ...key, isTooMuchWork: isTooMuchWork(key.derivation, key.derivationParameters) };
}

function isTooMuchWork(derivation: string, [_salt, first, ...others]: readonly Element[]): boolean {
  const rounds = positive(first);
  if (derivation === PBKDF2) return rounds > MAX_ROUNDS;
  if (derivation === SCRYPT) return rounds * positive(others[0]) * positive(others[1]) > MAX_BLOCKS;
  throw new RangeError("an unknown derivation");
}

/** Deno's node:crypto takes a part of the start, so it is loaded at its first use. */
export function nodeCrypto() {
  return import("node:crypto");
}

/** Decrypts a key; undefined if the password is wrong or the key can't be read. */
export async function openEncryptedKey(key: EncryptedKey, password: string): Promise<KeyObject | undefined> {
  try {
    const secret = await secretOf(key, password);
    const { createDecipheriv, createPrivateKey } = await nodeCrypto();
    const decipher = createDecipheriv(key.cipher.name, secret, key.iv);
    const der = Buffer.concat([decipher.update(key.encrypted), decipher.final()]);
    return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  } catch {
    // The parser's error may quote the input, so it is dropped.
    return undefined;
  }
}

/** Derives the cipher's key from the password. */
function secretOf({ derivation, derivationParameters, cipher }: EncryptedKey, password: string): Promise<Uint8Array> {
  const [salt, ...parameters] = derivationParameters;
  const derive = derivation === PBKDF2 ? pbkdf2Secret : scryptSecret;
  return derive(password, new Uint8Array(content(salt, TAG.octets)), parameters, cipher.keyBytes);
}

async function pbkdf2Secret(
  password: string,
  salt: Uint8Array<ArrayBuffer>,
  [rounds, ...optional]: readonly Element[],
  bytes: number,
): Promise<Uint8Array> {
  const named = optional.find(({ tag }) => tag === TAG.sequence);
  const hash = named === undefined ? "SHA-1" : HASHES[identifier(members(named)[0])];
  if (hash === undefined) throw new RangeError("an unknown hash");
  const base = await crypto.subtle.importKey("raw", new TextEncoder().encode(password), "PBKDF2", false, [
    "deriveBits",
  ]);
  const algorithm = { name: "PBKDF2", hash, salt, iterations: Number(positive(rounds)) };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, base, bytes * 8));
}

async function scryptSecret(
  password: string,
  salt: Uint8Array,
  parameters: readonly Element[],
  bytes: number,
): Promise<Uint8Array> {
  const [cost, blockSize, parallelization] = parameters.slice(0, 3).map((element) => Number(positive(element)));
  const options = { cost, blockSize, parallelization, maxmem: SCRYPT_MAX_BYTES };
  const { scrypt } = await nodeCrypto();
  return await new Promise((resolve, reject) => {
    scrypt(password, salt, bytes, options, (error, secret) => error === null ? resolve(secret) : reject(error));
  });
}

/** Reads consecutive DER values. Lengths in DER are always definite. */
function elements(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const [tag = 0, first = 0] = bytes.subarray(at, at + 2);
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    if (first === 0x80 || lengthBytes > 3) throw new RangeError("a length that can't be");
    const start = at + 2 + lengthBytes;
    const length = lengthBytes === 0
      ? first
      : bytes.subarray(at + 2, start).reduce((value, byte) => value * 256 + byte, 0);
    if (start + length > bytes.length) throw new RangeError("cut off");
    found.push({ tag, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}

function only(found: readonly Element[]): Element | undefined {
  return found.length === 1 ? found[0] : undefined;
}

function content(element: Element | undefined, tag: number): Uint8Array {
  if (element?.tag !== tag) throw new RangeError("not the expected value");
  return element.content;
}

function members(sequence: Element | undefined): Element[] {
  return elements(content(sequence, TAG.sequence));
}

function identifier(element: Element | undefined): string {
  return content(element, TAG.identifier).toHex();
}

function positive(integer: Element | undefined): bigint {
  const value = BigInt(`0x${content(integer, TAG.integer).toHex() || "0"}`);
  if (value === 0n) throw new RangeError("not positive");
  return value;
}
