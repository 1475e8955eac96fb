/** The text of PHP settings: comparing two of them, and editing single settings. */
import type { ListEdit } from "../define/list_edits.ts";

/** The lines of a text without what makes no difference: line ends, spaces at them, and empty lines at the end. */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trimEnd());
  while (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Whether two texts mean the same. */
export function sameText(a: string, b: string): boolean {
  return linesOf(a).join("\n") === linesOf(b).join("\n");
}

const SETTING = /^\s*(?:php(?:_admin)?_(?:value|flag)\[([^\]]+)\]|([a-z_][\w.]*(?:\[[^\]]+\])?))\s*=/i;

/**
 * The setting that a line sets: `memory_limit` for `php_admin_value[memory_limit] = 512M`. Undefined for comments and
 * whatever else sets nothing.
 */
export function settingOf(line: string): string | undefined {
  const [, php, other] = SETTING.exec(line) ?? [];
  return (php ?? other)?.trim().toLowerCase();
}

/** A text before and after an edit, by its lines. */
export interface EditedText {
  after: string[];
  added: string[];
  removed: string[];
  /** Was to be removed, and was not there. */
  missing: string[];
}

/** An edit of single settings, or the whole new text. */
export interface TextEdit extends Omit<ListEdit, "replace"> {
  replace?: string | undefined;
}

/**
 * Makes the new text. A setting that is added takes the place of the line that sets it already; one that is removed is
 * named, or given as its whole line. Everything else stays.
 */
export function editText(before: string, { add = [], remove = [], replace }: TextEdit): EditedText {
  const lines = linesOf(before);
  if (replace !== undefined) return difference(lines, linesOf(replace), []);
  const missing = remove.filter((wanted) => !lines.some((line) => isMeant(line, wanted)));
  const kept = lines.filter((line) => !remove.some((wanted) => isMeant(line, wanted)));
  return difference(lines, add.reduce(withSetting, kept), missing);
}

/** Whether a line is meant by itself, or by the name of the setting that it sets. */
function isMeant(line: string, wanted: string): boolean {
  const setting = settingOf(line);
  const name = settingOf(`${wanted} =`) ?? wanted;
  return line.trim() === wanted.trim() || (setting !== undefined && setting === name);
}

function withSetting(lines: readonly string[], added: string): string[] {
  const setting = settingOf(added);
  const at = lines.findIndex((line) => settingOf(line) === setting);
  if (at < 0) return [...lines, added];
  return lines.flatMap((line, index) => index === at ? [added] : settingOf(line) === setting ? [] : [line]);
}

/** Each line counts as often as it stands there. */
function difference(before: readonly string[], after: readonly string[], missing: readonly string[]): EditedText {
  return { after: [...after], added: without(after, before), removed: without(before, after), missing: [...missing] };
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
