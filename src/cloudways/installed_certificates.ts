/** Reads an application's certificates from its record. What the record doesn't say is null, never false. */
import { z } from "zod";
import { coverage } from "./certificates.ts";
import { type AppRecord, looseList, statedFlag, statedText } from "./models.ts";

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

const letsEncryptRecord = z.looseObject({
  ssl_domains: looseList(z.string()).catch([]),
  ssl_email: statedText.catch(null),
  type: statedText.catch(null),
  auto: statedFlag,
  is_verified: statedFlag,
});

/** Reads the certificates from an application's record. */
export function installedCertificates(app: AppRecord): InstalledCertificates {
  const { ssl_domains, ssl_email, type, auto, is_verified } = letsEncryptRecord.parse(
    letsEncryptRecord.safeParse(app.lets_encrypt).data ?? {},
  );
  return {
    own: isInstalled(app.own_ssl, { withoutFlag: true }),
    letsEncrypt: isInstalled(app.lets_encrypt, { withoutFlag: null }),
    letsEncryptDomains: ssl_domains.map((domain) => domain.toLowerCase()).sort(),
    wildcard: isWildcard(type, ssl_domains),
    email: ssl_email,
    autoRenewal: auto,
    verified: is_verified,
  };
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
export function uncoveredDomains(app: AppRecord): string[] | null {
  const { own, letsEncrypt, letsEncryptDomains, verified } = installedCertificates(app);
  if (app.cname === null || app.aliases === null || own !== false || letsEncrypt === null) return null;
  const names = letsEncrypt && verified === true ? letsEncryptDomains : [];
  return coverage(app, names).uncovered.filter((domain) => domain !== app.app_fqdn);
}

const withFlag = z.looseObject({ is_installed: statedFlag });

/** @param options.withoutFlag The result for a record without the flag, as the customer's own certificates have it. */
function isInstalled(value: unknown, { withoutFlag }: { withoutFlag: true | null }): boolean | null {
  if (value === undefined) return null;
  if (value === null || value === false || value === "" || value === "0" || value === 0) return false;
  if (typeof value !== "object") return withoutFlag;
  if (Object.keys(value).length === 0) return false;
  return "is_installed" in value ? withFlag.safeParse(value).data?.is_installed ?? null : withoutFlag;
}

/** Types of certificates that are never wildcards. An unknown type may be anything. */
const NON_WILDCARD_TYPES = new Set(["le", "san"]);

function isWildcard(type: string | null, domains: readonly string[]): boolean | null {
  if (type === "wc" || domains.some((domain) => domain.startsWith("*."))) return true;
  return type !== null && NON_WILDCARD_TYPES.has(type) ? false : null;
}
