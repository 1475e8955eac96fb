/** What the listing of servers and applications alone says of their health. */
import { coverage } from "../../../cloudways/certificates.ts";
import { type InstalledCertificates, installedCertificates } from "../../../cloudways/installed_certificates.ts";
import { ListingFacts } from "../../../cloudways/listing_facts.ts";
import { type AppRecord, knownApps, type ServerRecord } from "../../../cloudways/models.ts";
import { type Checked, type Finding, found, NOTHING, shownNames, together, unknown } from "./finding.ts";

/** Old operating systems, in the words of a server's record. */
const OLD_PLATFORMS: ReadonlySet<string> = new Set(["debian10", "debian11"]);

const NOT_TOLD = "Cloudways does not tell it.";
const OWN = "It has a certificate of its own, and Cloudways does not tell what that covers.";

/** Whether a server runs. */
export function isRunning({ status }: Pick<ServerRecord, "status">): boolean {
  return status.toLowerCase() === "running";
}

/** A server with its applications, and what was found on them. */
export interface ServerHealth {
  server: ServerRecord;
  checked: Checked;
  apps: readonly AppHealth[];
}

/** An application, and what was found on it. */
export interface AppHealth {
  app: AppRecord;
  checked: Checked;
}

/** What the listing says of each server, by its record. */
export const listedHealth = new ListingFacts((servers) =>
  new Map(servers.map((server): [ServerRecord, ServerHealth] => [server, {
    server,
    checked: serverListed(server),
    apps: knownApps(server).map((app) => ({ app, checked: appListed(app) })),
  }]))
);

/** Status and platform of a server, and whether its applications are known. */
function serverListed(server: ServerRecord): Checked {
  const apps = server.apps === null ? unknown("apps", "not_told", NOT_TOLD) : NOTHING;
  return together([statusOf(server), platformOf(server), apps]);
}

function statusOf(server: ServerRecord): Checked {
  if (isRunning(server)) return NOTHING;
  if (server.status === "") return unknown("status", "not_told", NOT_TOLD);
  const { id, status } = server;
  return found({ severity: "urgent", kind: "server_not_running", status, arguments: { server_id: id } });
}

function platformOf({ platform }: ServerRecord): Checked {
  if (!OLD_PLATFORMS.has(platform.toLowerCase())) return NOTHING;
  return found({ severity: "attention", kind: "old_platform", platform, arguments: {} });
}

/** The certificates of an application's domains. Cloudways has one of its own for the domain that it gave. */
export function appListed(app: AppRecord): Checked {
  const notTold = unknown("certificate", "not_told", NOT_TOLD);
  if (app.cname === null || app.aliases === null) return notTold;
  const domains = coverage(app, []).uncovered.filter((domain) => domain !== app.app_fqdn);
  if (domains.length === 0) return NOTHING;
  const installed = installedCertificates(app);
  const { own, letsEncrypt, autoRenewal } = installed;
  if (own === true) return unknown("certificate", "own_certificate", OWN);
  if (own === null || letsEncrypt === null) return notTold;
  const facts = { app, installed, domains };
  if (!letsEncrypt) return found(certificateFinding("certificate_missing", facts, domains));
  const renewal = autoRenewal === null ? notTold : autoRenewal ? NOTHING : found({
    severity: "attention",
    kind: "certificate_not_renewed",
    ...shownNames("domains", installed.letsEncryptDomains),
    arguments: { app_id: app.id, enabled: true },
  });
  return together([coverOf(facts), renewal]);
}

/** An application with what is known of its certificates, and all its domains that need one. */
interface CertificateFacts {
  app: AppRecord;
  installed: InstalledCertificates;
  domains: readonly string[];
}

function coverOf(facts: CertificateFacts): Checked {
  const { app, domains, installed: { verified, letsEncryptDomains } } = facts;
  if (verified === null) return unknown("certificate", "not_told", NOT_TOLD);
  if (!verified) return found(certificateFinding("certificate_not_verified", facts, letsEncryptDomains));
  const { uncovered } = coverage(app, letsEncryptDomains);
  const bare = domains.filter((domain) => uncovered.includes(domain));
  return bare.length === 0 ? NOTHING : found(certificateFinding("certificate_not_covering", facts, bare));
}

/**
 * A certificate that has to be installed again, for all domains of the application.
 *
 * @param shown The domains it is about.
 */
function certificateFinding(
  kind: "certificate_missing" | "certificate_not_verified" | "certificate_not_covering",
  { app, domains, installed: { email } }: CertificateFacts,
  shown: readonly string[],
): Finding {
  // A wildcard needs a certificate of another kind, which is a choice.
  const isPlain = domains.every((domain) => !domain.startsWith("*."));
  return {
    severity: "attention",
    kind,
    ...shownNames("domains", shown),
    arguments: {
      app_id: app.id,
      ...(isPlain ? { domains, wildcard: false } : {}),
      ...(email === null ? {} : { email }),
    },
    needs: [...(isPlain ? [] : ["domains", "wildcard"]), ...(email === null ? ["email"] : [])],
  };
}
