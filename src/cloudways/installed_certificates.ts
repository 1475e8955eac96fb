/** Reads an application's certificates from its record. What the record doesn't say is null, never false. */
import { coverage } from "./certificates.ts";
import { type AppRecord, flagIn } from "./models.ts";

/** The certificates of an application. */
export interface InstalledCertificates {
  /** Whether it has a certificate of the customer's own. */
  own: boolean | null;
  /** Whether it has a Let's Encrypt certificate. */
  letsEncrypt: boolean | null;
  /** The domains of the Let's Encrypt certificate, sorted; empty if the record doesn't say. */
  letsEncryptDomains: string[];
  /** Whether the Let's Encrypt certificate is a wildcard certificate. */
  wildcard: boolean | null;
  /** The contact address that Let's Encrypt writes to. */
  email: string | null;
  /** Whether the Let's Encrypt certificate is renewed automatically. */
  autoRenewal: boolean | null;
  /** Whether the domains of the Let's Encrypt certificate were verified. */
  verified: boolean | null;
}

/** Reads the certificates from an application's record. A member of another form counts as missing. */
export function installedCertificates({ own_ssl, lets_encrypt }: AppRecord): InstalledCertificates {
  const { ssl_domains, ssl_email, type, auto, is_verified } = membersOf(lets_encrypt);
  const domains = textsIn(ssl_domains);
  return {
    own: isInstalled(own_ssl, { withoutFlag: true }),
    letsEncrypt: isInstalled(lets_encrypt, { withoutFlag: null }),
    letsEncryptDomains: domains.map((domain) => domain.toLowerCase()).sort(),
    wildcard: isWildcard(textIn(type), domains),
    email: textIn(ssl_email),
    autoRenewal: flagIn(auto),
    verified: flagIn(is_verified),
  };
}

function membersOf(record: unknown): Record<string, unknown> {
  return typeof record === "object" && record !== null && !Array.isArray(record) ? { ...record } : {};
}

/** A text, or a number as text; null for anything else. */
function textIn(value: unknown): string | null {
  return typeof value === "string" || Number.isFinite(value) ? String(value) : null;
}

/** The texts of a list, which PHP may have turned into an object; none if there is anything else in it. */
function textsIn(list: unknown): string[] {
  const items: unknown[] = typeof list === "object" && list !== null ? Object.values(list) : [];
  const texts = items.filter((item) => typeof item === "string");
  return texts.length === items.length ? texts : [];
}

/** Whether an application may have a certificate: true unless its record says that it has none. */
export function mayHaveCertificate(app: AppRecord): boolean {
  const { own, letsEncrypt } = installedCertificates(app);
  return own !== false || letsEncrypt !== false;
}

/**
 * The domains of an application that no known certificate covers. Cloudways' own domain for it is left out: that has a
 * certificate of Cloudways'. Null if the record doesn't say enough, or if the application has a certificate of the
 * customer's own, since no record says what that covers.
 */
export function uncoveredDomains(app: AppRecord, installed = installedCertificates(app)): string[] | null {
  const { own, letsEncrypt, letsEncryptDomains, verified } = installed;
  if (app.cname === null || app.aliases === null || own !== false || letsEncrypt === null) return null;
  const names = letsEncrypt && verified === true ? letsEncryptDomains : [];
  return coverage(app, names).uncovered.filter((domain) => domain !== app.app_fqdn);
}

/** @param options.withoutFlag The result for a record without the flag, as the customer's own certificates have it. */
function isInstalled(value: unknown, { withoutFlag }: { withoutFlag: true | null }): boolean | null {
  if (value === undefined) return null;
  if (value === null || value === false || value === "" || value === "0" || value === 0) return false;
  if (typeof value !== "object") return withoutFlag;
  if (Object.keys(value).length === 0) return false;
  return "is_installed" in value ? flagIn(membersOf(value).is_installed) : withoutFlag;
}

/** Types of certificates that are never wildcards. An unknown type may be anything. */
const NON_WILDCARD_TYPES = new Set(["le", "san"]);

function isWildcard(type: string | null, domains: readonly string[]): boolean | null {
  if (type === "wc" || domains.some((domain) => domain.startsWith("*."))) return true;
  return type !== null && NON_WILDCARD_TYPES.has(type) ? false : null;
}
