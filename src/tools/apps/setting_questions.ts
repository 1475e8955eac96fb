/** What is asked before settings of an application change what visitors get: the redirection to HTTPS, who owns the files. */
import { uncoveredDomains } from "../../cloudways/installed_certificates.ts";
import type { Question } from "../../confirm/question.ts";
import { certificatesNow } from "../define/certificate_facts.ts";
import { type AppFacts, count, NOT_TOLD, onApp } from "../define/questions.ts";

/** The question before visitors are no longer redirected to HTTPS. */
export function httpsOffQuestion(facts: AppFacts): Question {
  return {
    headline: `Stop redirecting visitors of application ${facts.app.id} to HTTPS.`,
    ...onApp(facts),
    consequences: [
      "Visitors who come by HTTP stay there: what they send, passwords too, can be read on its way.",
      "It can be undone by turning the redirection on again.",
    ],
  };
}

/** The question before every visitor is redirected to HTTPS; undefined where a certificate is known for every domain. */
export function httpsOnQuestion(facts: AppFacts): Question | undefined {
  const uncovered = uncoveredDomains(facts.app);
  if (uncovered?.length === 0) return undefined;
  const certificates = certificatesNow(facts);
  return {
    headline: `Redirect every visitor of application ${facts.app.id} to HTTPS: ${uncoveredInWords(uncovered)}.`,
    ...onApp(facts),
    consequences: [
      "On a domain without certificate visitors see a warning in place of the site.",
      "It can be undone by turning the redirection off. Browsers may remember it for a while.",
    ],
    facts: [{ name: "Domains without certificate", values: uncovered ?? [NOT_TOLD] }, ...certificates.facts],
    target: certificates.target,
  };
}

function uncoveredInWords(uncovered: readonly string[] | null): string {
  if (uncovered === null) return "a domain of it may have no certificate";
  return count(uncovered.length, "domain of it has no certificate", "domains of it have no certificate");
}

/** The question before the files of an application belong to the server's master user. */
export function masterUserQuestion(facts: AppFacts): Question {
  return {
    headline: `Give all files of application ${facts.app.id} to the master user of server ${facts.server.id}.`,
    ...onApp(facts),
    consequences: [
      "The application's own user no longer owns them: its uploads, updates and deployments may fail.",
      "It can be undone by giving them back to that user; permissions that were set by hand stay lost.",
    ],
  };
}
