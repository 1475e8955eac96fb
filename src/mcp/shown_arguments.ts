import { hideSecrets, safeValue, type Secrets } from "../redaction.ts";
import { cleanDeep, type JsonValue } from "../text.ts";

/** A record says what was asked for, and need not hold all of it. */
const RECORDED = { text: 200, items: 20, total: 20_000 };

/** What the question and the page show apart from the arguments. */
const SHOWN_ELSEWHERE = new Set(["server_id", "app_id", "wait_seconds", "detail"]);

/** Arguments for the audit trail: cleaned, without secrets, cut. */
export function recordedArguments(args: Readonly<Record<string, unknown>>, secrets: Secrets): JsonValue {
  return safeValue(args, RECORDED, secrets);
}

/** Arguments for a person who is asked: cleaned, without secrets, and without those that the question names anyway. */
export function shownArguments(
  input: Readonly<Record<string, unknown>>,
  secrets: Secrets,
): Record<string, JsonValue> {
  const shown = hideSecrets(cleanDeep(input), secrets);
  if (typeof shown !== "object" || shown === null || Array.isArray(shown)) return {};
  return Object.fromEntries(Object.entries(shown).filter(([name]) => !SHOWN_ELSEWHERE.has(name)));
}
