/** Looks for what is left of a secret. */

/**
 * Whether a part of a secret is still there: six letters and digits of it in a row, which no other text has; of a short one, all of
 * it. The marks that services put in front of their tokens are no part of it.
 */
export function survives(text: string, secret: string): boolean {
  const plain = secret.replace(/^(?:[A-Za-z0-9]{2,10}[_.-]){1,2}|^\$\w{1,2}\$(?:\d\d\$)?/, "");
  const length = Math.min(6, plain.length);
  const parts = Array.from({ length: plain.length - length + 1 }, (_, start) => plain.slice(start, start + length));
  const random = parts.filter((part) => /\d/.test(part));
  return (random.length === 0 ? parts : random).some((part) => text.includes(part));
}
