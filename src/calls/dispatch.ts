import { type CallToolResult, ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { customerIdOf } from "../identity/caller.ts";
import type { Clock } from "../async/clock.ts";
import type { AccountServices } from "../cloudways/account.ts";
import { Deadline } from "../async/deadline.ts";
import { within } from "../async/within.ts";
import type { HealthThresholds } from "../config/health_thresholds.ts";
import { type Limit, noTimeLeft, type ToolError } from "../errors.ts";
import { hideSecrets, type Secrets } from "../text/redaction/hider.ts";
import { safeText } from "../text/safe.ts";
import type { AuditTrail } from "../audit/record.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Facts, Tracer } from "../telemetry/tracing.ts";
import type { Fingerprints } from "../crypto/fingerprints.ts";
import type { JsonValue } from "../text/clean.ts";
import { cleanDeep } from "../text/clean_deep.ts";
import type { SecretPages } from "../secrets/pages.ts";
import type { PlannedCall, PreparedCall } from "../tools/define/tool.ts";
import type { Question } from "../confirm/question.ts";
import { readAgain } from "./again.ts";
import { type AuditedCall, CallAudit } from "./call_audit.ts";
import { CallContexts } from "./call_context.ts";
import { toToolError } from "./failures.ts";
import { targetOf } from "../confirm/binding.ts";
import { shownByFacts } from "../confirm/declared_input.ts";
import type { Catalogue, CatalogueEntry, Lookup } from "./catalogue.ts";
import type { AskingCall, Confirmation, Verdict } from "../confirm/confirmation.ts";
import type { ClientQuestion } from "../confirm/elicitation.ts";
import type { PlanServices } from "./plans/call_plans.ts";
import { inputsFor, prepareCall, readOnlyRefusal, waitMs } from "./prepare.ts";
import { errorResult, type ShapeOptions, successResult } from "./results.ts";
import { recordedArguments } from "./shown_arguments.ts";
import { ToolFinder } from "./tool_finder.ts";
import type { Receipts } from "./receipts.ts";
import { type Opened, type TakenBack, Undoing } from "./undoing.ts";
import { CallInHand, type ToolCall } from "./tool_call.ts";
import { suggestions, type Tools, unwrap } from "./unwrap.ts";
import { WorkInHand } from "./work_in_hand.ts";

/** What a call is answered by: its result, or a question for the person that comes before one. */
export type CallOutcome =
  | { kind: "result"; result: CallToolResult }
  | { kind: "question"; question: ClientQuestion };

/** What {@linkcode Dispatcher} needs. */
export interface DispatcherOptions {
  catalogue: Catalogue;
  services: AccountServices;
  confirmation: Confirmation;
  secretPages: SecretPages;
  fingerprints: Fingerprints;
  plans: PlanServices;
  receipts: Receipts;
  audit: AuditTrail;
  healthThresholds: HealthThresholds;
  clock: Clock;
  metrics: Metrics;
  tracer: Tracer;
  /** Milliseconds a call may read that waits for no operation. */
  callTimeoutMs: number;
  /** Milliseconds more for a call that changes something. */
  writeTimeoutMs: number;
  /** When this process ends: nobody is waited for any more. */
  stopWaiting: AbortSignal;
}

/** Carries out tool calls: who may, with what, after which yes, for how long, and what comes back. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #tools: Tools;
  readonly #contexts: CallContexts;
  readonly #undoing: Undoing;
  readonly #inHand = new WorkInHand();

  constructor(options: DispatcherOptions) {
    this.#options = options;
    const { catalogue } = options;
    this.#tools = { catalogue, finder: new ToolFinder(catalogue) };
    this.#undoing = new Undoing(options);
    this.#contexts = new CallContexts({ ...options, ...this.#tools, undoing: this.#undoing });
  }

  /**
   * Carries out one call. Every failure of the call itself is a result.
   *
   * @throws {ProtocolError} -32602 for a tool that is not there for this caller.
   */
  call(request: ToolCall): Promise<CallOutcome> {
    const { tracer } = this.#options;
    if (!tracer.isOn) return this.#call(request);
    const { traceparent } = request;
    return tracer.span({ name: "tools/call", kind: "server", traceparent }, () => this.#call(request));
  }

  /** The call that is carried out: of one that carries another, the inner one, as far as it can be read. */
  innermost(call: ToolCall): ToolCall {
    const unwrapped = unwrap(call, call.caller, this.#tools);
    return unwrapped.kind === "call" ? { ...call, ...unwrapped.call } : call;
  }

  /** Counts work as a call in hand until it has ended: for one that does more than {@linkcode call}, such as asking. */
  async hold<T>(work: Promise<T>): Promise<T> {
    this.#inHand.begin();
    try {
      return await work;
    } finally {
      this.#inHand.end();
    }
  }

  /** Resolves as soon as no call is in hand, those among them whose client has left: they have writes to end and record. */
  finished(): Promise<void> {
    return this.#inHand.none();
  }

  #call(sent: ToolCall): Promise<CallOutcome> {
    const found = this.#options.catalogue.lookUp(sent.name, sent.caller);
    const carriesAnother = found.kind !== "unknown" && found.entry.tool.forwards;
    return carriesAnother ? this.hold(this.#callInside(sent)) : this.#callFound(sent, found);
  }

  /** Carries out the call that another one carries. */
  async #callInside(sent: ToolCall): Promise<CallOutcome> {
    const opened = await this.#undoing.open(unwrap(sent, sent.caller, this.#tools), sent.caller);
    const inner = { ...sent, ...opened.call };
    return await this.#callFound(inner, this.#options.catalogue.lookUp(inner.name, inner.caller), opened);
  }

  /** @param opened Where the call was inside of another: what that one is. */
  async #callFound(request: ToolCall, found: Lookup, opened?: Opened): Promise<CallOutcome> {
    if (found.kind === "unknown") throw this.#unknownTool(request);
    const { metrics, tracer } = this.#options;
    const { entry } = found;
    const audit = this.#auditOf(request, entry, opened?.takesBack);
    const log = request.log.with(tracer.isOn ? { tool: request.name, ...tracer.ids() } : { tool: request.name });
    const call = new CallInHand(request, log, audit, opened?.takesBack);
    const startedAt = performance.now();
    let outcome = "ok";
    let limitedBy: Limit | undefined;
    this.#inHand.begin();
    try {
      if (opened?.kind === "refused") throw opened.error;
      if (found.kind === "read_only") throw readOnlyRefusal(call.name);
      const answer = await this.#carryOut(entry, call);
      if (answer.kind === "question") outcome = "asked";
      return answer;
    } catch (error) {
      const shown = toToolError(error, call, entry.tool.effect);
      outcome = shown.code;
      limitedBy = shown.limitedBy;
      await audit.failed(shown);
      return { kind: "result", result: errorResult(shown, call.caller.requestId, call.caller.secrets) };
    } finally {
      this.#inHand.end();
      const seconds = (performance.now() - startedAt) / 1000;
      metrics.toolFinished({ tool: call.name, outcome, seconds });
      if (tracer.isOn) tracer.note(factsOf(call.name, outcome), `tools/call ${call.name}`);
      const milliseconds = Math.round(seconds * 1000);
      if (limitedBy === undefined) log.info("tool", { outcome, milliseconds });
      else {
        metrics.rateLimited(limitedBy);
        log.info("tool", { outcome, milliseconds, limited_by: limitedBy });
      }
    }
  }

  #unknownTool({ name, caller }: ToolCall): ProtocolError {
    const { names, statements, hint } = suggestions(name, caller, this.#tools);
    const shown = safeText(name, { secrets: caller.secrets, maxLength: 80 });
    const similar = names.length > 0 ? [`Similar: ${names.join(", ")}.`] : [];
    const parts = [`Unknown tool: ${shown}.`, ...statements, ...similar, hint];
    const message = parts.filter((part) => part !== undefined).join(" ");
    return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  /** Aborts when this process ends: nobody is waited for any more. */
  get stopWaiting(): AbortSignal {
    return this.#options.stopWaiting;
  }

  /** The result of a call that ends between a question and its answer. */
  async refuse(sent: ToolCall, error: ToolError): Promise<CallToolResult> {
    const opened = await this.#undoing.open(unwrap(sent, sent.caller, this.#tools), sent.caller);
    const call = { ...sent, ...opened.call };
    const { catalogue, metrics } = this.#options;
    const secrets = call.caller.secrets;
    const found = catalogue.lookUp(call.name, call.caller);
    if (found.kind !== "unknown") await this.#auditOf(call, found.entry, opened.takesBack).failed(error);
    metrics.toolFinished({ tool: call.name, outcome: error.code, seconds: 0 });
    if (error.limitedBy !== undefined) {
      metrics.rateLimited(error.limitedBy);
      call.log.info("tool", { tool: call.name, outcome: error.code, limited_by: error.limitedBy });
    }
    return errorResult(error, call.caller.requestId, secrets);
  }

  /** Whatever is not plainly a read leaves a record. */
  #auditOf(call: ToolCall, entry: CatalogueEntry, takesBack?: TakenBack): CallAudit {
    const kept = entry.tool.effect !== "read";
    return new CallAudit(this.#options.audit, kept, () => auditedCall(call, entry, takesBack));
  }

  async #carryOut(entry: CatalogueEntry, call: CallInHand): Promise<CallOutcome> {
    const arrivedAt = this.#options.clock.now();
    const { takesBack, audit } = call;
    const isRead = entry.tool.effect === "read";
    const sent = takesBack === undefined
      ? readAgain(entry.tool, call.args)
      : { args: call.args, again: takesBack.again };
    const prepared = this.#prepare(entry, sent.args, call);
    const readMs = this.#options.callTimeoutMs + waitMs(prepared, entry);
    const writeMs = isRead ? 0 : this.#options.writeTimeoutMs;
    const deadline = new Deadline(readMs + writeMs);
    // Not `using`, which takes longer than a deadline that nobody asks for.
    try {
      const context = this.#contexts.of(call, { arrivedAt, endsAt: arrivedAt + readMs + writeMs, deadline });
      const planning = prepared.plan(context);
      // The time for the change is not for reading what it would change.
      const reading = isRead ? planning : inTime(planning, readMs);
      // A call that reads nothing of its target waits for nothing here.
      const read = reading instanceof Promise ? await reading : reading;
      const planned = takesBack === undefined ? read : this.#undoing.planned(read, takesBack, call.caller);
      if (planned.question !== undefined) audit.keep();
      if (audit.isKept) audit.hits(() => recordedTarget(entry, prepared, planned, call.caller.secrets));
      if (planned.question !== undefined && call.caller.readOnly) throw readOnlyRefusal(`This call of ${call.name}`);
      const verdict = planned.question === undefined
        ? NOT_ASKED
        : await this.#settle(entry, prepared, planned.question, call, { again: sent.again, arrivedAt });
      if (verdict.kind === "ask") {
        await audit.asked();
        return { kind: "question", question: verdict.question };
      }
      // Else anybody could fill the records with what Cloudways refuses.
      if (!isRead) await context.account?.ensureAccepted();
      if (audit.isKept) await audit.begins(verdict, deadline);
      const value = await planned.run();
      if (audit.isKept) await audit.succeeded(value);
      const note = entry.tool.undo && await this.#undoing.noteOf(entry, planned, call);
      const answer = note === undefined ? value : { ...value, undo: note };
      return { kind: "result", result: successResult(answer, shapeOf(entry, prepared, call)) };
    } finally {
      deadline[Symbol.dispose]();
    }
  }

  #prepare(entry: CatalogueEntry, args: ToolCall["args"], { caller, audit }: CallInHand): PreparedCall {
    const prepared = prepareCall(entry, args, caller);
    const { tool } = entry;
    if (prepared.showsSecrets !== undefined) audit.keep();
    if (prepared.showsSecrets !== undefined && caller.readOnly) throw readOnlyRefusal(`${tool.name} with passwords`);
    if (prepared.showsSecrets === "page") this.#options.secretPages.ensurePage(tool.name, caller);
    return prepared;
  }

  /** Whether a planned call may go on. Nobody's yes is spent for a client that has left. */
  async #settle(
    { declared }: CatalogueEntry,
    { input }: PreparedCall,
    question: Question,
    call: CallInHand,
    { again, arrivedAt }: Pick<AskingCall, "again" | "arrivedAt">,
  ): Promise<Verdict> {
    const { name, caller } = call;
    if (caller.identity.kind === "none") return NOT_ASKED;
    call.gone.signal.throwIfAborted();
    return await this.#options.confirmation.settle({
      tool: name,
      input,
      declared: call.takesBack === undefined ? declared : shownByFacts(declared),
      secrets: caller.secrets,
      question,
      customer: caller.identity,
      caller,
      client: call.client,
      session: call.session,
      modes: call.modes,
      answer: call.answer,
      arrivedAt,
      again,
    });
  }
}

function inTime<T>(planning: T | Promise<T>, ms: number): Promise<T> {
  return within(ms, Promise.resolve(planning), () => Promise.reject(noTimeLeft()));
}

/** The verdict on a call that nobody needs to be asked about. */
const NOT_ASKED = { kind: "go", approval: "not_needed" } as const;

/** Who calls what, for the records of a call. */
function auditedCall(
  { args, caller, client }: ToolCall,
  { tool, declared }: CatalogueEntry,
  takesBack: TakenBack | undefined,
): AuditedCall {
  const { identity, boundTo, requestId, connection, secrets } = caller;
  return {
    customer: customerIdOf(identity),
    ...(boundTo !== "" && { bound_to: boundTo }),
    client,
    tool: tool.name,
    request_id: requestId,
    ...(connection && { connection: connection.id }),
    ...(takesBack && { undoes: takesBack.receipt.request_id }),
    arguments: recordedArguments(args, declared, secrets),
  };
}

/** How the answer of a call is shown. */
function shapeOf(
  { tool, shorter }: CatalogueEntry,
  { showsSecrets, showsLiterals: literals }: PreparedCall,
  { caller: { secrets } }: CallInHand,
): ShapeOptions {
  return { secrets, reveal: showsSecrets === "answer" || tool.publicAnswer, literals, shorter };
}

/** What the span of a call says. A question is no failure. */
function factsOf(tool: string, outcome: string): Facts {
  const failed = outcome !== "ok" && outcome !== "asked";
  return { "mcp.method.name": "tools/call", "gen_ai.tool.name": tool, ...(failed && { "error.type": outcome }) };
}

/** What a call hits, as the record shows it: all that was found out, or the ids it names. */
function recordedTarget(
  entry: CatalogueEntry,
  call: PreparedCall,
  { question }: PlannedCall,
  secrets: Secrets,
): JsonValue {
  if (question !== undefined) return hideSecrets(cleanDeep(targetOf(question)), secrets);
  const ids = inputsFor("target", call, entry);
  return Object.keys(ids).length === 0 ? null : hideSecrets(cleanDeep(ids), secrets);
}
