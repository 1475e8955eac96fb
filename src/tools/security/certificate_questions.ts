/** The question before a certificate replaces another. */
import type { CertificateFacts } from "../../cloudways/certificates.ts";
import type { Question } from "../../confirm/question.ts";
import { certificatesNow } from "../define/certificate_facts.ts";
import { type AppFacts, count, onApp } from "../define/questions.ts";

/** An application, and a valid certificate for it. */
export interface NewCertificate extends AppFacts {
  certificate: CertificateFacts;
  /** The domains of the application that it covers. */
  covered: string[];
  /** The domains of the application that it does not cover. */
  uncovered: string[];
}

/** The question before a certificate replaces another. */
export function replaceCertificateQuestion(facts: NewCertificate): Question {
  const { certificate, covered, uncovered } = facts;
  const now = certificatesNow(facts);
  const missing = count(uncovered.length, "domain of the application is", "domains of the application are");
  const domains = count(covered.length, "domain");
  return {
    headline: `Replace the certificate of application ${facts.app.id}: the new one is for ${domains} of it.`,
    ...onApp(facts),
    consequences: [
      "Visitors get the new certificate at once.",
      ...(uncovered.length > 0 ? [`${missing} not in it: visitors see warnings there.`] : []),
      "An own certificate doesn't renew itself.",
      "It can be undone only by installing the former certificate again, or another one.",
    ],
    facts: [
      { name: "Domains it is for", values: certificate.domains },
      { name: "Domains it is not for", values: uncovered },
      { name: "Valid until", values: [certificate.valid_until] },
      { name: "SHA-256 fingerprint", values: [certificate.fingerprint_sha256] },
      ...now.facts,
    ],
    target: now.target,
  };
}
