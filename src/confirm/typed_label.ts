/** What a person types to approve a call after which something is gone for good. */
import type { Secrets } from "../text/redaction/hider.ts";
import { safeText } from "../text/safe.ts";
import { quoted } from "./text.ts";

/** What a call removes for good. */
export interface GoneForGood {
  /** The name that its owner gave it. */
  label: string;
  id: number | string;
}

/** Most characters of a label that people see and can be asked to type. */
const MAX_TYPED = 60;

/** What the person types: the label as it is shown, or the id if the label is empty or can't be shown exactly. */
export function textToType({ label, id }: GoneForGood, secrets: Secrets): string {
  const isWhole = safeText(label, { secrets, maxLength: MAX_TYPED }) === label && quoted(label) === `\`${label}\``;
  return isWhole && label.trim() !== "" ? label : String(id);
}

/** Whether a person typed what was shown. Outer spaces and the Unicode composition of letters don't count. */
export function isTyped(typed: string, expected: string): boolean {
  return comparable(typed) === comparable(expected);
}

function comparable(text: string): string {
  return text.trim().normalize("NFC");
}
