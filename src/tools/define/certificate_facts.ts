/** The certificates of an application, for answers and questions. */
import { installedCertificates } from "../../cloudways/installed_certificates.ts";
import type { AppRecord } from "../../cloudways/models.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import type { Question, QuestionFact } from "../../confirm/question.ts";
import { inWords } from "./questions.ts";

/** The certificate of an application, as answers show it. What Cloudways doesn't say is null. */
export interface CertificateView {
  kind: "lets_encrypt" | "own" | "none" | "not_told";
  /** The names it is for. */
  covers: string[] | null;
  auto_renewal: boolean | null;
  verified: boolean | null;
  installed: boolean | null;
}

/** Reads the certificate from an application's record. */
export function certificateOf(app: AppRecord): CertificateView {
  const { own, letsEncrypt, letsEncryptDomains, autoRenewal, verified } = installedCertificates(app);
  const unknown = { covers: null, auto_renewal: null, verified: null, installed: null };
  if (own === true) return { kind: "own", ...unknown, installed: true };
  if (isRecorded(app.lets_encrypt)) {
    const covers = letsEncryptDomains.length === 0 ? null : letsEncryptDomains;
    return { kind: "lets_encrypt", covers, auto_renewal: autoRenewal, verified, installed: letsEncrypt };
  }
  return own === false && letsEncrypt === false
    ? { kind: "none", covers: [], auto_renewal: null, verified: null, installed: false }
    : { kind: "not_told", ...unknown };
}

function isRecorded(record: unknown): boolean {
  return typeof record === "object" && record !== null && Object.keys(record).length > 0;
}

/** The certificates of an application: as facts for the person, and as the target that a yes is bound to. */
export function certificatesNow({ app }: FoundApp): Required<Pick<Question, "facts" | "target">> {
  const installed = installedCertificates(app);
  const { own, letsEncrypt, letsEncryptDomains } = installed;
  const words = (certificate: boolean | null) => [inWords(certificate, ["installed", "none"])];
  const facts: QuestionFact[] = [
    { name: "Own certificate now", values: words(own) },
    { name: "Let's Encrypt now", values: words(letsEncrypt) },
    ...(letsEncryptDomains.length > 0 ? [{ name: "Domains of Let's Encrypt now", values: letsEncryptDomains }] : []),
  ];
  return { facts, target: { ...installed } };
}
