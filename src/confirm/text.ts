/** A question as plain text, for clients that show it themselves. */
import { dnsName, hostOf } from "../text/dns_names.ts";
import { escapeCharacter, spelledName, spelledValue } from "../text/odd_characters.ts";
import { cleanText, type JsonValue } from "../text/clean.ts";
import {
  machineOf,
  type QuestionApp,
  type QuestionFact,
  type QuestionSubject,
  type ShownQuestion,
  type ShownStep,
} from "./question.ts";

/** Who asks, as a person may see it. */
export interface Asker {
  /** `customer_` and 16 hex digits. */
  customer: string;
  /** Shortened; undefined if it is not known. */
  email: string | undefined;
  /** As the client names itself. */
  client: string | undefined;
}

/** Applications, or domains of one, beyond these numbers are only counted. The approval page shows all of them. */
const MAX_APPS = 100;
const MAX_DOMAINS = 20;
/** Most characters of a text that only describes something that is identified by its id. */
const MAX_QUOTED = 60;
/** Some clients show only three lines, so the first line has few and short names. */
const FIRST_NAMES = 3;
const MAX_IN_FIRST = 40;

/**
 * The text of a question. Its sentences are our own. Everything else is quoted and inert, and follows its id or our
 * name for it. Facts and arguments are shown uncut. The first line alone says what is done, and to what.
 *
 * @param question As a person may see it.
 * @param sent The assistant's arguments, as a person may see them.
 * @param options `wrongLabel`: the person approved before, and typed a wrong label.
 */
export function questionText(
  question: ShownQuestion,
  sent: Readonly<Record<string, JsonValue>>,
  asker: Asker,
  { wrongLabel = false }: { wrongLabel?: boolean } = {},
): string {
  const { consequences, typed, steps = [] } = question;
  const email = asker.email === undefined ? "" : ` (${quoted(asker.email)})`;
  return [
    firstLine(question),
    ...(typed === undefined ? [] : [typedLine(typed, wrongLabel)]),
    "",
    ...consequences,
    "",
    `Account: ${asker.customer}${email}`,
    ...(asker.client === undefined ? [] : [`Client, by its own account: ${nameText(asker.client)}`]),
    ...(steps.length > 0 ? [] : subjectLines(question)),
    ...sentLines(sent),
    ...steps.flatMap(stepLines),
  ].join("\n");
}

/** One step of a plan, as its own call would be asked about. */
function stepLines({ question, arguments: sent }: ShownStep, index: number): string[] {
  return [
    "",
    `Step ${index + 1}: ${firstLine(question)}`,
    ...question.consequences,
    ...subjectLines(question),
    ...sentLines(sent),
  ];
}

function typedLine(typed: string, wrongLabel: boolean): string {
  const before = wrongLabel ? "What was typed is not that, so nothing was done. " : "";
  return `${before}To approve, type exactly: ${quoted(typed)}`;
}

/** What is done, in our own words; then the names of what it is done to, quoted, short and inert. */
export function firstLine({ headline, subject, facts = [] }: ShownQuestion): string {
  const named = facts.flatMap(({ name, values: [value], isFirst }) =>
    isFirst && value !== undefined ? [`${name} ${short(value)}`] : []
  );
  const [first, ...rest] = [...named, ...namesOf(subject)];
  if (first === undefined) return headline;
  return `${headline} ${[first.charAt(0).toUpperCase() + first.slice(1), ...rest].join("; ")}.`;
}

/** A subject in the first line. */
function namesOf(subject: QuestionSubject): string[] {
  if (subject.kind === "account") return [];
  if (subject.kind === "domain") return [`domain ${short(subject.domain)}`];
  const { server, apps } = machineOf(subject);
  const names = (apps ?? []).slice(0, FIRST_NAMES).map(({ label }) => short(label));
  const more = (apps ?? []).length - names.length;
  const onIt = apps === null
    ? ["applications not told by Cloudways"]
    : names.length === 0
    ? ["no application"]
    : [`${apps.length === 1 ? "application" : "applications"} ${joined(names, more)}`];
  return [`server ${short(server.label)}`, ...onIt];
}

function short(text: string): string {
  return quoted(text, MAX_IN_FIRST);
}

/** What a call is about, in separate lines. */
function subjectLines({ subject, losesData, facts = [] }: ShownQuestion): string[] {
  return [...placeLines(subject, losesData === true), ...facts.flatMap(factLines)];
}

function placeLines(subject: QuestionSubject, losesData: boolean): string[] {
  if (subject.kind === "account") return ["Concerns: the account itself, no single server"];
  if (subject.kind === "domain") return [`Domain: ${domainText(subject.domain)}`];
  const { server, apps } = machineOf(subject);
  return [
    `Server: ${server.id} ${nameText(server.label)}, ${quoted(server.ip, MAX_QUOTED)}`,
    `Applications: ${apps?.length ?? "not told by Cloudways"}`,
    ...listed(apps ?? [], (app) => appLine(app, losesData)),
  ];
}

function joined(names: readonly string[], more: number): string {
  return more === 0 ? names.join(", ") : `${names.join(", ")} and ${more} more`;
}

/**
 * Text of the account or the caller, quoted. Nothing in it can end the quotation or become a link in a client. Two
 * different texts never look the same, unless they are cut.
 */
export function quoted(text: string, maxLength?: number): string {
  const clean = cleanText(text, maxLength === undefined ? {} : { maxLength });
  const inert = clean.replaceAll(": //", ":\\u{20}//").replaceAll("://", ": //").replaceAll("`", escapeCharacter);
  return `\`${inert}\``;
}

/**
 * A value, uncut. Behind it come a domain that is not plain ASCII as DNS knows it, and other letters as code points.
 */
export function domainText(text: string): string {
  const known = dnsName(text);
  const beside = known === undefined ? text : text.replace(hostOf(text), "");
  const letters = spelledValue(beside) === undefined ? undefined : spelledValue(text);
  const notes = [
    ...(known === undefined ? [] : [quoted(known)]),
    ...(letters === undefined ? [] : [`${OTHER_LETTERS} ${quoted(letters)}`]),
  ];
  return notes.length === 0 ? quoted(text) : `${quoted(text)} (${notes.join("; ")})`;
}

/** Introduces the code points of a text. */
const OTHER_LETTERS = "not all plain letters:";

function nameText(name: string): string {
  const letters = spelledName(cleanText(name, { maxLength: MAX_QUOTED }));
  const shown = quoted(name, MAX_QUOTED);
  return letters === undefined ? shown : `${shown} (${OTHER_LETTERS} ${quoted(letters)})`;
}

function appLine({ id, label, domains, lastBackup }: QuestionApp, losesData: boolean): string {
  const names = domains.length === 0 ? "no domain" : domains.slice(0, MAX_DOMAINS).map(domainText).join(", ");
  const more = domains.length > MAX_DOMAINS ? ` and ${domains.length - MAX_DOMAINS} more` : "";
  const known = lastBackup === null ? "not looked up" : quoted(lastBackup, MAX_QUOTED);
  const backup = losesData ? `; last backup: ${known}` : "";
  return `- ${id} ${nameText(label)}: ${names}${more}${backup}`;
}

function factLines({ name, values }: QuestionFact): string[] {
  const [only] = values;
  if (values.length === 1 && only !== undefined) return [`${name}: ${domainText(only)}`];
  return [
    `${name}: ${values.length === 0 ? "none" : values.length}`,
    ...values.map((value) => `- ${domainText(value)}`),
  ];
}

function sentLines(sent: Readonly<Record<string, JsonValue>>): string[] {
  const entries = Object.entries(sent);
  if (entries.length === 0) return [];
  return ["Sent by the assistant:", ...entries.flatMap(argumentLines)];
}

function argumentLines([name, value]: [string, JsonValue]): string[] {
  if (!Array.isArray(value)) return [`- ${name}: ${domainText(valueText(value))}`];
  return [
    `- ${name}: ${value.length === 1 ? "1 entry" : `${value.length} entries`}`,
    ...value.map((item) => `  - ${domainText(valueText(item))}`),
  ];
}

/** A value as text; texts without the marks of JSON. */
function valueText(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function listed<T>(items: readonly T[], line: (item: T) => string): string[] {
  const shown = items.slice(0, MAX_APPS).map(line);
  return items.length > MAX_APPS ? [...shown, `- and ${items.length - MAX_APPS} more`] : shown;
}
