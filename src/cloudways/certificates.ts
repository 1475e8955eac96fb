/** Checks a certificate and its private key before they are sent. No error contains any part of either. */
import type { KeyObject, X509Certificate } from "node:crypto";
import { type EncryptedKey, nodeCrypto, openEncryptedKey, readEncryptedKey } from "./encrypted_keys.ts";
import { type AppRecord, domainOf } from "./models.ts";

/** A certificate and its key, as the caller gave them. */
export interface CertificateFiles {
  /** PEM: the site's certificate, then those of its issuers, if any. */
  certificate: string;
  /** PEM. */
  privateKey: string;
  /** Opens an encrypted key. */
  password?: string | undefined;
}

/** What a certificate says. None of it is secret. */
export interface CertificateFacts {
  /** The domains it covers. */
  domains: string[];
  issuer: string;
  valid_from: string;
  valid_until: string;
  fingerprint_sha256: string;
  /** How many issuers' certificates came with it. */
  chain_length: number;
}

/** An argument is wrong; the message says how, without naming it. */
export class CertificateError extends Error {
  override readonly name = "CertificateError";
  readonly argument: "certificate" | "private_key" | "password";

  constructor(argument: CertificateError["argument"], problem: string) {
    super(problem);
    this.argument = argument;
  }
}

/** Other text may precede the key: curve parameters, as OpenSSL writes them, or a comment. */
const KEY_BLOCK = /-----BEGIN (?:([A-Z]+) )?PRIVATE KEY-----(?:(?!-----)[^])*-----END (?:[A-Z]+ )?PRIVATE KEY-----/;
const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** The most certificates in one PEM text; a real chain has at most four. */
const MAX_CERTIFICATES = 10;

/** How to convert a key that this server can't decrypt. */
const CONVERT = "Convert it: openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 2048 -in key.pem -out converted.pem";

/** Decrypts a key; undefined if the password is wrong. It takes much work, so it may have to wait for its turn. */
export type OpenKey = (key: EncryptedKey, password: string) => Promise<KeyObject | undefined>;

/**
 * Checks that everything parses, that the certificate is valid at `now`, and that the key belongs to it.
 *
 * @param now Milliseconds since the Unix epoch.
 * @throws {CertificateError} For the first problem found.
 */
export async function checkCertificate(
  { certificate, privateKey, password }: CertificateFiles,
  now: number,
  open: OpenKey = openEncryptedKey,
): Promise<CertificateFacts> {
  const [leaf, ...chain] = await readCertificates(certificate);
  if (leaf === undefined) throw new CertificateError("certificate", "holds no PEM certificate");
  // A certificate may parse although the names in it don't.
  const facts = attempt(() => factsOf(leaf, chain));
  if (facts === undefined) throw unreadable(0);
  checkDates(leaf, now);
  const key = await readPrivateKey(privateKey, password, open);
  if (!belongsTo(key, leaf)) {
    throw chain.some((other) => belongsTo(key, other))
      ? new CertificateError("certificate", "must begin with the site's own certificate, and it is further down")
      : new CertificateError("private_key", "does not fit the certificate");
  }
  return facts;
}

/** Which domains of an application the names of a certificate cover, and which they don't. */
export function coverage(app: AppRecord, names: readonly string[]): { covered: string[]; uncovered: string[] } {
  const own = [...new Set([domainOf(app), ...app.aliases ?? []].filter((domain) => domain !== ""))];
  const isCovered = (domain: string) => names.some((name) => nameCovers(name, domain));
  const covered = own.filter(isCovered);
  // Cloudways has a certificate for its own domain of an application, so that domain never counts as uncovered.
  if (!own.includes(app.app_fqdn) && app.app_fqdn !== "" && isCovered(app.app_fqdn)) covered.push(app.app_fqdn);
  return { covered, uncovered: own.filter((domain) => !isCovered(domain)) };
}

/** Whether a certificate's name covers a domain. A wildcard covers exactly one label, the first. */
export function nameCovers(name: string, domain: string): boolean {
  const [pattern, wanted] = [name, domain].map((text) => text.toLowerCase().replace(/\.$/, ""));
  if (pattern === undefined || wanted === undefined) return false;
  return pattern === wanted || (pattern.startsWith("*.") && wanted.replace(/^[^.*]+\./, "*.") === pattern);
}

async function readCertificates(pem: string): Promise<X509Certificate[]> {
  if (pem.includes("PRIVATE KEY")) {
    throw new CertificateError("certificate", "holds a private key, which it must not");
  }
  const blocks = pem.match(BLOCK) ?? [];
  if (blocks.length > MAX_CERTIFICATES) {
    throw new CertificateError("certificate", `holds more than ${MAX_CERTIFICATES} certificates`);
  }
  const { X509Certificate } = await nodeCrypto();
  return blocks.map((block, index) => {
    const certificate = attempt(() => new X509Certificate(block));
    if (certificate !== undefined) return certificate;
    throw unreadable(index);
  });
}

function unreadable(index: number): CertificateError {
  return new CertificateError("certificate", `can't be read (certificate ${index + 1} in it)`);
}

function belongsTo(key: KeyObject, certificate: X509Certificate): boolean {
  return attempt(() => certificate.checkPrivateKey(key)) === true;
}

function checkDates(certificate: X509Certificate, now: number): void {
  const { from, until } = datesOf(certificate);
  // Negated, so that a date that can't be read (NaN) fails too.
  if (!(from.getTime() <= now)) throw new CertificateError("certificate", `is not valid before ${iso(from)}`);
  if (!(now <= until.getTime())) throw new CertificateError("certificate", `expired at ${iso(until)}`);
}

async function readPrivateKey(pem: string, password: string | undefined, open: OpenKey): Promise<KeyObject> {
  if (!pem.includes("PRIVATE KEY-----")) throw new CertificateError("private_key", "holds no PEM private key");
  const block = KEY_BLOCK.exec(pem);
  if (block === null) throw new CertificateError("private_key", "can't be read");
  const { createPrivateKey } = await nodeCrypto();
  const isEncrypted = block[0].includes("ENCRYPTED");
  if (isEncrypted && (password === undefined || password === "")) {
    throw new CertificateError("password", "is needed, for the private key is encrypted");
  }
  const key = block[1] === "ENCRYPTED"
    ? await open(readEncrypted(block[0]), password ?? "")
    // Without a passphrase, OpenSSL would ask for one on the terminal.
    : attempt(() => createPrivateKey({ key: block[0], passphrase: password ?? "" }));
  if (key !== undefined) return key;
  throw isEncrypted
    ? new CertificateError("password", "does not open the private key, or the key can't be read")
    : new CertificateError("private_key", "can't be read");
}

function readEncrypted(block: string): EncryptedKey {
  const key = attempt(() => readEncryptedKey(block));
  if (key === undefined) {
    throw new CertificateError("private_key", `is encrypted in a form that can't be read here. ${CONVERT}`);
  }
  if (key.isTooMuchWork) {
    throw new CertificateError(
      "private_key",
      `is encrypted with more rounds than are tried here: at most 100,000. ${CONVERT}`,
    );
  }
  return key;
}

function factsOf(leaf: X509Certificate, chain: readonly X509Certificate[]): CertificateFacts {
  const { from, until } = datesOf(leaf);
  return {
    domains: namesOf(leaf),
    issuer: leaf.issuer.replaceAll("\n", ", "),
    valid_from: iso(from),
    valid_until: iso(until),
    fingerprint_sha256: leaf.fingerprint256,
    chain_length: chain.length,
  };
}

/** The subject alternative names; old certificates have none, and name one domain in the subject. */
function namesOf({ subjectAltName, subject }: X509Certificate): string[] {
  if (subjectAltName === undefined) return /(?:^|\n)CN=([^\n]+)/.exec(subject)?.slice(1) ?? [];
  return subjectAltName.split(", ").flatMap((name) => name.startsWith("DNS:") ? [name.slice(4)] : []);
}

function datesOf({ validFrom, validTo }: X509Certificate): { from: Date; until: Date } {
  return { from: new Date(validFrom), until: new Date(validTo) };
}

function iso(date: Date): string {
  return Number.isNaN(date.getTime()) ? "a date that can't be read" : date.toISOString();
}

/** Drops the parser's error, since it may quote the input. */
function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
