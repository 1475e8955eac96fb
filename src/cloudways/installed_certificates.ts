/** What an application's record says of its certificates. What it doesn't say is null, never a no. */
import { z } from "zod";
import { coverage } from "./certificates.ts";
import { type AppRecord, looseList, statedFlag, statedText } from "./models.ts";

/** The certificates of an application. */
export interface InstalledCertificates {
  own: boolean | null;
  letsEncrypt: boolean | null;
  /** The domains of the one by Let's Encrypt, sorted; empty where they are not told. */
  letsEncryptDomains: string[];
  /** Whether the one by Let's Encrypt is a wildcard certificate. */
  wildcard: boolean | null;
  /** Whom Let's Encrypt writes to. */
  email: string | null;
  /** Whether the one by Let's Encrypt renews itself. */
  autoRenewal: boolean | null;
  /** Whether the domains of the one by Let's Encrypt were verified. */
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

/** Whether an application has a certificate. What its record doesn't say counts as one. */
export function mayHaveCertificate(app: AppRecord): boolean {
  const { own, letsEncrypt } = installedCertificates(app);
  return own !== false || letsEncrypt !== false;
}

/**
 * The domains by which visitors reach an application and for which no certificate is known; null where that can't be
 * told. Cloudways' own name for an application has a certificate of Cloudways', and what an own certificate is for
 * stands in no record.
 */
export function uncoveredDomains(app: AppRecord): string[] | null {
  const { own, letsEncrypt, letsEncryptDomains, verified } = installedCertificates(app);
  if (app.cname === null || app.aliases === null || own !== false || letsEncrypt === null) return null;
  const names = letsEncrypt && verified === true ? letsEncryptDomains : [];
  return coverage(app, names).uncovered.filter((domain) => domain !== app.app_fqdn);
}

const withFlag = z.looseObject({ is_installed: statedFlag });

/** @param options.withoutFlag What a record without the flag says: that of an own certificate has none. */
function isInstalled(value: unknown, { withoutFlag }: { withoutFlag: true | null }): boolean | null {
  if (value === undefined) return null;
  if (value === null || value === false || value === "" || value === "0" || value === 0) return false;
  if (typeof value !== "object") return withoutFlag;
  if (Object.keys(value).length === 0) return false;
  return "is_installed" in value ? withFlag.safeParse(value).data?.is_installed ?? null : withoutFlag;
}

/** Kinds of certificates that name each of their domains. A word that is not known may mean any kind. */
const ONE_BY_ONE = new Set(["le", "san"]);

function isWildcard(type: string | null, domains: readonly string[]): boolean | null {
  if (type === "wc" || domains.some((domain) => domain.startsWith("*."))) return true;
  return type !== null && ONE_BY_ONE.has(type) ? false : null;
}
