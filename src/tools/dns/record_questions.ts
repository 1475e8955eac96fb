/** What is asked before records are added beside others, changed or deleted. */
import type { Question, QuestionFact } from "../../confirm/question.ts";
import { count } from "../define/questions.ts";
import { changeFacts, type ValueChange } from "../define/values_change.ts";
import type { Addition, NewRecord } from "./addition.ts";
import { boundRecord, type HostedDomain, type HostedRecord, inOrder, recordLine } from "./hosted.ts";

const DELAY = "Others may keep what was there for as long as its TTL says.";

/** A domain as the subject of a question. */
export function onDomain({ name }: HostedDomain) {
  return { subject: { kind: "domain", domain: name } } as const;
}

/** The question before records are added; undefined where they take nothing from what is there. */
export function additionQuestion(addition: Addition): Question | undefined {
  const { domain, type, added, joined, hidden } = addition;
  if (type !== "NS" && joined.length === 0 && hidden.length === 0) return undefined;
  return {
    headline: `Add ${count(added.length, `${type} record`)} to a domain's DNS, beside what is there.`,
    ...onDomain(domain),
    consequences: [
      ...meaningsOf(addition),
      "It can be undone by deleting the new records.",
    ],
    facts: [
      { name: "New", values: added.map(newLine) },
      ...(joined.length === 0 ? [] : [{ name: "There already", values: inOrder(joined).map(recordLine) }]),
      ...(hidden.length === 0
        ? []
        : [{ name: "No longer count for this host", values: inOrder(hidden).map(recordLine) }]),
    ],
    target: { domain: domain.id, joined: inOrder(joined).map(boundRecord), hidden: inOrder(hidden).map(boundRecord) },
  };
}

function newLine({ type, name, value, ttl, mx_level }: NewRecord): string {
  return `${type} ${name} ${mx_level === undefined ? "" : `${mx_level} `}${value}, TTL ${ttl}`;
}

function meaningsOf({ type, joined, hidden }: Addition): string[] {
  return [
    ...(type === "NS" ? ["Other name servers answer for this host from then on, and for all hosts below it."] : []),
    ...(joined.length > 0 ? [JOINED[type] ?? VISITORS_SHARED] : []),
    ...(hidden.length > 0
      ? ["The records with a star no longer count for this host: what it had from them, it has no more."]
      : []),
  ];
}

const VISITORS_SHARED = "Visitors come to the old address or to the new one, by chance.";
const JOINED: Readonly<Partial<Record<Addition["type"], string>>> = {
  MX: "Mail goes to the server with the lowest level first: it may go to the new server, or be split.",
  TXT: "A host should have one such record: with two, mail servers may trust neither of them.",
  NS: "It is shared with the name servers that are there.",
};

/** One record with what is to become of it. */
export interface RecordChange {
  domain: HostedDomain;
  record: HostedRecord;
  changes: ValueChange<"value" | "ttl_seconds" | "mx_level">[];
}

/** The parts of a record that a call can change, for people. */
export const RECORD_LABELS = { value: "Value", ttl_seconds: "TTL in seconds", mx_level: "Level" } as const;

/** The question before a record changes. */
export function changeQuestion({ domain, record, changes }: RecordChange): Question {
  const further = Object.keys(record.further);
  return {
    headline: `Change 1 ${recordType(record)} of a domain's DNS.`,
    ...onDomain(domain),
    consequences: [
      ...(changes.some(({ name }) => name !== "ttl_seconds") ? [changeMeaning(record.type)] : []),
      DELAY,
      ...(further.length === 0 ? [] : ["What else is set for the record may be lost: it can't be sent again."]),
      "It can be undone by setting the values from before again.",
    ],
    facts: [
      { name: "Host", values: [record.host] },
      ...changeFacts(changes, (name) => RECORD_LABELS[name]),
      ...asBefore({ record, changes }),
      ...(further.length === 0 ? [] : [{ name: "May be lost", values: further }]),
    ],
    target: { domain: domain.id, record: boundRecord(record) },
  };
}

/** Our own words for a record: a type that we don't know is not among them. */
function recordType({ type }: HostedRecord): string {
  return /^[A-Z]{1,10}$/.test(type) ? `${type} record` : "record";
}

function changeMeaning(type: string): string {
  if (type === "MX") return "Mail for this host goes to the other server from then on, or in another order.";
  if (type === "TXT") return "Services that read this text find the new one: mail may be refused if it is wrong.";
  if (type === "NS") return "Other name servers answer for this host from then on.";
  return "Visitors of this host are sent to the new address from then on; a wrong one takes the site offline.";
}

/** What is sent again as it is. */
function asBefore({ record, changes }: Pick<RecordChange, "record" | "changes">): QuestionFact[] {
  const { value, ttl_seconds, mx_level } = record;
  const all = [["value", value], ["ttl_seconds", ttl_seconds], ["mx_level", mx_level]] as const;
  return all.filter(([name, own]) => own !== null && !changes.some((change) => change.name === name))
    .map(([name, own]) => ({ name: `${RECORD_LABELS[name]} as before`, values: [String(own)] }));
}

/** Records of one domain that are to be deleted. */
export interface DoomedRecords {
  domain: HostedDomain;
  records: readonly HostedRecord[];
}

/** The question before records are deleted. */
export function deletionQuestion({ domain, records }: DoomedRecords): Question {
  return {
    headline: `Delete ${count(records.length, "record")} of a domain's DNS.`,
    ...onDomain(domain),
    consequences: [
      "Sites and mail that need these records fail, as soon as nobody keeps them any more.",
      DELAY,
      "It can be undone by adding the same records again.",
    ],
    facts: [{ name: "Deleted", values: inOrder(records).map(recordLine) }],
    target: { domain: domain.id, records: inOrder(records).map(boundRecord) },
  };
}
