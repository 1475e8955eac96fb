/** What a person types to approve a call after which something is gone for good. */
import type { Secrets } from "../text/redaction/hider.ts";
import { safeText } from "../text/safe.ts";
import { quoted } from "./text.ts";

/** What a call removes for good. */
export interface GoneForGood {
  /** As its owner calls it. */
  label: string;
  id: number | string;
}

/** Most characters that people are shown of a label, and can be asked to type. */
const MAX_TYPED = 60;

/** What the person types: the label as it is shown, or the id where the label is empty or can't be shown whole. */
export function textToType({ label, id }: GoneForGood, secrets: Secrets): string {
  const isWhole = safeText(label, { secrets, maxLength: MAX_TYPED }) === label && quoted(label) === `\`${label}\``;
  return isWhole && label.trim() !== "" ? label : String(id);
}

/** Whether a person typed what was shown. Outer spaces don't count, nor how letters with accents are made up. */
export function isTyped(typed: string, expected: string): boolean {
  return comparable(typed) === comparable(expected);
}

function comparable(text: string): string {
  return text.trim().normalize("NFC");
}
