import { type CallToolResult, ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { type Caller, customerIdOf } from "../identity/caller.ts";
import type { Clock } from "../async/clock.ts";
import type { AccountServices } from "../cloudways/account.ts";
import { Deadline } from "../async/deadline.ts";
import { within } from "../async/within.ts";
import type { HealthThresholds } from "../config/health_thresholds.ts";
import { type Limit, noTimeLeft, type ToolError } from "../errors.ts";
import type { ClientSession } from "../identity/client_session.ts";
import { hideSecrets, type Secrets } from "../text/redaction/hider.ts";
import { safeText } from "../text/safe.ts";
import type { AuditTrail } from "../audit/record.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Facts, Tracer } from "../telemetry/tracing.ts";
import type { Fingerprints } from "../crypto/fingerprints.ts";
import type { JsonValue } from "../text/clean.ts";
import { cleanDeep } from "../text/clean_deep.ts";
import type { SecretPages } from "../secrets/pages.ts";
import type { PlannedCall, PreparedCall, ToolContext } from "../tools/define/tool.ts";
import type { Question } from "../confirm/question.ts";
import { readAgain } from "./again.ts";
import { type AuditedCall, CallAudit } from "./call_audit.ts";
import { CallContexts } from "./call_context.ts";
import { toToolError } from "./failures.ts";
import { targetOf } from "../confirm/binding.ts";
import { shownByFacts } from "../confirm/declared_input.ts";
import type { Catalogue, CatalogueEntry } from "./catalogue.ts";
import type { AskingCall, Confirmation, Verdict } from "../confirm/confirmation.ts";
import type { Answer, ClientQuestion, ElicitationModes } from "../confirm/elicitation.ts";
import type { PlanServices } from "./plans/call_plans.ts";
import { inputsFor, prepareCall, readOnlyRefusal, waitMs } from "./prepare.ts";
import { errorResult, type ShapeOptions, successResult } from "./results.ts";
import { recordedArguments } from "./shown_arguments.ts";
import { ToolFinder } from "./tool_finder.ts";
import type { Receipts } from "./receipts.ts";
import { type TakenBack, Undoing } from "./undoing.ts";
import { suggestions, type Tools, unwrap } from "./unwrap.ts";

/** One `tools/call`, whatever transport and era it came by. */
export interface ToolCall {
  name: string;
  args: Readonly<Record<string, unknown>>;
  caller: Caller;
  /** Name and version of the client, as it gives them, cleaned. */
  client: string | undefined;
  session: ClientSession | undefined;
  /** What the client can put before a person. */
  modes: ElicitationModes;
  /** What came back after this call was answered by a question. */
  answer: Answer | undefined;
  gone: Gone;
  /** The client's own place in a trace, as it sent it. */
  traceparent?: unknown;
  log: Logger;
  progress: ToolContext["progress"];
}

/** Whether the client of a call is gone. */
export interface Gone {
  /** Aborts when the client leaves or cancels. The first look at it costs more than a quick call. */
  readonly signal: AbortSignal;
}

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

/** A call that was found and is being carried out. */
interface CallInHand extends ToolCall {
  /** Hidden wherever they occur. */
  secrets: Secrets;
  audit: CallAudit;
  /** The change that it takes back, if it is one of a receipt. */
  takesBack: TakenBack | undefined;
}

/** Carries out tool calls: who may, with what, after which yes, for how long, and what comes back. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #tools: Tools;
  readonly #contexts: CallContexts;
  readonly #undoing: Undoing;
  readonly #inHand = new Set<Promise<unknown>>();

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
    const { traceparent } = request;
    return this.hold(tracer.span({ name: "tools/call", kind: "server", traceparent }, () => this.#call(request)));
  }

  /** The call that is carried out: of one that carries another, the inner one, as far as it can be read. */
  innermost(call: ToolCall): ToolCall {
    const unwrapped = unwrap(call, call.caller, this.#tools);
    return unwrapped.kind === "call" ? { ...call, ...unwrapped.call } : call;
  }

  /** Counts work as a call in hand until it has ended: for one that does more than {@linkcode call}, such as asking. */
  hold<T>(work: Promise<T>): Promise<T> {
    this.#inHand.add(work);
    const end = () => void this.#inHand.delete(work);
    work.then(end, end);
    return work;
  }

  /** Resolves as soon as no call is in hand, those among them whose client has left: they have writes to end and record. */
  async finished(): Promise<void> {
    while (this.#inHand.size > 0) await Promise.allSettled(this.#inHand);
  }

  async #call(sent: ToolCall): Promise<CallOutcome> {
    const unwrapped = await this.#undoing.open(unwrap(sent, sent.caller, this.#tools), sent.caller);
    const { takesBack } = unwrapped;
    const request = unwrapped.call === sent ? sent : { ...sent, ...unwrapped.call };
    const found = this.#options.catalogue.lookUp(request.name, request.caller);
    const secrets = request.caller.secrets;
    if (found.kind === "unknown") throw this.#unknownTool(request);
    const audit = this.#auditOf(request, found.entry, takesBack);
    const log = request.log.with({ tool: request.name, ...this.#options.tracer.ids() });
    const call: CallInHand = { ...request, log, secrets, audit, takesBack };
    const startedAt = performance.now();
    let outcome = "ok";
    let limitedBy: Limit | undefined;
    try {
      if (unwrapped.kind === "refused") throw unwrapped.error;
      if (found.kind === "read_only") throw readOnlyRefusal(call.name);
      const answer = await this.#carryOut(found.entry, call);
      if (answer.kind === "question") outcome = "asked";
      return answer;
    } catch (error) {
      const shown = toToolError(error, call, found.entry.tool.effect);
      outcome = shown.code;
      limitedBy = shown.limitedBy;
      await audit.failed(shown);
      return { kind: "result", result: errorResult(shown, call.caller.requestId, secrets) };
    } finally {
      const seconds = (performance.now() - startedAt) / 1000;
      this.#options.metrics.toolFinished({ tool: call.name, outcome, seconds });
      this.#options.tracer.note(factsOf(call.name, outcome), `tools/call ${call.name}`);
      if (limitedBy !== undefined) this.#options.metrics.rateLimited(limitedBy);
      const limit = limitedBy === undefined ? {} : { limited_by: limitedBy };
      call.log.info("tool", { outcome, milliseconds: Math.round(seconds * 1000), ...limit });
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
    return new CallAudit(this.#options.audit, { kept, call: () => auditedCall(call, entry, takesBack) });
  }

  async #carryOut(entry: CatalogueEntry, call: CallInHand): Promise<CallOutcome> {
    const arrivedAt = this.#options.clock.now();
    const { takesBack, audit } = call;
    const sent = takesBack === undefined
      ? readAgain(entry.tool, call.args)
      : { args: call.args, again: takesBack.again };
    const prepared = this.#prepare(entry, sent.args, call);
    const readMs = this.#options.callTimeoutMs + waitMs(prepared, entry);
    const writeMs = entry.tool.effect === "read" ? 0 : this.#options.writeTimeoutMs;
    using deadline = new Deadline(readMs + writeMs);
    const endsAt = arrivedAt + readMs + writeMs;
    const context = this.#contexts.of({ ...call, arrivedAt, endsAt, deadline });
    const planning = prepared.plan(context);
    // The time for the change is not for reading what it would change.
    const read =
      await (writeMs === 0 ? planning : within(readMs, Promise.resolve(planning), () => Promise.reject(noTimeLeft())));
    const planned = takesBack === undefined ? read : this.#undoing.planned(read, takesBack, call.caller);
    audit.hits(() => recordedTarget(entry, prepared, planned, call.secrets));
    if (planned.question !== undefined) {
      audit.keep();
      if (call.caller.readOnly) throw readOnlyRefusal(`This call of ${call.name}`);
    }
    const verdict = planned.question === undefined
      ? NOT_ASKED
      : await this.#settle(entry, prepared, planned.question, { ...call, again: sent.again, arrivedAt });
    if (verdict.kind === "ask") {
      await audit.asked();
      return { kind: "question", question: verdict.question };
    }
    // Else anybody could fill the records with what Cloudways refuses.
    if (entry.tool.effect !== "read") await context.account?.ensureAccepted();
    await audit.begins(verdict, deadline);
    const value = await planned.run();
    await audit.succeeded(value);
    const note = await this.#undoing.noteOf(entry, planned, call);
    const answer = note === undefined ? value : { ...value, undo: note };
    return { kind: "result", result: successResult(answer, shapeOf(entry, prepared, call)) };
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
    call: CallInHand & Pick<AskingCall, "again" | "arrivedAt">,
  ): Promise<Verdict> {
    const { name, caller, secrets } = call;
    if (caller.identity.kind === "none") return NOT_ASKED;
    call.gone.signal.throwIfAborted();
    return await this.#options.confirmation.settle({
      tool: name,
      input,
      declared: call.takesBack === undefined ? declared : shownByFacts(declared),
      secrets,
      question,
      customer: caller.identity,
      caller,
      client: call.client,
      session: call.session,
      modes: call.modes,
      answer: call.answer,
      arrivedAt: call.arrivedAt,
      again: call.again,
    });
  }
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
  { secrets }: CallInHand,
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
