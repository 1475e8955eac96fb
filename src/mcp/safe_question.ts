import { hiderOf, type Secrets } from "../redaction.ts";
import { cleanDeep, cleanText } from "../text.ts";
import type { Question } from "../tools/question.ts";

/** A question as people may see it: every text of the account cleaned, and without secrets. */
export function safeQuestion(question: Question, secrets: Secrets): Question {
  const hider = hiderOf(secrets);
  const safe = (text: string) => hider.text(cleanText(text));
  const { server, apps, facts, target } = question;
  return {
    ...question,
    server: { id: server.id, label: safe(server.label), ip: safe(server.ip) },
    apps: apps?.map(({ id, label, domains, lastBackup }) => ({
      id,
      label: safe(label),
      domains: domains.map(safe),
      lastBackup: lastBackup === null ? null : safe(lastBackup),
    })) ?? null,
    ...(target !== undefined && { target: hider.value(cleanDeep(target)) }),
    ...(facts && { facts: facts.map(({ name, values }) => ({ name, values: values.map(safe) })) }),
  };
}
