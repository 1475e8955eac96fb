/** Public SSH keys, checked before they are sent. No problem that is named contains any part of the text. */

/** What a public key says. None of it is secret. */
export interface SshPublicKey {
  /** For people: `RSA, 3072 bits`. */
  kind: string;
  /** As `ssh-keygen -l` shows it. */
  fingerprint: string;
  /** What its owner wrote at its end; empty if there is nothing. */
  comment: string;
}

/** The types that Cloudways takes. */
const CURVES: ReadonlyMap<string, { curve: string; bytes: number }> = new Map([
  ["ecdsa-sha2-nistp256", { curve: "nistp256", bytes: 65 }],
  ["ecdsa-sha2-nistp384", { curve: "nistp384", bytes: 97 }],
  ["ecdsa-sha2-nistp521", { curve: "nistp521", bytes: 133 }],
]);
const ED25519_BYTES = 32;
/** OpenSSH takes no shorter RSA key. */
const MIN_RSA_BITS = 1024;

/** Type, key and comment. No comment is so long that a question could not show it. */
const LINE = /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) ([A-Za-z0-9+/]+={0,2})(?: +(\S[^\t\r\n]{0,99}))?$/;

/** Marks of private keys: of PEM and PuTTY files, and the first bytes of OpenSSH's format in base64. */
const PRIVATE = /BEGIN [A-Z0-9 ]*PRIVATE KEY|PuTTY-User-Key-File|Private-Lines|b3BlbnNzaC1rZXktdjE/i;

const PRIVATE_PROBLEM = "is a private key; it was not sent and is not kept. The user must give the public key, from " +
  "the file that ends with .pub, and should make a new pair, since a private key must never be shared";
const LINE_PROBLEM =
  "must be one line with one public key: ssh-ed25519, ssh-rsa or ecdsa-sha2-nistp256, -384 or -521, " +
  "then the key in base64, then a comment of at most 100 characters or nothing";
const BROKEN_PROBLEM = "is not a whole public key: a part of it is missing or changed";

/** The binary key, and what kind it is. */
interface KeyParts {
  blob: Uint8Array<ArrayBuffer>;
  kind: string;
  comment: string;
}

/** What is wrong with a text that should be a public key; undefined if nothing is. */
export function problemOfPublicKey(text: string): string | undefined {
  const parts = partsOf(text);
  return typeof parts === "string" ? parts : undefined;
}

/**
 * What a public key says.
 *
 * @throws {TypeError} If the text is none; see {@linkcode problemOfPublicKey}.
 */
export async function readPublicKey(text: string): Promise<SshPublicKey> {
  const parts = partsOf(text);
  if (typeof parts === "string") throw new TypeError(`The text ${parts}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", parts.blob));
  return { kind: parts.kind, comment: parts.comment, fingerprint: `SHA256:${digest.toBase64({ omitPadding: true })}` };
}

/** The parts of a public key, or what is wrong with it. */
function partsOf(text: string): KeyParts | string {
  if (PRIVATE.test(text)) return PRIVATE_PROBLEM;
  const [, type = "", base64 = "", comment = ""] = LINE.exec(text) ?? [];
  if (type === "") return LINE_PROBLEM;
  const blob = bytesOf(base64);
  const fields = blob && fieldsOf(blob);
  if (blob === undefined || fields === undefined) return BROKEN_PROBLEM;
  const [named, ...rest] = fields;
  const kind = named !== undefined && textOf(named) === type ? kindOf(type, rest) : undefined;
  return kind === undefined ? BROKEN_PROBLEM : { blob, kind, comment };
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.fromBase64(base64, { lastChunkHandling: "strict" });
  } catch {
    return undefined;
  }
}

/** The fields of a binary key, each of which has its length in front; undefined if they don't fill it exactly. */
function fieldsOf(blob: Uint8Array): Uint8Array[] | undefined {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const fields: Uint8Array[] = [];
  let at = 0;
  while (at < blob.length) {
    if (at + 4 > blob.length) return undefined;
    const end = at + 4 + view.getUint32(at);
    if (end > blob.length) return undefined;
    fields.push(blob.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

/** The kind of a key by its fields after the type; undefined if they are not those of the type. */
function kindOf(type: string, fields: readonly Uint8Array[]): string | undefined {
  const [first, second] = fields;
  if (first === undefined || fields.length !== (type === "ssh-ed25519" ? 1 : 2)) return undefined;
  if (type === "ssh-ed25519") return first.length === ED25519_BYTES ? "Ed25519" : undefined;
  if (second === undefined) return undefined;
  const ecdsa = CURVES.get(type);
  if (ecdsa === undefined) return bitsOf(second) >= MIN_RSA_BITS ? `RSA, ${bitsOf(second)} bits` : undefined;
  const isPoint = textOf(first) === ecdsa.curve && second.length === ecdsa.bytes && second[0] === 4;
  return isPoint ? `ECDSA, ${ecdsa.curve}` : undefined;
}

/** How many bits a number has, most significant byte first. */
function bitsOf(number: Uint8Array): number {
  const first = number.findIndex((byte) => byte !== 0);
  return first === -1 ? 0 : (number.length - first) * 8 - (Math.clz32(number[first] ?? 0) - 24);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
