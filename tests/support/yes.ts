/** A person's yes, with the text that they type where something is gone for good. */

/** What a person has to type to approve, as the text of a question names it; undefined if nothing. */
export function toType(message: string): string | undefined {
  return /To approve, type exactly: `([^`]*)`/.exec(message)?.[1];
}

/** A person's yes to the question with this text. */
export function yesTo(message: string): { action: "accept"; content: { approve: true; label?: string } } {
  const label = toType(message);
  return { action: "accept", content: { approve: true, ...(label !== undefined && { label }) } };
}

/** The fields by which a person approves on the page of the question with this text. */
export function approvalOf(message: string): Record<string, string> {
  const label = toType(message);
  return { decision: "approve", ...(label !== undefined && { label }) };
}
