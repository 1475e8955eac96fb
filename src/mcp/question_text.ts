/** A question as plain text, for clients that show it themselves. */
import { dnsName } from "../dns_name.ts";
import { cleanText, type JsonValue } from "../text.ts";
import type { Question, QuestionApp, QuestionFact } from "../tools/question.ts";

/** Who asks, as a person may see it. */
export interface Asker {
  /** `customer_` and 16 hex digits. */
  customer: string;
  /** Shortened; undefined where it is not known. */
  email: string | undefined;
  /** As the client names itself. */
  client: string | undefined;
}

/** More entries of one list than this are counted, not shown; the approval page shows them whole. */
const MAX_LISTED = 20;
const MAX_QUOTED = 60;

/**
 * The text of a question. Its first line and its sentences are ours; everything else stands quoted, cut and inert after
 * its id or our name for it.
 *
 * @param question With secrets hidden already.
 * @param sent The assistant's arguments, with secrets hidden already.
 */
export function questionText(question: Question, sent: Readonly<Record<string, JsonValue>>, asker: Asker): string {
  const { headline, server, apps, consequences, facts = [] } = question;
  const email = asker.email === undefined ? "" : ` (${quoted(asker.email)})`;
  return [
    headline,
    "",
    ...consequences,
    "",
    `Account: ${asker.customer}${email}`,
    ...(asker.client === undefined ? [] : [`Client, by its own account: ${quoted(asker.client)}`]),
    `Server: ${server.id} ${quoted(server.label)}, ${quoted(server.ip)}`,
    `Applications: ${apps?.length ?? "not told by Cloudways"}`,
    ...listed(apps ?? [], appLine),
    ...facts.flatMap(factLines),
    ...sentLines(sent),
  ].join("\n");
}

/** Text of the account or the caller, as a quotation that nothing in it can end, and no client makes a link of. */
export function quoted(text: string): string {
  const inert = cleanText(text).replaceAll("`", "'").replaceAll("://", ": //");
  return `\`${cleanText(inert, { maxLength: MAX_QUOTED })}\``;
}

/** A text that may be a domain, or hold one as an address does; one that is not plain ASCII also as DNS knows it. */
export function domainText(text: string): string {
  const known = dnsName(text);
  return known === undefined ? quoted(text) : `${quoted(text)} (${quoted(known)})`;
}

function appLine({ id, label, domains, lastBackup }: QuestionApp): string {
  const names = domains.length === 0 ? "no domain" : domains.slice(0, MAX_LISTED).map(domainText).join(", ");
  const more = domains.length > MAX_LISTED ? ` and ${domains.length - MAX_LISTED} more` : "";
  const backup = lastBackup === null ? "not known" : quoted(lastBackup);
  return `- ${id} ${quoted(label)}: ${names}${more}; last backup: ${backup}`;
}

function factLines({ name, values }: QuestionFact): string[] {
  const [only] = values;
  if (values.length === 1 && only !== undefined) return [`${name}: ${domainText(only)}`];
  return [
    `${name}: ${values.length === 0 ? "none" : values.length}`,
    ...listed(values, (value) => `- ${domainText(value)}`),
  ];
}

function sentLines(sent: Readonly<Record<string, JsonValue>>): string[] {
  const entries = Object.entries(sent);
  if (entries.length === 0) return [];
  return ["Sent by the assistant:", ...entries.map(([name, value]) => `- ${name}: ${domainText(valueText(value))}`)];
}

/** A value as text; texts without the marks of JSON. */
function valueText(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function listed<T>(items: readonly T[], line: (item: T) => string): string[] {
  const shown = items.slice(0, MAX_LISTED).map(line);
  return items.length > MAX_LISTED ? [...shown, `- and ${items.length - MAX_LISTED} more`] : shown;
}
