/**
 * Editing a list that Cloudways can only replace as a whole: the edit is worked out on the list as it is, shown as a
 * difference, refused where the list changed in between, and read back.
 */
import type * as z from "zod";
import type { QuestionFact } from "../../confirm/question.ts";

/** What to change; `replace` stands alone. */
export interface ListEdit {
  add?: readonly string[] | undefined;
  remove?: readonly string[] | undefined;
  replace?: readonly string[] | undefined;
}

/** A list before and after an edit. */
export interface EditedList {
  after: string[];
  added: string[];
  removed: string[];
  /** Was to be removed, and was not there. */
  missing: string[];
}

/** Equal for two entries that mean the same. */
export type EntryKey = (entry: string) => string;

/** For lists whose entries mean the same only where they are the same. */
export const asWritten: EntryKey = (entry) => entry;

/** Makes the new list. Entries that stay keep their spelling and order. Without `replace`, only named entries go. */
export function editList(before: readonly string[], edit: ListEdit, keyOf: EntryKey = asWritten): EditedList {
  const { add = [], remove = [], replace } = edit;
  const present = byKey(before, keyOf);
  const wanted = byKey(replace ?? add, keyOf);
  const unwanted = byKey(remove, keyOf);
  const stays = (entry: string) => replace === undefined ? !unwanted.has(keyOf(entry)) : wanted.has(keyOf(entry));
  const added = [...wanted].filter(([key]) => !present.has(key)).map(([, entry]) => entry);
  return {
    after: [...before.filter(stays), ...added],
    added,
    removed: before.filter((entry) => !stays(entry)),
    missing: [...unwanted].filter(([key]) => !present.has(key)).map(([, entry]) => entry),
  };
}

/** The entries by their keys, each once, as first spelled. */
function byKey(entries: readonly string[], keyOf: EntryKey): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of entries) if (!found.has(keyOf(entry))) found.set(keyOf(entry), entry);
  return found;
}

/** Whether two lists mean the same: order, repetition and spelling don't count. */
export function sameEntries(a: readonly string[], b: readonly string[], keyOf: EntryKey = asWritten): boolean {
  const [left, right] = [byKey(a, keyOf), byKey(b, keyOf)];
  return left.size === right.size && [...left.keys()].every((key) => right.has(key));
}

/** The keys of a list's entries, each once, sorted: equal for lists that mean the same. */
export function canonicalEntries(entries: readonly string[], keyOf: EntryKey = asWritten): string[] {
  return [...byKey(entries, keyOf).keys()].sort();
}

/** Whether two lists have an entry in common. */
function overlap(a: readonly string[], b: readonly string[], keyOf: EntryKey): boolean {
  const keys = byKey(b, keyOf);
  return a.some((entry) => keys.has(keyOf(entry)));
}

/** What belongs to a list beside its entries and can be changed with them, by the name of its input. */
interface Beside {
  name: string;
  isGiven: boolean;
}

/** Refuses an edit that contradicts itself or says nothing, by the names of its inputs. */
export function checkEdit(
  { add, remove, replace }: ListEdit,
  context: z.RefinementCtx,
  keyOf: EntryKey,
  beside?: Beside,
): void {
  const wrong = (argument: string, message: string) => context.addIssue({ code: "custom", path: [argument], message });
  if (replace !== undefined && (add ?? remove) !== undefined) wrong("replace", "stands alone, without add and remove");
  if ((add ?? remove ?? replace) === undefined && beside?.isGiven !== true) {
    wrong(
      "add",
      beside === undefined ? "or remove or replace is needed" : `or remove, replace or ${beside.name} is needed`,
    );
  }
  if (add !== undefined && remove !== undefined && overlap(add, remove, keyOf)) {
    wrong("remove", "names what add names too");
  }
}

/** The difference as a person sees it. */
export function differenceFacts(
  before: readonly string[],
  { after, added, removed }: EditedList,
): [QuestionFact, QuestionFact, QuestionFact, QuestionFact] {
  return [
    { name: "Added", values: added },
    { name: "Removed", values: removed },
    { name: "Before", values: before },
    { name: "After", values: after },
  ];
}
