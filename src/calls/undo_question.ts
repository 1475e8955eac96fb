/** What a person is asked before a change is taken back. */
import type { Question, QuestionFact, QuestionSubject, ShownQuestion } from "../confirm/question.ts";
import type { PlannedCall } from "../tools/define/tool.ts";
import { type ChangedState, differing, type StateValue } from "../tools/define/undo.ts";
import type { Receipt } from "./receipts.ts";

/** A change that is taken back, and what is there now of what it changed. */
export interface ChangeToTakeBack {
  receipt: Receipt;
  /** What the change was, in our own words. */
  title: string;
  state: ChangedState;
}

/**
 * The question of the reverse call, which says which change it takes back. Where somebody changed the same since, a
 * person is asked even if the reverse call would ask nobody, and sees the difference.
 */
export function undoQuestion(
  { question, undo }: PlannedCall,
  { receipt, title, state }: ChangeToTakeBack,
): Question | undefined {
  const changed = differing(receipt.after, state);
  const asked: ShownQuestion & Pick<Question, "target"> | undefined = question ??
    (changed.length > 0 && undo !== undefined ? plainQuestion(undo.subject) : undefined);
  if (asked === undefined) return undefined;
  const { headline, consequences, facts = [], target = null, ...rest } = asked;
  return {
    ...rest,
    headline: `Take back a change: ${headline.charAt(0).toLowerCase()}${headline.slice(1)}`,
    consequences: [
      `This takes back the change “${title}” of ${timeInWords(receipt.at)}.`,
      ...(changed.length > 0 ? [CHANGED_SINCE] : []),
      ...consequences,
    ],
    facts: [
      ...facts,
      ...Object.keys(receipt.before).flatMap((name) => beforeFact(name, receipt, facts)),
      ...changed.flatMap((name) => differenceFacts(name, receipt, state)),
    ],
    // A yes to take a change back is none to the same call by itself, nor once it was changed again.
    target: { of: target, takes_back: receipt.request_id, state: { ...state } },
  };
}

const CHANGED_SINCE = "Somebody changed the same again since then. That later change may be lost.";

function plainQuestion(subject: QuestionSubject): ShownQuestion {
  return { headline: "Put back what it changed.", subject, consequences: [] };
}

/** What is put back, unless another fact shows it already. */
function beforeFact(name: string, { before }: Receipt, facts: readonly QuestionFact[]): QuestionFact[] {
  const values = valuesOf(before[name]);
  const isShown = facts.some((fact) => isSameList(fact.values, values));
  return isShown ? [] : [{ name: `${name} before that change`, values }];
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify(a.toSorted()) === JSON.stringify(b.toSorted());
}

function differenceFacts(name: string, { after }: Receipt, state: ChangedState): QuestionFact[] {
  return [
    { name: `${name} after that change`, values: valuesOf(after[name]) },
    { name: `${name} now`, values: valuesOf(state[name]) },
  ];
}

function valuesOf(value: StateValue | undefined): string[] {
  if (value === null || value === undefined) return ["not told"];
  if (typeof value === "boolean") return [value ? "on" : "off"];
  return [value].flat().map(String).map((text) => text === "" ? "none" : text);
}

/** `2026-08-05 23:19 UTC`. */
function timeInWords(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
