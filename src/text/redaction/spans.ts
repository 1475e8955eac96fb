/** Parts of a text that hold a secret, and the text without them. */

/** What stands where a secret stood. */
export const HIDDEN = "[hidden]";

/** From where to where a secret reaches; `to` is behind its last character. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Finds secrets of one kind in a text. Its cost grows with the length of the text and no faster. */
export type Rule = (text: string) => Iterable<Span>;

/** The text with a mark in place of each span. Spans may overlap and come in any order. */
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

/** The spans in order, each with what it overlaps or touches. */
function merged(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last === undefined || span.from > last.to) result.push(span);
    else if (span.to > last.to) result[result.length - 1] = { from: last.from, to: span.to };
  }
  return result;
}

/** Where a sticky pattern matches at this place; undefined where it does not. */
export function matchAt(pattern: RegExp, text: string, index: number): RegExpExecArray | undefined {
  pattern.lastIndex = index;
  return pattern.exec(text) ?? undefined;
}
