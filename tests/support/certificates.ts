/**
 * Self-signed certificates for tests. Their keys come from fixed bytes and protect nothing, so each certificate is the
 * same every time.
 */
import { Buffer } from "node:buffer";
import {
  createCipheriv,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  pbkdf2Sync,
  sign,
} from "node:crypto";

/** The content of a test certificate. */
export interface CertificateSpec {
  /** Its alternative names, IPv4 addresses among them; empty for none. */
  domains: readonly string[];
  commonName?: string;
  notBefore?: Date;
  notAfter?: Date;
  /** Default the key of {@linkcode testKey} 1. */
  key?: KeyObject;
  /** An authority that signs it. By default it signs itself. */
  issuer?: { commonName: string; key: KeyObject };
  /** Whether it is the certificate of an authority, that signs others. */
  isAuthority?: boolean;
}

/** A private key made of one byte repeated. */
export function testKey(byte: number): KeyObject {
  const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, byte)]);
  return createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
}

/** A fresh key of another kind. */
export function freshKey(kind: "rsa" | "ec"): KeyObject {
  return kind === "rsa"
    ? generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey
    : generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

/** A private key as PEM, encrypted if there is a passphrase. */
export function keyPem(key: KeyObject, passphrase?: string): string {
  const encrypted = passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase };
  return String(key.export({ type: "pkcs8", format: "pem", ...encrypted }));
}

/** How a password protects a key: rounds of PBKDF2, or the three numbers of scrypt. */
export interface LockSpec {
  /** Default 2048 rounds. */
  rounds?: number;
  /** Default `aes-256-cbc`. */
  cipher?: "aes-256-cbc" | "des-ede3-cbc";
  /** Default `sha256`; `sha1` is not named in the key. */
  hash?: "sha1" | "sha256" | "sha384" | "sha512";
  /** Such a key never opens: only its cost parameters are written. */
  scrypt?: readonly [cost: number, blockSize: number, parallel: number];
}

/** A private key as OpenSSL writes it with a password, with any cost to open it. */
export function lockedKeyPem(key: KeyObject, passphrase: string, lock: LockSpec = {}): string {
  const { rounds = 2048, cipher = "aes-256-cbc", hash = "sha256", scrypt } = lock;
  const { id, keyBytes, ivBytes } = CIPHERS[cipher];
  const salt = Buffer.alloc(8, 1);
  const iv = Buffer.alloc(ivBytes, 2);
  const secret = pbkdf2Sync(passphrase, salt, scrypt === undefined ? rounds : 1, keyBytes, hash);
  const encrypt = createCipheriv(cipher, secret, iv);
  const encrypted = Buffer.concat([encrypt.update(key.export({ type: "pkcs8", format: "der" })), encrypt.final()]);
  const named = hash === "sha1" ? [] : [sequence(HASHES[hash], tlv(0x05, Buffer.alloc(0)))];
  const derivation = scrypt === undefined
    ? sequence(oid("2a864886f70d01050c"), sequence(tlv(0x04, salt), integer(rounds), ...named))
    : sequence(oid("2b06010401da47040b"), sequence(tlv(0x04, salt), ...scrypt.map(integer)));
  const scheme = sequence(oid("2a864886f70d01050d"), sequence(derivation, sequence(id, tlv(0x04, iv))));
  return pem("ENCRYPTED PRIVATE KEY", sequence(scheme, tlv(0x04, encrypted)));
}

/** A certificate as PEM. */
export function certificatePem(spec: CertificateSpec): string {
  const key = spec.key ?? testKey(1);
  const { commonName = "EXAMPLE", issuer = { commonName, key } } = spec;
  const algorithm = ALGORITHMS[issuer.key.asymmetricKeyType ?? ""];
  if (algorithm === undefined) throw new Error(`No certificates are made with a key of kind ${key.asymmetricKeyType}.`);
  const extensions = [
    ...spec.domains.length === 0 ? [] : [alternativeNames(spec.domains)],
    ...spec.isAuthority === true ? [AUTHORITY] : [],
  ];
  const validity = sequence(
    time(spec.notBefore ?? new Date("2020-01-01")),
    time(spec.notAfter ?? new Date("2049-12-31")),
  );
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.from([1])),
    algorithm.id,
    nameOf(issuer.commonName),
    validity,
    nameOf(commonName),
    createPublicKey(key).export({ type: "spki", format: "der" }),
    ...extensions.length === 0 ? [] : [tlv(0xa3, sequence(...extensions))],
  );
  const signature = tlv(0x03, Buffer.concat([Buffer.from([0]), sign(algorithm.hash, body, issuer.key)]));
  return pem("CERTIFICATE", sequence(body, algorithm.id, signature));
}

const ALGORITHMS: Readonly<Record<string, { id: Buffer; hash: string | null }>> = {
  ed25519: { id: sequence(oid("2b6570")), hash: null },
  ec: { id: sequence(oid("2a8648ce3d040302")), hash: "sha256" },
  rsa: { id: sequence(oid("2a864886f70d01010b"), tlv(0x05, Buffer.alloc(0))), hash: "sha256" },
};

const CIPHERS = {
  "aes-256-cbc": { id: oid("60864801650304012a"), keyBytes: 32, ivBytes: 16 },
  "des-ede3-cbc": { id: oid("2a864886f70d0307"), keyBytes: 24, ivBytes: 8 },
} as const;

const HASHES = {
  sha256: oid("2a864886f70d0209"),
  sha384: oid("2a864886f70d020a"),
  sha512: oid("2a864886f70d020b"),
} as const;

/** Critical basic constraints with `CA:TRUE`. */
const AUTHORITY = sequence(
  oid("551d13"),
  tlv(0x01, Buffer.from([0xff])),
  tlv(0x04, sequence(tlv(0x01, Buffer.from([0xff])))),
);

function nameOf(commonName: string): Buffer {
  return sequence(tlv(0x31, sequence(oid("550403"), tlv(0x0c, Buffer.from(commonName)))));
}

function alternativeNames(domains: readonly string[]): Buffer {
  const names = sequence(
    ...domains.map((domain) =>
      /^\d+(?:\.\d+){3}$/.test(domain)
        ? tlv(0x87, Buffer.from(domain.split(".").map(Number)))
        : tlv(0x82, Buffer.from(domain))
    ),
  );
  return sequence(oid("551d11"), tlv(0x04, names));
}

/** `YYMMDDHHMMSSZ`, so nothing after 2049. */
function time(date: Date): Buffer {
  return tlv(0x17, Buffer.from(`${date.toISOString().slice(2, 19).replaceAll(/[-T:]/g, "")}Z`));
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

/** A positive integer. */
function integer(value: number): Buffer {
  const hex = value.toString(16);
  return tlv(0x02, Buffer.from(`00${hex.length % 2 === 0 ? hex : `0${hex}`}`.replace(/^00(?=[0-7])/, ""), "hex"));
}

function oid(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, "hex"));
}

function sequence(...parts: Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

function tlv(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
