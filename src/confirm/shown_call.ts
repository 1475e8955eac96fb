/** A call as the person who is asked sees it, and where it can be shown without cutting. */
import type { Fingerprints } from "../crypto/fingerprints.ts";
import type { Secrets } from "../text/redaction/hider.ts";
import type { JsonValue } from "../text/clean.ts";
import type { DeclaredInputs } from "./declared_input.ts";
import { names, type QuestionToShow, type ShownQuestion, type ShownStep } from "./question.ts";
import { safeQuestion } from "./safe_question.ts";
import { type Fingerprint, shownValues } from "./shown_values.ts";

/** A call, and what is known of its inputs. */
export interface CallToShow {
  /** All 64 hex digits of the customer id. */
  customer: string;
  /** Parsed arguments. */
  input: Readonly<Record<string, unknown>>;
  question: QuestionToShow;
  /** What the tool's inputs declare. */
  declared: DeclaredInputs;
  /** The caller's own credentials. */
  secrets: Secrets;
}

/** What a person is shown. */
export interface ShownCall {
  question: ShownQuestion;
  arguments: Record<string, JsonValue>;
}

/** Hex digits of a fingerprint: enough that nobody can find two texts with the same one. */
const FINGERPRINT_DIGITS = 24;

/** Makes the fingerprints by which a customer recognises secrets, in questions and in answers. */
export function fingerprintFor(customer: string, fingerprints: Fingerprints): Fingerprint {
  return async (text) => (await fingerprints.of("argument", customer, text)).slice(0, FINGERPRINT_DIGITS);
}

/** Prepares a call to be shown to the person who is asked about it. */
export async function showCall(call: CallToShow, fingerprints: Fingerprints): Promise<ShownCall> {
  const { customer, input, question, declared, secrets } = call;
  const fingerprint = fingerprintFor(customer, fingerprints);
  const isNamed = (value: unknown) => names(question.subject, value);
  const values = await shownValues(input, { declared, isNamed, fingerprint });
  const steps = await shownSteps(call, fingerprints);
  const shown = safeQuestion(question, secrets, values.texts);
  return { question: { ...shown, ...(steps.length > 0 && { steps }) }, arguments: values.arguments };
}

async function shownSteps(
  { customer, secrets, question: { planned = [] } }: CallToShow,
  fingerprints: Fingerprints,
): Promise<ShownStep[]> {
  const shown = planned.map(async ({ tool, ...step }) => ({
    tool,
    ...await showCall({ customer, secrets, ...step }, fingerprints),
  }));
  return await Promise.all(shown);
}

/** Most characters of one value in a form of the client, of its longest list, and of all values together. */
const FORM = { value: 200, entries: 40, all: 6_000 } as const;
/** Most steps of a plan in a form. */
const FORM_STEPS = 10;
/** The same as `FORM` for a page, which can show longer values and lists. */
const PAGE = { value: 20_000, entries: 5_000, all: 300_000 } as const;

/** Where all values of a call can be shown uncut: in a form of the client, only on a page, or nowhere. */
export function whereShownWhole(call: ShownCall): "form" | "page" | "nowhere" {
  const lists = listsOf(call);
  const { steps = [] } = call.question;
  if (steps.length <= FORM_STEPS && fits(lists, FORM)) return "form";
  return fits(lists, PAGE) ? "page" : "nowhere";
}

function fits(lists: readonly (readonly string[])[], most: typeof FORM | typeof PAGE): boolean {
  let all = 0;
  for (const list of lists) {
    if (list.length > most.entries) return false;
    for (const text of list) {
      all += text.length;
      if (text.length > most.value || all > most.all) return false;
    }
  }
  return true;
}

/** Every fact, every argument and the domain. Servers and applications have ids, so their labels may be cut. */
function listsOf({ question, arguments: sent }: ShownCall | ShownStep): string[][] {
  const facts = (question.facts ?? []).map(({ values }) => [...values]);
  const { subject } = question;
  const domain = subject.kind === "domain" ? [[subject.domain]] : [];
  const values = Object.values(sent).map((value) => [value].flat().map(String));
  return [...domain, ...facts, ...values, ...(question.steps ?? []).flatMap(listsOf)];
}
