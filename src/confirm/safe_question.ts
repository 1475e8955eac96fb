import { writeOut } from "../text/odd_characters.ts";
import { hiderOf, type SecretHider, type Secrets } from "../text/redaction/hider.ts";
import { cleanText } from "../text/clean.ts";
import type { Question } from "./question.ts";

/** Longer than any domain. */
const MAX_DOMAIN = 300;

/**
 * A question as people may see it. Text of the account is without secrets; a fact that is an argument of the call stands
 * there as the argument does.
 *
 * @param sent How each text of the arguments is shown, by the text as it is sent.
 */
export function safeQuestion(question: Question, secrets: Secrets, sent: ReadonlyMap<string, string>): Question {
  const hider = hiderOf(secrets);
  const safe = (text: string) => hider.text(cleanText(text));
  const shown = [...sent.values()].map((text) => text.toLowerCase());
  // The host of an address stands in it, whatever it looks like: to hide it beside the address hides nothing.
  const isShown = (text: string) => text !== "" && shown.some((whole) => whole.includes(writeOut(text).toLowerCase()));
  const fact = (text: string) => sent.get(text) ?? (isShown(text) ? writeOut(text) : accountFact(text, hider));
  const { headline, server, apps, consequences, losesData, facts } = question;
  return {
    headline,
    server: { id: server.id, label: safe(server.label), ip: safe(server.ip) },
    apps: apps?.map(({ id, label, domains, lastBackup }) => ({
      id,
      label: safe(label),
      domains: domains.map((domain) => cleanText(safe(domain), { maxLength: MAX_DOMAIN })),
      lastBackup: lastBackup === null ? null : safe(lastBackup),
    })) ?? null,
    consequences,
    ...(losesData && { losesData }),
    ...(facts && { facts: facts.map(({ values, ...named }) => ({ ...named, values: values.map(fact) })) }),
  };
}

/** Part of a list of the account may be sent back as it is, so that what can't be seen in it is written out. */
function accountFact(text: string, hider: SecretHider): string {
  const clean = cleanText(text);
  const hidden = hider.text(clean);
  return hidden === clean ? writeOut(text) : hidden;
}
