import * as z from "zod";
import type { Caller, Customer } from "../identity/caller.ts";
import type { Clock } from "../async/clock.ts";
import type { ConfirmMode } from "../config.ts";
import { traitsOf } from "../identity/credential.ts";
import { shortCustomerId } from "../identity/customer_id.ts";
import type { Fingerprints } from "../crypto/fingerprints.ts";
import type { SealedStore } from "../store/sealed.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Secrets } from "../text/redaction/hider.ts";
import type { ToolError } from "../errors.ts";
import { StoreError, type StoreKey } from "../store/store.ts";
import type { DeclaredInputs } from "./declared_input.ts";
import type { Question } from "./question.ts";
import { endOfQuestion } from "./approval_records.ts";
import type { Approvals } from "./approvals.ts";
import type { AuditApproval } from "../audit/record.ts";
import type { ClientSession } from "../identity/client_session.ts";
import { bindCall, type CallBinding, noOf } from "./binding.ts";
import {
  approvalPending,
  decideOnPage,
  declined,
  noWayToAsk,
  storeFailed,
  tooLongToShow,
  unusableAnswer,
} from "./errors.ts";
import type { Declines } from "./declines.ts";
import { type EndedYeses, markOf } from "./ended_yeses.ts";
import { type Answer, type ClientQuestion, type ElicitationModes, hear } from "./elicitation.ts";
import { isAbout, isAboutCall, type QuestionState, type QuestionStates } from "./state.ts";
import { type NoPage, noPageText, type PageAccess, PageNotServedError, whyNoPage } from "./page_access.ts";
import { firstLine, questionText } from "./text.ts";
import { showCall, type ShownCall, whereShownWhole } from "./shown_call.ts";

/** The yes that lets a call go on. */
export interface SpentYes {
  approval: AuditApproval;
  /** Identifies the yes that this call uses up; left out if nobody had to be asked. */
  mark?: string;
}

/** A call whose facts are known, with its caller and client. */
export interface AskingCall {
  tool: string;
  /** Parsed arguments. */
  input: Readonly<Record<string, unknown>>;
  /** What the tool's inputs declare. */
  declared: DeclaredInputs;
  /** The caller's own credentials. */
  secrets: Secrets;
  question: Question;
  customer: Customer;
  caller: Caller;
  client: string | undefined;
  session: ClientSession | undefined;
  modes: ElicitationModes;
  answer: Answer | undefined;
  /** When the call and its answer arrived, in milliseconds since the Unix epoch. */
  arrivedAt: number;
  /** The user wants to be asked again, although a person said no. */
  again: boolean;
}

/** A call with the digests that identify it. */
interface BoundCall {
  call: AskingCall;
  binding: CallBinding;
  /** All 64 hex digits of the customer id. */
  customer: string;
  /** The digest under which a no to it is remembered. */
  no: string;
}

/** The result of checking an answer; undefined if it does not count. */
type CheckedAnswer = { kind: "yes"; mark: string } | { kind: "visited" | "nobody" | "wrong_label" } | undefined;

/** Whether the call may be carried out, and with which yes; or what to ask first. */
export type Verdict =
  | { kind: "go" } & SpentYes
  | { kind: "ask"; question: ClientQuestion };

/** What {@linkcode Confirmation} needs. */
export interface ConfirmationOptions {
  mode: ConfirmMode;
  sealed: SealedStore;
  states: QuestionStates;
  fingerprints: Fingerprints;
  declines: Declines;
  approvals: Approvals;
  ended: EndedYeses;
  clock: Clock;
  metrics: Pick<Metrics, "questionAsked" | "questionDecided">;
  /** Who can have approval pages. */
  access: PageAccess;
}

/** Ensures that a call that needs a person's yes is carried out once for each yes, and never without one. */
export class Confirmation {
  readonly #options: ConfirmationOptions;

  constructor(options: ConfirmationOptions) {
    this.#options = options;
  }

  /**
   * Decides about one call. A verdict of `go` has taken the yes: it is used up, even if the call fails afterwards.
   *
   * @throws {ToolError} `confirmation_required` if nobody can be asked, the person has to decide on the page, or the
   * answer can't be used; `approval_pending` while that page is open; `confirmation_declined` after a no.
   */
  async settle(call: AskingCall): Promise<Verdict> {
    try {
      return await this.#settle(call);
    } catch (error) {
      throw error instanceof StoreError ? storeFailed(call.tool, error) : error;
    }
  }

  async #settle(call: AskingCall): Promise<Verdict> {
    const { mode, fingerprints, approvals } = this.#options;
    if (mode === "off") return { kind: "go", approval: "confirm_off" };
    const asked = await this.#bind(call);
    const answered = call.answer && await this.#checkAnswer(asked, call.answer);
    if (answered?.kind === "yes") return { kind: "go", approval: "elicitation", mark: answered.mark };
    await this.#refuseAfterNo(asked);
    const shown = await showCall({ ...call, customer: call.customer.id }, fingerprints);
    const where = whereShownWhole(shown);
    if (where === "nowhere") throw tooLongToShow(call.tool);
    const byForm = canShow(call).form && where === "form" && answered?.kind !== "nobody";
    const noPage = whyNoPage(call.caller, this.#options.access);
    // A client that answers forms by itself repeats the call after a person has decided on the page.
    const mark = noPage === undefined ? await approvals.takeYes(asked.customer, asked.binding.fingerprint) : undefined;
    if (mark !== undefined) return { kind: "go", approval: "page", mark };
    if (!byForm && noPage !== undefined) throw this.#noWayToAsk(call, answered, noPage);
    return byForm
      ? await this.#askByForm(asked, shown, {
        hasPage: noPage === undefined,
        wrongLabel: answered?.kind === "wrong_label",
      })
      : await this.#askByPage(asked, shown, answered);
  }

  async #bind(call: AskingCall): Promise<BoundCall> {
    const { fingerprints } = this.#options;
    const { customer, caller: { boundTo }, client, session } = call;
    const binding = await bindCall(fingerprints, { ...call, customer: customer.id, boundTo });
    const nonce = session === "unknown" ? undefined : session?.nonce;
    const no = await noOf(fingerprints, binding, { client, session: nonce });
    return { call, binding, customer: customer.id, no };
  }

  /**
   * Checks an answer. A yes counts only for exactly this call on exactly this target, and is used up here. A no counts
   * for the same call even if its target has changed.
   *
   * @returns Undefined if the answer is about something else.
   * @throws {ToolError} `confirmation_required` if the answer can't be used, `confirmation_declined` after a no.
   */
  async #checkAnswer(
    { call: { tool, question, arrivedAt }, binding, customer, no }: BoundCall,
    { state, reply }: Answer,
  ): Promise<CheckedAnswer> {
    const { states, sealed, declines, approvals, ended } = this.#options;
    const opened = await states.open(customer, state);
    if (opened === undefined) throw unusableAnswer();
    const heard = hear(reply, opened.askedBy, arrivedAt - opened.sentAt, question.typed);
    // The state is not used up: the same answer may come again once a person has decided on the page.
    if (heard === "visited") return isAbout(opened, tool, binding) ? { kind: heard } : undefined;
    const record = await sealed.take(questionKey(customer, opened), z.string());
    if (!isAboutCall(opened, tool, binding)) return undefined;
    // A second answer to the same question finds no record.
    if (record !== undefined) this.#options.metrics.questionDecided("form", heard);
    if (heard === "nobody") return { kind: heard };
    if (heard === "no") {
      const until = await declines.remember({ customer, no });
      await approvals.decline({ customer, fingerprint: binding.fingerprint, no });
      throw declined(tool, until);
    }
    if (!isAbout(opened, tool, binding)) return undefined;
    if (heard === "wrong_label") return { kind: heard };
    const mark = await markOf("form", opened.nonce);
    if (record !== binding.fingerprint || !await ended.end(customer, mark)) throw unusableAnswer();
    return { kind: heard, mark };
  }

  async #askByForm(
    { call, binding, customer, no }: BoundCall,
    shown: ShownCall,
    { hasPage, wrongLabel }: { hasPage: boolean; wrongLabel: boolean },
  ): Promise<Verdict> {
    const { sealed, approvals } = this.#options;
    const { fingerprint } = binding;
    const { approvalCode, connection } = call.caller;
    const open = hasPage ? await approvals.openFor({ customer, fingerprint, no, approvalCode, connection }) : undefined;
    if (open !== undefined) throw approvalPending(call.tool, open.url, open.endsAt);
    const state = this.#newState(call, "form", binding);
    await sealed.write(questionKey(customer, state), fingerprint, state.expiresAt - state.sentAt);
    const sealedState = await this.#options.states.seal(customer, state);
    const label = call.question.typed === undefined ? undefined : wrongLabel ? "again" : "first";
    const message = textOf(call, shown, wrongLabel);
    this.#options.metrics.questionAsked("form");
    return { kind: "ask", question: { message, state: sealedState, ...(label !== undefined && { label }) } };
  }

  async #askByPage(
    { call, binding, customer, no }: BoundCall,
    shown: ShownCall,
    answered: CheckedAnswer,
  ): Promise<Verdict> {
    const { tool, client, caller, session } = call;
    const asking = this.#options.approvals.ask({
      customer,
      boundTo: caller.boundTo,
      fingerprint: binding.fingerprint,
      no,
      tool,
      question: shown.question,
      openUntil: call.question.openUntil,
      arguments: shown.arguments,
      email: shortEmail(call.customer),
      client,
      approvalCode: caller.approvalCode,
      connection: caller.connection,
    });
    const { url, endsAt, isNew } = await asking.catch((error) => {
      throw error instanceof PageNotServedError ? this.#noWayToAsk(call, answered, error.why) : error;
    });
    if (isNew) this.#options.metrics.questionAsked("page");
    const byUrl = canShow(call).url && answered?.kind !== "nobody";
    if (byUrl && answered?.kind === "visited") throw approvalPending(tool, undefined, endsAt);
    if (byUrl) {
      const state = await this.#options.states.seal(customer, this.#newState(call, "url", binding));
      return { kind: "ask", question: { message: firstLine(shown.question), url, state } };
    }
    if (!isNew && answered?.kind !== "nobody") throw approvalPending(tool, url, endsAt);
    const reason = answered?.kind === "nobody" ? "not asked" : session === "unknown" ? "session unknown" : undefined;
    throw decideOnPage(textOf(call, shown), { url, endsAt, needsCode: caller.approvalCode !== undefined, reason });
  }

  /** Refuses a call that a person said no to. With `again` the no is taken back once, and the person is asked again. */
  async #refuseAfterNo({ call: { tool, again }, customer, no }: BoundCall): Promise<void> {
    const { declines } = this.#options;
    if (again && await declines.takeBack({ customer, no })) return;
    const until = await declines.until({ customer, no });
    if (until !== undefined) throw declined(tool, until);
  }

  /** The error that says why nobody can be asked: neither through the client nor on a page. */
  #noWayToAsk(call: AskingCall, answered: CheckedAnswer, why: NoPage): ToolError {
    const client = whyNotThroughClient(call, answered?.kind === "nobody");
    const page = noPageText(why, this.#options.access.publicUrl);
    return noWayToAsk(call.tool, `${client.reason}, and ${page.reason}`, `${client.hint} ${page.advice}`);
  }

  #newState(
    { tool, question }: AskingCall,
    askedBy: QuestionState["askedBy"],
    { call, target }: CallBinding,
  ): QuestionState {
    const nonce = crypto.getRandomValues(new Uint8Array(16)).toHex();
    const sentAt = this.#options.clock.now();
    return { askedBy, tool, call, target, nonce, sentAt, expiresAt: endOfQuestion(question, sentAt) };
  }
}

/** The modes that may be used to ask through the client; no mode if the caller chose the page. */
function canShow({ modes, caller }: AskingCall): ElicitationModes {
  return caller.confirmByPage ? { form: false, url: false } : modes;
}

/** Why the question can't be asked through the client, and what helps. */
function whyNotThroughClient(call: AskingCall, notAsked: boolean): { reason: string; hint: string } {
  if (call.caller.confirmByPage) {
    return {
      reason: "the header X-MCP-Confirm keeps the question from this client",
      hint:
        "Tell the user. Without that header in the client's configuration the client can be asked, if it can show " +
        "questions.",
    };
  }
  if (notAsked) {
    return {
      reason: "the client did not ask anybody",
      hint: "Tell the user. It said that it can show questions (MCP elicitation), but answered this one by itself.",
    };
  }
  if (call.session === "unknown") {
    return {
      reason: "reconnect this client: this server was restarted and no longer knows what it can do",
      hint: "Tell the user to reconnect it, then make the call again.",
    };
  }
  if (call.modes.form) {
    return {
      reason: "the values of this call are too long to be shown whole in a form of this client",
      hint: "Tell the user. Fewer or shorter values at a time can be asked about in this client.",
    };
  }
  return {
    reason: "this client can't show questions",
    hint: "Tell the user. A client that can show questions (MCP elicitation) can be asked.",
  };
}

function questionKey(customer: string, { nonce }: QuestionState): StoreKey {
  return { purpose: "question", customer, name: nonce };
}

function textOf({ customer, client }: AskingCall, shown: ShownCall, wrongLabel = false): string {
  const asker = { customer: shortCustomerId(customer.id), email: shortEmail(customer), client };
  return questionText(shown.question, shown.arguments, asker, { wrongLabel });
}

/** The caller's e-mail, shortened. Cloudways has accepted it: the facts were just read with these credentials. */
function shortEmail({ credential }: Customer): string | undefined {
  const { email } = traitsOf(credential);
  if (email === undefined) return undefined;
  const [name = "", domain = ""] = email.trim().toLowerCase().split(/@(?=[^@]*$)/);
  return `${[...name][0] ?? ""}…@${domain}`;
}
