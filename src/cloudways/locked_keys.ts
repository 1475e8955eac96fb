/**
 * Private keys that a password protects (PKCS #8 with PBES2). How much work it is to open one is up to whoever made it,
 * so that is read before anything is tried.
 */
import { Buffer } from "node:buffer";
import { createPrivateKey, type KeyObject } from "node:crypto";

/** A key that is still closed. */
export interface LockedKey {
  /** The whole of it. */
  der: Uint8Array;
  /** Opening it would keep everybody else waiting. */
  isTooMuchWork: boolean;
}

/** One value of DER: its tag, and what it holds. */
interface Element {
  tag: number;
  content: Uint8Array;
}

const TAG = { integer: 0x02, identifier: 0x06, sequence: 0x30 } as const;

/** Object identifiers, as hex. */
const PBES2 = "2a864886f70d01050d";
const PBKDF2 = "2a864886f70d01050c";
const SCRYPT = "2b06010401da47040b";

/**
 * The most work that is done to open a key: about a tenth of a second, in which the process does nothing else. OpenSSL
 * makes keys of 2048 rounds, or of 131072 blocks with scrypt.
 */
const MOST_ROUNDS = 100_000n;
const MOST_BLOCKS = 262_144n;

/**
 * Reads how a key is locked, from its PEM block.
 *
 * @throws For anything that is not of the expected form, and so can't be judged.
 */
export function readLockedKey(block: string): LockedKey {
  const der = Uint8Array.fromBase64(block.replace(/-----[^-]+-----/g, ""));
  const [algorithm] = members(only(elements(der)));
  const [scheme, parameters] = members(algorithm);
  if (identifier(scheme) !== PBES2) throw new RangeError("not PBES2");
  const [derivation, numbers] = members(members(parameters)[0]);
  return { der, isTooMuchWork: isTooMuchWork(identifier(derivation), members(numbers)) };
}

function isTooMuchWork(derivation: string, [_salt, first, ...others]: readonly Element[]): boolean {
  const rounds = positive(first);
  if (derivation === PBKDF2) return rounds > MOST_ROUNDS;
  if (derivation === SCRYPT) return rounds * positive(others[0]) * positive(others[1]) > MOST_BLOCKS;
  throw new RangeError("an unknown derivation");
}

/** @throws Where the password is wrong, or the key can't be read. */
export function openLockedKey({ der }: LockedKey, password: string): KeyObject {
  return createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8", passphrase: password });
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
