import type { Clock } from "../async/clock.ts";
import type { KeyRing } from "../crypto/key_ring.ts";
import { ToolError } from "../errors.ts";
import type { CallerConnection } from "../identity/caller.ts";
import { SingleFlight } from "../async/single_flight.ts";
import type { SealedStore } from "../store/sealed.ts";
import { Slots } from "../store/slots.ts";
import type { Store } from "../store/store.ts";
import type { JsonValue } from "../text/clean.ts";
import type { Approval, ApprovalState, Decided, OpenApproval } from "./approval.ts";
import type { ShownQuestion } from "./question.ts";
import { isApprovalCode } from "../identity/approval_code.ts";
import { type ApprovalRecord, ApprovalRecords, endOfQuestion, keptQuestion, OPEN_MS } from "./approval_records.ts";
import { type BrowserProof, PageCodes } from "./page_codes.ts";
import { hashOf, isPageId, newPageId } from "./page_ids.ts";
import { unusableCode } from "./errors.ts";
import { ALWAYS_SERVED, type PageHost, PageNotServedError } from "./page_access.ts";
import type { Declines } from "./declines.ts";
import { isTyped } from "./typed_label.ts";
import { type EndedYeses, markOf } from "./ended_yeses.ts";

/** A call that a person is asked about on a page. */
export interface ApprovalRequest {
  /** All 64 hex digits of the customer id. */
  customer: string;
  /** What the caller is bound to besides; see `Caller.boundTo`. */
  boundTo: string;
  /** Identifies the call. A yes is bound to it: a digest in hex of the caller, tool, canonical arguments and target. */
  fingerprint: string;
  /** The digest under which a no is remembered: `noOf` of the call. */
  no: string;
  tool: string;
  question: ShownQuestion;
  /** Until when the question stays open, if longer than most; milliseconds since the epoch. */
  openUntil?: number | undefined;
  /** As the assistant sent them, cleaned and without secrets. */
  arguments: Record<string, JsonValue>;
  /** Shortened: `j…@example.com`. */
  email: string | undefined;
  /** As the client names itself. */
  client: string | undefined;
  /** What the person has to type to approve. */
  approvalCode: string | undefined;
  /** The connection whose call it is; its browser, or its passphrase, approves. */
  connection?: CallerConnection | undefined;
}

/** What {@linkcode Approvals} needs. */
export interface ApprovalsOptions {
  store: Store;
  sealed: SealedStore;
  ring: KeyRing;
  declines: Declines;
  ended: Pick<EndedYeses, "end">;
  clock: Clock;
  /** The public URL of this server, without a trailing slash. Without it nobody can be asked on a page. */
  publicUrl: string | undefined;
  /** Serves the pages. By default they are always served. */
  host?: PageHost;
}

const MAX_OPEN = 10;

/**
 * Questions that people answer on a page of this server.
 *
 * The decisive steps are atomic in the store: the request that takes the mark `approval_open` decides, and the call
 * that takes the yes uses it. An entry that is missing, can't be opened or has expired counts as a no. A StoreError is
 * passed on, and nothing is approved.
 */
export class Approvals {
  readonly #records: ApprovalRecords;
  readonly #codes: PageCodes;
  readonly #declines: Declines;
  readonly #ended: Pick<EndedYeses, "end">;
  readonly #clock: Clock;
  readonly #places: Slots;
  readonly #publicUrl: string | undefined;
  readonly #host: PageHost;
  readonly #asking = new SingleFlight<OpenApproval & { isNew: boolean }>();

  constructor(options: ApprovalsOptions) {
    this.#records = new ApprovalRecords(options.sealed, options.clock);
    this.#codes = new PageCodes(options);
    this.#declines = options.declines;
    this.#ended = options.ended;
    this.#clock = options.clock;
    this.#places = new Slots(options.store, "approval", MAX_OPEN);
    this.#publicUrl = options.publicUrl;
    this.#host = options.host ?? ALWAYS_SERVED;
  }

  /**
   * Puts a question on a page. While the question is open, the same call gets the same page. If the call comes with
   * another approval code, a new page replaces the old one.
   *
   * @returns The page, and whether it is new.
   * @throws {ToolError} `rate_limited` if the customer has too many open questions, `confirmation_required` if the
   * approval code is malformed.
   * @throws {PageNotServedError} If the page can't be served.
   */
  async ask(request: ApprovalRequest): Promise<OpenApproval & { isNew: boolean }> {
    if (request.approvalCode !== undefined && !isApprovalCode(request.approvalCode)) throw unusableCode();
    const call = `${request.customer} ${request.fingerprint} ${request.approvalCode ?? ""}`;
    return await this.#asking.run(call, () => this.#findOrOpen(request), new AbortController().signal);
  }

  /** The open page for exactly this call from exactly this client; undefined if there is none that is served. */
  async openFor(call: Pick<ApprovalRequest, "customer" | "fingerprint" | "no" | "approvalCode" | "connection">) {
    const open = await this.#findOpen(call);
    if (open?.record.no !== call.no) return undefined;
    return await this.#host.open(open.record.hash, open.record.endsAt) === undefined ? this.#pageOf(open) : undefined;
  }

  /**
   * Takes the yes to a call and marks the approval as used. A yes that was used or withdrawn before does not count,
   * even if somebody put it back into the store.
   *
   * @returns The mark of the yes; only one caller gets it.
   */
  async takeYes(customer: string, fingerprint: string): Promise<string | undefined> {
    const hash = await this.#records.takeYes(customer, fingerprint);
    if (hash === undefined) return undefined;
    const mark = await markOf("page", hash);
    if (!await this.#ended.end(customer, mark)) return undefined;
    const record = await this.#records.findOf(customer, hash);
    if (record === undefined) return undefined;
    await this.#records.setOutcome(record, "used");
    this.#host.endAt(hash, this.#clock.now());
    return mark;
  }

  /**
   * Ends the page's question about a client's call after a person said no in the client. An unused yes is removed too.
   */
  async decline(
    { customer, fingerprint, no }: Pick<ApprovalRequest, "customer" | "fingerprint" | "no">,
  ): Promise<void> {
    const id = await this.#records.idFor(customer, fingerprint);
    if (id === undefined) return;
    const record = await this.#records.findOf(customer, await hashOf(id));
    if (record?.no !== no) return;
    if (await this.#records.close(record)) await this.#endWithNo(record);
    else if (await this.#dropYes(record)) await this.#setNo(record, "withdrawn");
  }

  /** What the page shows; undefined for an id that never existed or has expired. */
  async look(id: string): Promise<Approval | undefined> {
    const record = await this.#find(id);
    if (record === undefined) return undefined;
    const state = await this.#stateOf(record);
    if (state === undefined) return undefined;
    const noUntil = await this.#declines.until(record);
    return { state, record, endsAt: record.endsAt, noUntil, ...await this.#codes.stateOf(record) };
  }

  /**
   * Records a person's yes. It counts until the question would close.
   *
   * @param browser The connections that the person's browser made.
   */
  async approve(
    id: string,
    code: string | undefined,
    label?: string,
    browser: readonly BrowserProof[] = [],
  ): Promise<Decided> {
    const record = await this.#find(id);
    if (record === undefined) return "unknown";
    if (!await this.#canBeDecided(record)) return await this.#lateOrUnknown(record);
    const { typed } = record.question;
    if (typed !== undefined && !isTyped(label ?? "", typed)) return "wrong_label";
    const tried = await this.#codes.attempt(record, code ?? "", browser);
    if (tried !== "right") return tried === "wrong" ? "wrong_code" : tried;
    if (!await this.#records.close(record)) return "too_late";
    await this.#records.writeYes(record);
    await this.#releasePlace(record);
    return "approved";
  }

  /** Records a person's no, which needs no code. For two minutes nobody is asked about the same call. */
  async deny(id: string): Promise<Decided> {
    const record = await this.#find(id);
    if (record === undefined) return "unknown";
    if (!await this.#canBeDecided(record) || !await this.#records.close(record)) {
      return await this.#lateOrUnknown(record);
    }
    await this.#endWithNo(record);
    return "denied";
  }

  /** Takes back an unused yes, and remembers a no instead. */
  async withdraw(id: string): Promise<Decided> {
    const record = await this.#find(id);
    if (record === undefined) return "unknown";
    if (!await this.#dropYes(record)) return await this.#lateOrUnknown(record);
    await this.#setNo(record, "withdrawn");
    return "withdrawn";
  }

  /** Takes back a person's no, so that the same call can be asked about again. This is not a yes. */
  async takeNoBack(id: string): Promise<Decided> {
    const record = await this.#find(id);
    if (record === undefined) return "unknown";
    const outcome = await this.#records.outcome(record);
    const isNo = outcome === "denied" || outcome === "withdrawn";
    if (!isNo || !await this.#declines.takeBack(record)) return await this.#lateOrUnknown(record);
    await this.#records.setOutcome(record, "no_taken_back");
    this.#host.endAt(record.hash, this.#clock.now());
    return "no_taken_back";
  }

  async #dropYes(record: ApprovalRecord): Promise<boolean> {
    if (!await this.#records.dropYes(record)) return false;
    await this.#ended.end(record.customer, await markOf("page", record.hash));
    return true;
  }

  async #findOrOpen(request: ApprovalRequest): Promise<OpenApproval & { isNew: boolean }> {
    const known = await this.#findOpen(request);
    if (known !== undefined) return { ...await this.#served(known), isNew: false };
    const id = newPageId();
    const hash = await hashOf(id);
    const endsAt = endOfQuestion(request, this.#clock.now());
    await this.#serve(hash, endsAt);
    try {
      const asked = await this.#openFirst(request, { id, hash, endsAt });
      if (!asked.isNew) this.#host.endAt(hash, this.#clock.now());
      return asked;
    } catch (error) {
      this.#host.endAt(hash, this.#clock.now());
      throw error;
    }
  }

  /** Opens the approval under `id`, unless another replica has just asked about the same call. */
  async #openFirst(
    request: ApprovalRequest,
    { id, ...page }: { id: string; hash: string; endsAt: number },
  ): Promise<OpenApproval & { isNew: boolean }> {
    const record = await this.#open(request, page);
    if (record === undefined) {
      // Another replica may have taken the last slot for the same call.
      const other = await this.#findOpen(request);
      if (other !== undefined) return { ...await this.#served(other), isNew: false };
      throw tooManyOpen();
    }
    const mine = { ...this.#pageOf({ id, record }), isNew: true };
    if (await this.#records.setFirstIdFor(record, id)) return mine;
    const first = await this.#findOpen(request);
    if (first === undefined) {
      await this.#records.setIdFor(record, id);
      return mine;
    }
    if (await this.#records.close(record)) await this.#releasePlace(record);
    return { ...await this.#served(first), isNew: false };
  }

  async #served(found: FoundApproval): Promise<OpenApproval> {
    await this.#serve(found.record.hash, found.record.endsAt);
    return this.#pageOf(found);
  }

  async #serve(hash: string, until: number): Promise<void> {
    const why = await this.#host.open(hash, until);
    if (why !== undefined) throw new PageNotServedError(why);
  }

  #pageOf({ id, record }: FoundApproval): OpenApproval {
    if (this.#publicUrl === undefined) throw new Error("Without PUBLIC_URL there is no approval page.");
    return { url: `${this.#publicUrl}/approve/${id}`, endsAt: record.endsAt };
  }

  /** The open approval of this call. An approval that can't be used is closed and forgotten. */
  async #findOpen(
    { customer, fingerprint, approvalCode, connection }: Pick<
      ApprovalRequest,
      "customer" | "fingerprint" | "approvalCode" | "connection"
    >,
  ): Promise<FoundApproval | undefined> {
    const id = await this.#records.idFor(customer, fingerprint);
    if (id === undefined) return undefined;
    const record = await this.#records.findOf(customer, await hashOf(id));
    if (record !== undefined && await this.#canBeDecided(record)) {
      if (await this.#codes.takes(record, { approvalCode, connection })) return { id, record };
      if (await this.#records.close(record)) await this.#releasePlace(record);
    }
    await this.#records.forgetIdFor(customer, fingerprint, id);
    return undefined;
  }

  /** Writes a new approval; undefined if the customer has too many open ones. */
  async #open(
    request: ApprovalRequest,
    { hash, endsAt }: { hash: string; endsAt: number },
  ): Promise<ApprovalRecord | undefined> {
    const { customer, boundTo, fingerprint, no, tool, question, email, client, connection } = request;
    const place = await this.#places.take(customer, hash, Math.max(1, endsAt - this.#clock.now()));
    if (place === undefined) return undefined;
    const record = {
      hash,
      customer,
      ...(boundTo !== "" && { boundTo }),
      fingerprint,
      no,
      tool,
      question: keptQuestion(question),
      arguments: request.arguments,
      ...(email !== undefined && { email }),
      ...(client !== undefined && { client }),
      ...await this.#codes.kept(hash, request),
      ...(connection && { connectionClient: connection.client, connectionEndsAt: connection.endsAt }),
      place: place.name,
      endsAt,
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
    if (this.#clock.now() >= record.endsAt) return undefined;
    if (await this.#records.isOpen(record)) return "open";
    return await this.#records.hasYes(record) ? "approved" : undefined;
  }

  async #canBeDecided(record: ApprovalRecord): Promise<boolean> {
    return this.#clock.now() < record.endsAt && await this.#records.isOpen(record);
  }

  async #lateOrUnknown(record: ApprovalRecord): Promise<Decided> {
    return await this.#stateOf(record) === undefined ? "unknown" : "too_late";
  }

  /** Ends a question with a no. The caller has taken the open mark, so no yes can follow. */
  async #endWithNo(record: ApprovalRecord): Promise<void> {
    await this.#setNo(record, "denied");
    await this.#releasePlace(record);
  }

  /** Remembers a no. As long as it counts, a person can take it back on the page. */
  async #setNo(record: ApprovalRecord, outcome: "denied" | "withdrawn"): Promise<void> {
    const until = await this.#declines.remember(record);
    await this.#records.setOutcome(record, outcome);
    this.#host.endAt(record.hash, until);
  }

  async #releasePlace({ customer, hash, place }: ApprovalRecord): Promise<void> {
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
    hint: "Nothing was done. Ask the user to decide about the open ones; each one ends by itself.",
    retryAfter: OPEN_MS / 1000,
    limitedBy: "approvals",
  });
}
