/** Spans of a text that hold secrets, and how they are replaced. */

/** Replaces a secret. */
export const HIDDEN = "[hidden]";

/** Where a secret is, from its first character to the index after its last. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Finds secrets of one kind in a text. Its cost must be linear in the length of the text. */
export type Rule = (text: string) => Iterable<Span>;

/** The text with {@linkcode HIDDEN} in place of each span. Spans may overlap and come in any order. */
export function withoutSpans(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text;
  let result = "";
  let copied = 0;
  for (const { from, to } of merged(spans)) {
    result += text.slice(copied, from) + HIDDEN;
    copied = to;
  }
  return result + text.slice(copied);
}

/** The spans in order; those that overlap or touch become one. */
function merged(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last === undefined || span.from > last.to) result.push(span);
    else if (span.to > last.to) result[result.length - 1] = { from: last.from, to: span.to };
  }
  return result;
}

/** The match of a sticky pattern at an index; undefined where it does not match there. */
export function matchAt(pattern: RegExp, text: string, index: number): RegExpExecArray | undefined {
  pattern.lastIndex = index;
  return pattern.exec(text) ?? undefined;
}
