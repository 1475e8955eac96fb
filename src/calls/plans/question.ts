/** The question about a whole plan: what it is in numbers, and then every step as its own call would be asked. */
import type { Question } from "../../confirm/question.ts";
import type { Fingerprints } from "../../crypto/fingerprints.ts";
import { count } from "../../tools/define/questions.ts";
import type { KeptPlan } from "./records.ts";
import type { CheckedStep } from "./step_check.ts";

/** How many kinds of steps the first line names. */
const MAX_KINDS = 4;

/** What a person is asked before a plan is applied. The yes is bound to the call and the target of every step. */
export async function planQuestion(
  steps: readonly CheckedStep[],
  { continueOnError, endsAt }: Pick<KeptPlan, "continueOnError" | "endsAt">,
  fingerprints: Fingerprints,
): Promise<Question> {
  return {
    headline: `Carry out a plan of ${count(steps.length, "step")}: ${kindsOf(steps)}.`,
    subject: { kind: "account" },
    consequences: [
      "The steps are done one after the other, in this order.",
      continueOnError
        ? "After a step that fails, the others are done all the same."
        : "It stops at the first step that fails. What was done before stays done.",
      "A step is not done if what it changes is no longer as shown here.",
    ],
    target: { steps: await fingerprints.of("plan", ...steps.map(({ binding }) => binding)) },
    openUntil: endsAt,
    planned: steps.map(({ step, question, prepared, entry }) => ({
      tool: step.tool,
      question,
      input: prepared.input,
      declared: entry.declared,
    })),
  };
}

/** The titles of the tools, each with how often it is there. */
function kindsOf(steps: readonly CheckedStep[]): string {
  const titles = Map.groupBy(steps, ({ entry }) => entry.tool.title);
  const named = [...titles].slice(0, MAX_KINDS).map(([title, { length }]) => `${title} (${count(length, "time")})`);
  const left = titles.size - named.length;
  return [...named, ...(left > 0 ? [`${count(left, "other kind")} of steps`] : [])].join(", ");
}
