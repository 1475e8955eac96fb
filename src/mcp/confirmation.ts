import type { Caller, Customer } from "../caller.ts";
import type { Clock } from "../clock.ts";
import type { ConfirmMode } from "../config.ts";
import { shortCustomerId } from "../crypto/customer_id.ts";
import type { Fingerprints } from "../crypto/fingerprints.ts";
import type { SealedStore } from "../store/sealed_store.ts";
import type { Secrets } from "../redaction.ts";
import { StoreError, type StoreKey } from "../store/store.ts";
import type { InputText } from "../tools/input_text.ts";
import type { Question } from "../tools/question.ts";
import { OPEN_MS } from "./approval_records.ts";
import type { Approvals } from "./approvals.ts";
import type { SpentYes } from "./call_audit.ts";
import { bindCall, type CallBinding } from "./call_binding.ts";
import {
  decideOnPage,
  declined,
  notYetDecided,
  noWayToAsk,
  storeFailed,
  tooLongToShow,
  unusableAnswer,
} from "./confirmation_errors.ts";
import type { Declines } from "./declines.ts";
import { type EndedYeses, markOf } from "./ended_yeses.ts";
import { type Answer, type ClientQuestion, type ElicitationModes, isAccepted, isYes } from "./elicitation.ts";
import { isAbout, type QuestionState, type QuestionStates } from "./question_state.ts";
import { questionText } from "./question_text.ts";
import { showCall, type ShownCall, whereShownWhole } from "./shown_call.ts";

/** A call whose facts are known, and whoever makes it. */
export interface AskingCall {
  tool: string;
  /** Parsed arguments. */
  input: Readonly<Record<string, unknown>>;
  /** How the texts of the tool's inputs are read and shown. */
  texts: ReadonlyMap<string, InputText>;
  /** The caller's own. */
  secrets: Secrets;
  question: Question;
  customer: Customer;
  caller: Caller;
  client: string | undefined;
  modes: ElicitationModes;
  answer: Answer | undefined;
}

/** Whether the call may be carried out, and by whose yes; or what to ask first. */
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
  /** Where people reach the approval page; undefined where that is not known. */
  publicUrl: URL | undefined;
  /** Whether that address leads to this machine alone. */
  publicUrlIsLoopback: boolean;
}

/** Sees to it that a call that needs a person's yes is carried out once for each yes, and never without one. */
export class Confirmation {
  readonly #options: ConfirmationOptions;

  constructor(options: ConfirmationOptions) {
    this.#options = options;
  }

  /**
   * Decides about one call. A verdict of `go` has taken the yes: it is spent, whatever becomes of the call.
   *
   * @throws {ToolError} `confirmation_required` where nobody can be asked, the page has to be used, or an answer is of
   * no use; `confirmation_declined` after a no.
   */
  async settle(call: AskingCall): Promise<Verdict> {
    try {
      return await this.#settle(call);
    } catch (error) {
      throw error instanceof StoreError ? storeFailed(call.tool, error) : error;
    }
  }

  async #settle(call: AskingCall): Promise<Verdict> {
    if (this.#options.mode === "off") return { kind: "go", approval: "confirm_off" };
    const { customer, tool, input, question } = call;
    const binding = await bindCall(this.#options.fingerprints, { customer: customer.id, tool, input, question });
    const mark = call.answer && await this.#heed(call, call.answer, binding);
    if (mark !== undefined) return { kind: "go", approval: "elicitation", mark };
    const shown = await showCall({ ...call, customer: customer.id }, this.#options.fingerprints);
    const where = whereShownWhole(shown);
    if (where === "nowhere") throw tooLongToShow(tool);
    if (call.modes.form && where === "form") return await this.#askByForm(call, shown, binding);
    return await this.#askByPage(call, shown, binding);
  }

  /**
   * Looks at an answer.
   *
   * @returns The mark of a yes to this very call, which is spent thereby. Undefined where it is about something else, or
   * the yes is to be found on the page.
   */
  async #heed({ customer, tool }: AskingCall, { state, reply }: Answer, binding: CallBinding) {
    const opened = await this.#options.states.open(customer.id, state);
    if (opened === undefined) throw unusableAnswer();
    if (!isAbout(opened, tool, binding)) {
      await this.#options.sealed.take(questionKey(customer, opened));
      return undefined;
    }
    const accepted = opened.askedBy === "form" ? isYes(reply) : isAccepted(reply);
    if (!accepted) {
      await this.#decline(customer, opened, binding);
      throw declined(tool);
    }
    if (opened.askedBy === "url") return undefined;
    const record = await this.#options.sealed.take(questionKey(customer, opened));
    const mark = await markOf("form", opened.nonce);
    if (record !== binding.fingerprint || !await this.#options.ended.end(customer.id, mark)) throw unusableAnswer();
    return mark;
  }

  async #decline(customer: Customer, state: QuestionState, { fingerprint }: CallBinding): Promise<void> {
    const { sealed, declines, approvals } = this.#options;
    await sealed.take(questionKey(customer, state));
    await declines.remember(customer.id, fingerprint);
    await approvals.decline(customer.id, fingerprint);
  }

  async #askByForm(call: AskingCall, shown: ShownCall, binding: CallBinding): Promise<Verdict> {
    await this.#refuseAfterNo(call, binding);
    const state = this.#newState(call.tool, "form", binding);
    const { sealed } = this.#options;
    await sealed.write(questionKey(call.customer, state), binding.fingerprint, OPEN_MS);
    const sealedState = await this.#seal(call.customer, state);
    return { kind: "ask", question: { message: textOf(call, shown), state: sealedState } };
  }

  async #askByPage(call: AskingCall, shown: ShownCall, binding: CallBinding): Promise<Verdict> {
    const { approvals } = this.#options;
    this.#refuseWithoutPage(call);
    const mark = await approvals.takeYes(call.customer.id, binding.fingerprint);
    if (mark !== undefined) return { kind: "go", approval: "page", mark };
    await this.#refuseAfterNo(call, binding);
    const { customer, tool, client, caller } = call;
    const { url } = await approvals.ask({
      customer: customer.id,
      fingerprint: binding.fingerprint,
      tool,
      question: shown.question,
      arguments: shown.arguments,
      email: shortEmail(customer),
      client,
      approvalCode: caller.approvalCode,
    });
    if (!call.modes.url) throw decideOnPage(textOf(call, shown), url, caller.approvalCode !== undefined);
    if (call.answer !== undefined) throw notYetDecided(tool);
    const state = await this.#seal(customer, this.#newState(tool, "url", binding));
    return { kind: "ask", question: { message: shown.question.headline, url, state } };
  }

  async #refuseAfterNo({ customer, tool }: AskingCall, { fingerprint }: CallBinding): Promise<void> {
    if (await this.#options.declines.isRemembered(customer.id, fingerprint)) throw declined(tool);
  }

  /** @throws {ToolError} With the reason, where there is no page for this call. */
  #refuseWithoutPage({ tool, caller, modes }: AskingCall): void {
    const { mode, publicUrl, publicUrlIsLoopback } = this.#options;
    const noForm = modes.form
      ? "the values of this call are too long to be shown whole in a form of this client"
      : "this client can't show questions";
    const throughClient = modes.form
      ? "Tell the user. Fewer or shorter values at a time can be asked about in this client; "
      : "Tell the user. A client that can show questions (MCP elicitation) can be asked; ";
    if (caller.transport === "stdio") {
      const hint = modes.form ? "over stdio there is no approval page, which shows longer ones." : "this one can't.";
      throw noWayToAsk(tool, noForm, `${throughClient}${hint}`);
    }
    if (mode === "elicit") {
      const hint = `${throughClient}the operator of this server has switched its approval page off.`;
      throw noWayToAsk(tool, `${noForm}, and there is no approval page`, hint);
    }
    if (publicUrl === undefined) {
      const hint = `${throughClient}for the approval page the operator of this server has to set PUBLIC_URL.`;
      throw noWayToAsk(tool, `${noForm}, and this server has no public address`, hint);
    }
    if (!publicUrlIsLoopback && caller.approvalCode === undefined) {
      const hint = `${throughClient}else the user sets the header X-MCP-Approval-Code in the client's configuration ` +
        "to a code of 8 to 64 characters of his own choice, and types it on the approval page. Don't choose it for him.";
      throw noWayToAsk(tool, "the client's configuration holds no approval code", hint);
    }
  }

  #newState(tool: string, askedBy: QuestionState["askedBy"], { call, target }: CallBinding): QuestionState {
    const nonce = crypto.getRandomValues(new Uint8Array(16)).toHex();
    return { askedBy, tool, call, target, nonce, expiresAt: this.#options.clock.now() + OPEN_MS };
  }

  #seal(customer: Customer, state: QuestionState): Promise<string> {
    return this.#options.states.seal(customer.id, state);
  }
}

function questionKey(customer: Customer, { nonce }: QuestionState): StoreKey {
  return { purpose: "question", customer: customer.id, name: nonce };
}

function textOf({ customer, client }: AskingCall, shown: ShownCall): string {
  const asker = { customer: shortCustomerId(customer.id), email: shortEmail(customer), client };
  return questionText(shown.question, shown.arguments, asker);
}

/** Facts were read with these credentials a moment ago, so Cloudways has accepted the e-mail with its key. */
function shortEmail({ credential }: Customer): string | undefined {
  if (credential.kind !== "api_key") return undefined;
  const [name = "", domain = ""] = credential.email.trim().toLowerCase().split(/@(?=[^@]*$)/);
  return `${[...name][0] ?? ""}…@${domain}`;
}
