import type { Clock } from "../async/clock.ts";
import type { KeyRing } from "../crypto/key_ring.ts";
import { ToolError } from "../errors.ts";
import { SingleFlight } from "../async/single_flight.ts";
import type { SealedStore } from "../store/sealed.ts";
import { Slots } from "../store/slots.ts";
import type { Store } from "../store/store.ts";
import type { JsonValue } from "../text/clean.ts";
import type { ShownQuestion } from "./question.ts";
import { isApprovalCode } from "./code.ts";
import {
  type ApprovalRecord,
  ApprovalRecords,
  endOf,
  keptQuestion,
  OPEN_MS,
  type Outcome,
} from "./approval_records.ts";
import { type CodeState, PageCodes } from "./page_codes.ts";
import { hashOf, isPageId, newPageId } from "./page_ids.ts";
import { unusableCode } from "./errors.ts";
import type { Declines } from "./declines.ts";
import { isTyped } from "./typed_label.ts";
import { type EndedYeses, markOf } from "./ended_yeses.ts";

/** A call that a person is asked about on a page. */
export interface ApprovalRequest {
  /** All 64 hex digits of the customer id. */
  customer: string;
  /** What names the call, and what a yes is bound to: a digest in hex of tool, canonical arguments and target. */
  fingerprint: string;
  /** What a no is remembered by: `noOf` of the call. */
  no: string;
  tool: string;
  question: ShownQuestion;
  /** As the assistant sent them, cleaned and without secrets. */
  arguments: Record<string, JsonValue>;
  /** Shortened: `j…@example.com`. */
  email: string | undefined;
  /** As the client names itself. */
  client: string | undefined;
  /** What the person has to type to approve. */
  approvalCode: string | undefined;
}

/** Where an approval is in its life: waiting for a decision, a yes that nothing has used, or one of the outcomes. */
export type ApprovalState = "open" | "approved" | Outcome;

/** An approval as its page shows it. */
export interface Approval extends CodeState {
  state: ApprovalState;
  record: ApprovalRecord;
  /** When the question closes, and a yes to it ends; milliseconds since the epoch. */
  endsAt: number;
  /** Until when a no to the call is remembered; undefined where there is none. */
  noUntil: number | undefined;
}

/**
 * What came of a decision. `unknown`: there is no such approval, or it has run out. `too_late`: somebody has decided
 * before, or the yes is used. `wrong_label`: what was typed is not what the page shows, and nothing else was looked at. `closing`: a wrong code, after which approving is closed for the customer. `closed`: it is
 * closed, so nothing was looked at.
 */
export type Decided =
  | "approved"
  | "denied"
  | "withdrawn"
  | "no_taken_back"
  | "wrong_label"
  | "wrong_code"
  | "closing"
  | "closed"
  | "too_late"
  | "unknown";

/** A question that waits on its page. */
export interface OpenApproval {
  url: string;
  /** When it closes, in milliseconds since the epoch. */
  endsAt: number;
}

/** What {@linkcode Approvals} needs. */
export interface ApprovalsOptions {
  store: Store;
  sealed: SealedStore;
  ring: KeyRing;
  declines: Declines;
  ended: Pick<EndedYeses, "end">;
  clock: Clock;
  /** Where people reach this server, without a trailing slash. Where it is not known, nobody can be asked. */
  publicUrl: string | undefined;
}

const MAX_OPEN = 10;

/**
 * Questions that people answer on a page of this server.
 *
 * Every step that counts is one atomic step in the store: whoever takes the mark `approval_open` decides, and whoever
 * takes the yes uses it. What is missing, does not open or has run out is a no; a store that fails lets its StoreError
 * through, and nothing is approved.
 */
export class Approvals {
  readonly #records: ApprovalRecords;
  readonly #codes: PageCodes;
  readonly #declines: Declines;
  readonly #ended: Pick<EndedYeses, "end">;
  readonly #clock: Clock;
  readonly #places: Slots;
  readonly #publicUrl: string | undefined;
  readonly #asking = new SingleFlight<OpenApproval & { isNew: boolean }>();

  constructor(options: ApprovalsOptions) {
    this.#records = new ApprovalRecords(options.sealed, options.clock);
    this.#codes = new PageCodes(options);
    this.#declines = options.declines;
    this.#ended = options.ended;
    this.#clock = options.clock;
    this.#places = new Slots(options.store, "approval", MAX_OPEN);
    this.#publicUrl = options.publicUrl;
  }

  /**
   * Puts a question on a page. The same call gets the same page while its question is open; under another code than the
   * page takes it gets a new one, which takes the place of the other.
   *
   * @returns The page, and whether it is a new one.
   * @throws {ToolError} `rate_limited` where the customer has too many open questions, `confirmation_required` where
   * the code can't be one.
   */
  async ask(request: ApprovalRequest): Promise<OpenApproval & { isNew: boolean }> {
    if (request.approvalCode !== undefined && !isApprovalCode(request.approvalCode)) throw unusableCode();
    const call = `${request.customer} ${request.fingerprint} ${request.approvalCode ?? ""}`;
    return await this.#asking.run(call, () => this.#ask(request), new AbortController().signal);
  }

  /** The page where this very client is asked about this very call, if it is open. */
  async openFor(call: Pick<ApprovalRequest, "customer" | "fingerprint" | "no" | "approvalCode">) {
    const open = await this.#findOpen(call);
    return open?.record.no === call.no ? this.#pageOf(open) : undefined;
  }

  /**
   * Takes the yes to a call; the approval is used then. One that was used or withdrawn before is none, wherever it came
   * from.
   *
   * @returns The mark of the yes, for one caller only.
   */
  async takeYes(customer: string, fingerprint: string): Promise<string | undefined> {
    const hash = await this.#records.takeYes(customer, fingerprint);
    if (hash === undefined) return undefined;
    const mark = await markOf("page", hash);
    if (!await this.#ended.end(customer, mark)) return undefined;
    const record = await this.#records.findOf(customer, hash);
    if (record === undefined) return undefined;
    await this.#records.setOutcome(record, "used");
    return mark;
  }

  /**
   * Ends the question about a call of a client, since a person said no elsewhere; a yes that is not used yet goes with it.
   */
  async decline(
    { customer, fingerprint, no }: Pick<ApprovalRequest, "customer" | "fingerprint" | "no">,
  ): Promise<void> {
    const id = await this.#records.idFor(customer, fingerprint);
    if (id === undefined) return;
    const record = await this.#records.findOf(customer, await hashOf(id));
    if (record?.no !== no) return;
    if (await this.#records.close(record)) await this.#end(record, "denied");
    else if (await this.#dropYes(record)) await this.#records.setOutcome(record, "withdrawn");
  }

  /** What the page shows; undefined for an id that was never given out, and for one that has run out. */
  async look(id: string): Promise<Approval | undefined> {
    const record = await this.#find(id);
    if (record === undefined) return undefined;
    const state = await this.#stateOf(record);
    if (state === undefined) return undefined;
    const noUntil = await this.#declines.until(record);
    return { state, record, endsAt: endOf(record), noUntil, ...await this.#codes.stateOf(record) };
  }

  /** A person's yes. Counts for ten minutes after the question was asked. */
  async approve(id: string, code: string | undefined, label?: string): Promise<Decided> {
    const record = await this.#find(id);
    if (record === undefined) return "unknown";
    if (!await this.#canBeDecided(record)) return await this.#lateOrUnknown(record);
    const { typed } = record.question;
    if (typed !== undefined && !isTyped(label ?? "", typed)) return "wrong_label";
    const tried = await this.#codes.attempt(record, code ?? "");
    if (tried !== "right") return tried === "wrong" ? "wrong_code" : tried;
    if (!await this.#records.close(record)) return "too_late";
    await this.#records.writeYes(record);
    await this.#leave(record);
    return "approved";
  }

  /** A person's no, which needs no code. The same call is not asked about for a while. */
  async deny(id: string): Promise<Decided> {
    const record = await this.#find(id);
    if (record === undefined) return "unknown";
    if (!await this.#canBeDecided(record) || !await this.#records.close(record)) {
      return await this.#lateOrUnknown(record);
    }
    await this.#end(record, "denied");
    return "denied";
  }

  /** Takes back a yes that no call has used, and remembers it as a no. */
  async withdraw(id: string): Promise<Decided> {
    const record = await this.#find(id);
    if (record === undefined) return "unknown";
    if (!await this.#dropYes(record)) return await this.#lateOrUnknown(record);
    await this.#declines.remember(record);
    await this.#records.setOutcome(record, "withdrawn");
    return "withdrawn";
  }

  /** Takes back a person's no, so that the same call is asked about again. It is no yes. */
  async takeNoBack(id: string): Promise<Decided> {
    const record = await this.#find(id);
    if (record === undefined) return "unknown";
    const outcome = await this.#records.outcome(record);
    const isNo = outcome === "denied" || outcome === "withdrawn";
    if (!isNo || !await this.#declines.takeBack(record)) return await this.#lateOrUnknown(record);
    await this.#records.setOutcome(record, "no_taken_back");
    return "no_taken_back";
  }

  async #dropYes(record: ApprovalRecord): Promise<boolean> {
    if (!await this.#records.dropYes(record)) return false;
    await this.#ended.end(record.customer, await markOf("page", record.hash));
    return true;
  }

  async #ask(request: ApprovalRequest): Promise<OpenApproval & { isNew: boolean }> {
    const known = await this.#findOpen(request);
    if (known !== undefined) return { ...this.#pageOf(known), isNew: false };
    const id = newPageId();
    const record = await this.#open(request, await hashOf(id));
    if (record === undefined) {
      // Another replica may have taken the last place for this very call.
      const other = await this.#findOpen(request);
      if (other !== undefined) return { ...this.#pageOf(other), isNew: false };
      throw tooManyOpen();
    }
    const mine = { ...this.#pageOf({ id, record }), isNew: true };
    if (await this.#records.setFirstIdFor(record, id)) return mine;
    const first = await this.#findOpen(request);
    if (first === undefined) {
      await this.#records.setIdFor(record, id);
      return mine;
    }
    if (await this.#records.close(record)) await this.#leave(record);
    return { ...this.#pageOf(first), isNew: false };
  }

  #pageOf({ id, record }: FoundApproval): OpenApproval {
    if (this.#publicUrl === undefined) throw new Error("Without PUBLIC_URL there is no approval page.");
    return { url: `${this.#publicUrl}/approve/${id}`, endsAt: endOf(record) };
  }

  /** The approval where this call is being asked about. One that can't be used is closed and forgotten. */
  async #findOpen(
    { customer, fingerprint, approvalCode }: Pick<ApprovalRequest, "customer" | "fingerprint" | "approvalCode">,
  ): Promise<FoundApproval | undefined> {
    const id = await this.#records.idFor(customer, fingerprint);
    if (id === undefined) return undefined;
    const record = await this.#records.findOf(customer, await hashOf(id));
    if (record !== undefined && await this.#canBeDecided(record)) {
      if (await this.#codes.takes(record, approvalCode)) return { id, record };
      if (await this.#records.close(record)) await this.#leave(record);
    }
    await this.#records.forgetIdFor(customer, fingerprint, id);
    return undefined;
  }

  /** Writes a new approval, unless the customer has too many. */
  async #open(request: ApprovalRequest, hash: string): Promise<ApprovalRecord | undefined> {
    const { customer, fingerprint, no, tool, question, email, client, approvalCode } = request;
    const place = await this.#places.take(customer, hash, OPEN_MS);
    if (place === undefined) return undefined;
    const record = {
      hash,
      customer,
      fingerprint,
      no,
      tool,
      question: keptQuestion(question),
      arguments: request.arguments,
      ...(email !== undefined && { email }),
      ...(client !== undefined && { client }),
      ...await this.#codes.kept(hash, approvalCode),
      place: place.name,
      askedAt: this.#clock.now(),
    };
    await this.#records.open(record);
    return record;
  }

  async #find(id: string): Promise<ApprovalRecord | undefined> {
    return isPageId(id) ? await this.#records.find(await hashOf(id)) : undefined;
  }

  async #stateOf(record: ApprovalRecord): Promise<ApprovalState | undefined> {
    const outcome = await this.#records.outcome(record);
    if (outcome !== undefined) return outcome;
    if (this.#clock.now() >= endOf(record)) return undefined;
    if (await this.#records.isOpen(record)) return "open";
    return await this.#records.hasYes(record) ? "approved" : undefined;
  }

  async #canBeDecided(record: ApprovalRecord): Promise<boolean> {
    return this.#clock.now() < endOf(record) && await this.#records.isOpen(record);
  }

  async #lateOrUnknown(record: ApprovalRecord): Promise<Decided> {
    return await this.#stateOf(record) === undefined ? "unknown" : "too_late";
  }

  /** Ends a question with a no, after its mark was taken: from then on there can be no yes. */
  async #end(record: ApprovalRecord, outcome: Outcome): Promise<void> {
    await this.#declines.remember(record);
    await this.#records.setOutcome(record, outcome);
    await this.#leave(record);
  }

  async #leave({ customer, hash, place }: ApprovalRecord): Promise<void> {
    await this.#places.release({ purpose: "slot", customer, name: place }, hash);
  }
}

/** An approval, and the id in its address. */
interface FoundApproval {
  id: string;
  record: ApprovalRecord;
}

function tooManyOpen(): ToolError {
  return new ToolError("rate_limited", `${MAX_OPEN} calls of this account wait for a person's decision already.`, {
    hint: "Nothing was done. Ask the user to decide about the open ones; each one ends by itself after ten minutes.",
    retryAfter: OPEN_MS / 1000,
    limitedBy: "approvals",
  });
}
