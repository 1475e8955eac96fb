/** Checks one step of a plan as if it were called: its arguments, its target, and what a person would be asked. */
import type { AccountSharing } from "../../cloudways/account.ts";
import { bindCall } from "../../confirm/binding.ts";
import type { Question, QuestionSubject } from "../../confirm/question.ts";
import { canonicalJson } from "../../crypto/canonical_json.ts";
import type { Fingerprints } from "../../crypto/fingerprints.ts";
import type { Caller } from "../../identity/caller.ts";
import { appFacts, onApp, onServer, serverFacts } from "../../tools/define/questions.ts";
import type { PlannedCall, PreparedCall, ToolContext } from "../../tools/define/tool.ts";
import type { Catalogue, CatalogueEntry } from "../catalogue.ts";
import { prepareCall, readOnlyRefusal } from "../prepare.ts";
import type { KeptStep } from "./records.ts";
import { entryFor, wrong } from "./steps.ts";

/** What steps are checked with. */
export interface StepChecker {
  catalogue: Catalogue;
  fingerprints: Fingerprints;
  caller: Caller;
  /** All 64 hex digits of the customer id. */
  customer: string;
  /** The context of a step: of a call of its tool that arrives at that time. */
  contextOf: (tool: string, arrivedAt: number, sharing: AccountSharing) => ToolContext;
}

/** A step that could be carried out now. */
export interface CheckedStep {
  step: KeptStep;
  entry: CatalogueEntry;
  prepared: PreparedCall;
  planned: PlannedCall;
  /** What its tool would ask; for a call that needs no yes, what it is and what it hits. */
  question: Question;
  /** 64 hex digits: the call, what it hits, and whether it asks. */
  binding: string;
  /** How many requests the check took. */
  requests: number;
}

/** A step and its tool, with arguments that the tool takes. */
export type ReadStep = Pick<CheckedStep, "step" | "entry" | "prepared">;

/**
 * Checks what can be checked of a step without asking Cloudways.
 *
 * @throws {ToolError} As for a call of the tool, and for what no plan may hold.
 */
export function readStep(step: KeptStep, { catalogue, caller }: StepChecker): ReadStep {
  const entry = entryFor(step.tool, { catalogue, bounds: caller });
  const prepared = prepareCall(entry, step.args, caller);
  if (prepared.showsSecrets !== undefined) throw wrong("it sets or shows a secret; call it by itself");
  return { step, entry, prepared };
}

/**
 * Checks a step on what is there now. Changes nothing.
 *
 * @param now When the step begins, in milliseconds since the Unix epoch.
 * @throws {ToolError} As for a call of the tool.
 */
export async function checkStep(
  { step, entry, prepared }: ReadStep,
  checker: StepChecker,
  now: number,
  { current }: Pick<AccountSharing, "current"> = {},
): Promise<CheckedStep> {
  const { caller, customer, fingerprints } = checker;
  let requests = 0;
  const sharing = { ...(current && { current }), onRequest: () => void requests++ };
  const context = checker.contextOf(step.tool, now, sharing);
  const planned = await prepared.plan(context);
  if (planned.question !== undefined && caller.readOnly) throw readOnlyRefusal(`This call of ${step.tool}`);
  const question = planned.question ?? await plainQuestion(entry, prepared, context);
  const { fingerprint } = await bindCall(fingerprints, {
    customer,
    boundTo: caller.boundTo,
    tool: step.tool,
    input: prepared.input,
    declared: entry.declared,
    question,
  });
  const asks = planned.question === undefined ? "plain" : "asks";
  const binding = await fingerprints.of("step", fingerprint, asks);
  return { step, entry, prepared, planned, question, binding, requests };
}

/** What a person is shown of a call that needs no yes by itself. */
async function plainQuestion(
  { tool }: CatalogueEntry,
  { input }: PreparedCall,
  context: ToolContext,
): Promise<Question> {
  const shown = { headline: `${tool.title}.`, consequences: [] };
  const { app_id, server_id } = input;
  if (typeof app_id === "number") {
    const server = typeof server_id === "number" ? { server_id } : {};
    return { ...shown, ...onApp(await appFacts({ app_id, ...server }, context)) };
  }
  if (typeof server_id === "number") return { ...shown, ...onServer(await serverFacts({ server_id }, context)) };
  return { ...shown, subject: { kind: "account" }, target: canonicalJson(input) };
}

/** What a step hits, by the ids and labels of the answer. */
export function hitBy(subject: QuestionSubject): Record<string, number | string> {
  if (subject.kind === "account") return {};
  if (subject.kind === "domain") return { domain: subject.domain };
  const { id, label } = subject.server;
  const server = { server_id: id, server_label: label };
  return subject.kind === "app" ? { ...server, app_id: subject.app.id, app_label: subject.app.label } : server;
}
