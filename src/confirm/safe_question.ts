import { writeOut } from "../text/odd_characters.ts";
import { hiderOf, type SecretHider, type Secrets } from "../text/redaction/hider.ts";
import { cleanText } from "../text/clean.ts";
import type { QuestionApp, QuestionServer, QuestionSubject, ShownQuestion } from "./question.ts";

/** Longer than any domain. */
const MAX_DOMAIN = 300;

/**
 * A question as people may see it. Secrets in the account's text are hidden. A fact that is also an argument of the
 * call is shown exactly as the argument.
 *
 * @param sent How each text of the arguments is shown; the keys are the texts as they are sent.
 */
export function safeQuestion(
  question: ShownQuestion,
  secrets: Secrets,
  sent: ReadonlyMap<string, string>,
): ShownQuestion {
  const hider = hiderOf(secrets);
  const safe = (text: string) => hider.text(cleanText(text));
  const shown = [...sent.values()].map((text) => text.toLowerCase());
  // The host of a shown address is shown too, even if it looks like a secret: hiding it beside the address hides
  // nothing.
  const isShown = (text: string) => text !== "" && shown.some((whole) => whole.includes(writeOut(text).toLowerCase()));
  const fact = (text: string) => sent.get(text) ?? (isShown(text) ? writeOut(text) : accountFact(text, hider));
  const { headline, subject, consequences, losesData, facts, typed } = question;
  return {
    headline,
    subject: safeSubject(subject, { safe, fact }),
    consequences,
    ...(losesData && { losesData }),
    ...(typed !== undefined && { typed }),
    ...(facts && { facts: facts.map(({ values, ...named }) => ({ ...named, values: values.map(fact) })) }),
  };
}

/** A domain has no id, so it is shown like a fact: uncut, and like the argument if it is one. */
function safeSubject(
  subject: QuestionSubject,
  { safe, fact }: Record<"safe" | "fact", (text: string) => string>,
): QuestionSubject {
  const safeDomain = (domain: string) => cleanText(safe(domain), { maxLength: MAX_DOMAIN });
  const safeServer = ({ id, label, ip }: QuestionServer) => ({ id, label: safe(label), ip: safe(ip) });
  const safeApp = ({ id, label, domains, lastBackup }: QuestionApp) => ({
    id,
    label: safe(label),
    domains: domains.map(safeDomain),
    lastBackup: lastBackup === null ? null : safe(lastBackup),
  });
  switch (subject.kind) {
    case "server":
      return { kind: "server", server: safeServer(subject.server), apps: subject.apps?.map(safeApp) ?? null };
    case "app":
      return { kind: "app", server: safeServer(subject.server), app: safeApp(subject.app) };
    case "domain":
      return { kind: "domain", domain: fact(subject.domain) };
    case "account":
      return { kind: "account" };
  }
}

/** Parts of a list may be sent back unchanged, so invisible characters are written out. */
function accountFact(text: string, hider: SecretHider): string {
  const clean = cleanText(text);
  const hidden = hider.text(clean);
  return hidden === clean ? writeOut(text) : hidden;
}
