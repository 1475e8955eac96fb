/** What is asked before domains are added to the DNS add-on, or deleted from it. */
import type { Question } from "../../confirm/question.ts";
import { count } from "../define/questions.ts";
import { boundRecord, type HostedDomain, type HostedRecord, inOrder, recordLine } from "./hosted.ts";

/** Domains that are to be added, and those that are hosted already. */
export interface NewDomains {
  names: readonly string[];
  present: readonly string[];
}

/** The question before domains are added. The price may depend on how many there are, so the yes does too. */
export function additionQuestion({ names, present }: NewDomains): Question {
  return {
    headline: `Add ${count(names.length, "domain")} to the DNS add-on: Cloudways may bill it; the price is not known ` +
      "here.",
    subject: { kind: "account" },
    consequences: [
      "Nothing changes for visitors and mail until the registrar names the add-on's name servers.",
      "From then on only the records that are here count: one that is missing fails.",
      "It can be undone by deleting the domains here; what was billed until then stays billed.",
    ],
    facts: [
      names.length === 1 ? { name: "Domain", values: names, isFirst: true } : { name: "Domains", values: names },
      { name: "Hosted already", values: present },
    ],
    target: { domains: names.toSorted(), present: present.toSorted() },
  };
}

/** A domain that is to be deleted, with all its records. */
interface DoomedDomain {
  domain: HostedDomain;
  records: readonly HostedRecord[];
}

/** The question before a domain is deleted. */
export function deletionQuestion({ domain, records }: DoomedDomain): Question {
  return {
    headline: `Delete a domain with ${count(records.length, "record")} from the DNS add-on for good.`,
    subject: { kind: "domain", domain: domain.name },
    consequences: [
      "If the domain's name servers point to the add-on, its sites and its mail fail within minutes to hours.",
      "It can't be undone: every record would have to be made again.",
    ],
    facts: [
      { name: "Status at Cloudways", values: [domain.status] },
      { name: "Records that go with it", values: inOrder(records).map(recordLine) },
    ],
    target: {
      domain: { id: domain.id, name: domain.name, status: domain.status },
      records: inOrder(records).map(boundRecord),
    },
  };
}
