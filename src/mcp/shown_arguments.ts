import { hideSecrets } from "../redaction.ts";
import { cleanDeep, cleanText, type JsonValue } from "../text.ts";

/** Longer texts and lists are cut: a record says what was asked for, and need not hold all of it. */
const MAX_TEXT = 200;
const MAX_ITEMS = 20;

/** Arguments for the audit trail: cleaned, without secrets, cut. */
export function recordedArguments(args: Readonly<Record<string, unknown>>, secrets: readonly string[]): JsonValue {
  return cutTexts(hideSecrets(cleanDeep(fewer(args)), secrets));
}

/** Fewer items, so that nobody is kept waiting while thousands of them are looked through for secrets. */
function fewer(value: unknown): unknown {
  if (Array.isArray(value)) {
    const kept = value.slice(0, MAX_ITEMS).map(fewer);
    return value.length > MAX_ITEMS ? [...kept, `… ${value.length - MAX_ITEMS} more`] : kept;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).slice(0, MAX_ITEMS).map(([name, item]) => [name, fewer(item)]));
}

/** Comes last: half a secret would no longer be recognised. */
function cutTexts(value: JsonValue): JsonValue {
  if (typeof value === "string") return cleanText(value, { maxLength: MAX_TEXT });
  if (Array.isArray(value)) return value.map(cutTexts);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([name, item]) => [cleanText(name, { maxLength: MAX_TEXT }), cutTexts(item)]));
}
