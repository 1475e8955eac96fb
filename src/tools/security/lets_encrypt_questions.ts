/** Questions about Let's Encrypt certificates: asked if a change loses something that exists, or if that is unknown. */
import { type InstalledCertificates, installedCertificates } from "../../cloudways/installed_certificates.ts";
import { certificatesNow } from "../define/certificate_facts.ts";
import type { Question, QuestionFact } from "../../confirm/question.ts";
import { type AppFacts, count, inWords, onApp } from "../define/questions.ts";

const [IS_LOST, ARE_LOST] = ["domain of the present certificate is", "domains of the present certificate are"];

/** The certificate that was requested. */
export interface WantedCertificate {
  domains: readonly string[];
  wildcard: boolean;
  email: string | undefined;
}

/** The question before a certificate is installed; undefined if nothing that exists is lost. */
export function installQuestion(facts: AppFacts, wanted: WantedCertificate): Question | undefined {
  const present = installedCertificates(facts.app);
  const lost = domainsLost(present, wanted.domains);
  const reasons = [
    ...reasonsAgainst(present, wanted),
    ...(present.letsEncrypt === true && lost === null
      ? ["Cloudways doesn't tell which domains the present certificate is for: any of them may lose it."]
      : []),
    ...(lost !== null && lost.length > 0
      ? [`${count(lost.length, IS_LOST, ARE_LOST)} not in the new one: visitors see warnings there.`]
      : []),
  ];
  if (reasons.length === 0) return undefined;
  const domains = count(wanted.domains.length, "domain");
  return question(facts, wanted, {
    headline:
      `Install a Let's Encrypt certificate for ${domains} on application ${facts.app.id}: it may replace another.`,
    reasons,
    lost: lost ?? [],
  });
}

/** The question before a certificate is renewed; undefined if only its dates change. */
export function renewQuestion(facts: AppFacts, wanted: WantedCertificate): Question | undefined {
  const present = installedCertificates(facts.app);
  const others = wanted.domains.filter((domain) => !present.letsEncryptDomains.includes(domain));
  // It is not documented whether the domains that are not named stay in the certificate.
  const left = wanted.domains.length === 0 ? [] : domainsLost(present, wanted.domains) ?? [];
  const reasons = [
    ...reasonsAgainst(present, wanted),
    ...(present.letsEncrypt === true && others.length > 0
      ? ["The present certificate is not known to be for the domain that is renewed: it may be replaced by another."]
      : []),
    ...(left.length > 0
      ? [`${count(left.length, IS_LOST, ARE_LOST)} not named: they may lose it, and visitors see warnings there.`]
      : []),
  ];
  if (reasons.length === 0) return undefined;
  return question(facts, wanted, {
    headline: `Renew the Let's Encrypt certificate of application ${facts.app.id}: another may take its place.`,
    reasons,
    lost: left,
  });
}

/** The question before the automatic renewal ends. */
export function endRenewalQuestion(facts: AppFacts): Question {
  const { autoRenewal } = installedCertificates(facts.app);
  const now = certificatesNow(facts);
  return {
    headline: `Stop the automatic renewal of the Let's Encrypt certificate of application ${facts.app.id}.`,
    ...onApp(facts),
    consequences: [
      "The certificate ends after 90 days at most. From then on visitors see warnings, unless somebody renews it.",
      "It can be undone by switching the automatic renewal on again.",
    ],
    facts: [{ name: "Renews by itself now", values: [inWords(autoRenewal, ["yes", "no"])] }, ...now.facts],
    target: now.target,
  };
}

/** The domains of the present certificate that are not in `domains`; null if Cloudways doesn't say which it has. */
function domainsLost(present: InstalledCertificates, domains: readonly string[]): string[] | null {
  const { letsEncrypt, letsEncryptDomains } = present;
  if (letsEncrypt === false) return [];
  return letsEncryptDomains.length === 0 ? null : letsEncryptDomains.filter((domain) => !domains.includes(domain));
}

const TO_WILDCARD = "A wildcard certificate takes the place of one that may name its domains.";
const FROM_WILDCARD = "The present certificate may be a wildcard one, and this one is not: subdomains may lose it.";

/** Reasons against replacing the present certificate that don't depend on its domains. */
function reasonsAgainst(present: InstalledCertificates, { wildcard, email }: WantedCertificate): string[] {
  const { own, letsEncrypt } = present;
  const isOther = letsEncrypt === true && present.wildcard !== wildcard;
  const isWrittenElsewhere = letsEncrypt === true && email !== undefined && present.email !== email;
  return [
    ...(own === true ? ["The present own certificate is replaced."] : []),
    ...(own === null ? ["Cloudways doesn't tell whether there is an own certificate, which would be replaced."] : []),
    ...(letsEncrypt === null ? ["Cloudways doesn't tell whether there is a Let's Encrypt certificate."] : []),
    ...(isOther ? [wildcard ? TO_WILDCARD : FROM_WILDCARD] : []),
    ...(isWrittenElsewhere ? ["The contact address of the certificate may change."] : []),
  ];
}

function question(
  facts: AppFacts,
  { domains, wildcard, email }: WantedCertificate,
  { headline, reasons, lost }: { headline: string; reasons: readonly string[]; lost: readonly string[] },
): Question {
  const now = certificatesNow(facts);
  const { email: emailNow } = installedCertificates(facts.app);
  const asked: QuestionFact[] = [
    ...(domains.length > 0 ? [{ name: "Domains it is to be for", values: domains }] : []),
    ...(lost.length > 0 ? [{ name: "Domains that lose it", values: lost }] : []),
    { name: "Wildcard", values: [wildcard ? "yes" : "no"] },
    ...(email === undefined ? [] : [{ name: "Contact", values: [email] }]),
    ...(emailNow === null ? [] : [{ name: "Contact now", values: [emailNow] }]),
  ];
  return {
    headline,
    ...onApp(facts),
    consequences: [...reasons, "It can be undone only by installing the former certificate again, or another one."],
    facts: [...asked, ...now.facts],
    target: now.target,
  };
}
