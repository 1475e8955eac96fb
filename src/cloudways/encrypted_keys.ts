/**
 * Private keys that a password protects (PKCS #8 with PBES2). How much work it is to open one is up to whoever made it,
 * so that is read before anything is tried.
 */
import { Buffer } from "node:buffer";
import { createDecipheriv, createPrivateKey, type KeyObject, pbkdf2Sync } from "node:crypto";

/** A key that is still closed. */
export interface EncryptedKey {
  /** The whole of it. */
  der: Uint8Array;
  /** How a key is made of the password: an object identifier and its parameters. */
  derivation: string;
  derivationParameters: readonly Element[];
  cipher: string;
  iv: Uint8Array;
  encrypted: Uint8Array;
  /** Opening it would keep everybody else waiting. */
  isTooMuchWork: boolean;
}

/** One value of DER: its tag, and what it holds. */
interface Element {
  tag: number;
  content: Uint8Array;
}

const TAG = { integer: 0x02, octets: 0x04, identifier: 0x06, sequence: 0x30 } as const;

/** Object identifiers, as hex. */
const PBES2 = "2a864886f70d01050d";
const PBKDF2 = "2a864886f70d01050c";
const SCRYPT = "2b06010401da47040b";
const TRIPLE_DES = "2a864886f70d0307";
const HASHES: Readonly<Record<string, string>> = {
  "2a864886f70d0207": "sha1",
  "2a864886f70d0209": "sha256",
  "2a864886f70d020a": "sha384",
  "2a864886f70d020b": "sha512",
};

/**
 * The most work that is done to open a key: about a tenth of a second, in which the process does nothing else. OpenSSL
 * makes keys of 2048 rounds, or of 131072 blocks with scrypt.
 */
const MOST_ROUNDS = 100_000n;
const MOST_BLOCKS = 262_144n;

/**
 * Reads how a key is encrypted, from its PEM block.
 *
 * @throws For anything that is not of the expected form, and so can't be judged.
 */
export function readEncryptedKey(block: string): EncryptedKey {
  const der = Uint8Array.fromBase64(block.replace(/-----[^-]+-----/g, ""));
  const [algorithm, encrypted] = members(only(elements(der)));
  const [scheme, parameters] = members(algorithm);
  if (identifier(scheme) !== PBES2) throw new RangeError("not PBES2");
  const [derivation, encryption] = members(parameters).map(members);
  const key = {
    der,
    derivation: identifier(derivation?.[0]),
    derivationParameters: members(derivation?.[1]),
    cipher: identifier(encryption?.[0]),
    iv: content(encryption?.[1], TAG.octets),
    encrypted: content(encrypted, TAG.octets),
  };
  return { ...key, isTooMuchWork: isTooMuchWork(key.derivation, key.derivationParameters) };
}

function isTooMuchWork(derivation: string, [_salt, first, ...others]: readonly Element[]): boolean {
  const rounds = positive(first);
  if (derivation === PBKDF2) return rounds > MOST_ROUNDS;
  if (derivation === SCRYPT) return rounds * positive(others[0]) * positive(others[1]) > MOST_BLOCKS;
  throw new RangeError("an unknown derivation");
}

/** @throws Where the password is wrong, or the key can't be read. */
export function openEncryptedKey(key: EncryptedKey, password: string): KeyObject {
  // The default of OpenSSL's `req` and `genrsa`, and the one that the runtime doesn't know.
  const der = key.cipher === TRIPLE_DES ? decrypted(key, password) : key.der;
  return createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8", passphrase: password });
}

function decrypted({ derivation, derivationParameters, iv, encrypted }: EncryptedKey, password: string): Uint8Array {
  if (derivation !== PBKDF2) throw new RangeError("not PBKDF2");
  const [salt, rounds, ...optional] = derivationParameters;
  const hash = optional.find(({ tag }) => tag === TAG.sequence);
  const digest = hash === undefined ? "sha1" : HASHES[identifier(members(hash)[0])];
  if (digest === undefined) throw new RangeError("an unknown hash");
  const secret = pbkdf2Sync(password, content(salt, TAG.octets), Number(positive(rounds)), 24, digest);
  const decipher = createDecipheriv("des-ede3-cbc", secret, iv);
  return Buffer.concat([decipher.update(encrypted), decipher.final()]);
}

/** The values that stand one after the other. Lengths are definite in DER. */
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
