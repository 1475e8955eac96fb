/** The certificates of an application, for questions. */
import { installedCertificates } from "../../cloudways/installed_certificates.ts";
import type { FoundApp } from "../../cloudways/server_listing.ts";
import type { Question, QuestionFact } from "../../confirm/question.ts";
import { inWords } from "./questions.ts";

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
