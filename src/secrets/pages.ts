import type { Clock } from "../async/clock.ts";
import { hostOf, type PageAccess, type PageHost, whyNoPage } from "../confirm/page_access.ts";
import { type BrowserProof, type CodeState, PageCodes, type ProvingCaller } from "../confirm/page_codes.ts";
import { hashOf, isPageId, newPageId } from "../confirm/page_ids.ts";
import { OPEN_MS, subjectSchema } from "../confirm/approval_records.ts";
import type { QuestionSubject } from "../confirm/question.ts";
import { safeQuestion } from "../confirm/safe_question.ts";
import type { KeyRing } from "../crypto/key_ring.ts";
import type { Caller } from "../identity/caller.ts";
import type { SealedStore } from "../store/sealed.ts";
import { Slots } from "../store/slots.ts";
import { type Store, StoreError } from "../store/store.ts";
import type { SecretText } from "../text/secret_text.ts";
import { safeText } from "../text/safe.ts";
import { endOf, type SecretAddress, type SecretRecord, SecretRecords } from "./records.ts";
import { noPage, tooManySecrets } from "./errors.ts";

/** One secret for a page. */
export interface Secret {
  /** What it is, in our own words: `Database password`. */
  name: string;
  /** The name of the user that signs in with it. */
  user?: string | undefined;
  value: SecretText;
}

/** The caller that shows secrets, as far as their page needs it. */
export type SecretCaller = Pick<Caller, "secrets" | "boundTo"> & ProvingCaller;

/** Secrets to be shown on one page. */
export interface NewSecrets {
  /** What they belong to. */
  subject: QuestionSubject;
  secrets: readonly Secret[];
  /** All 64 hex digits of the customer id. */
  customer: string;
  caller: SecretCaller;
  /** As the client names itself. */
  client: string | undefined;
  tool: string;
}

/** Secrets that are kept for their page. */
export interface KeptSecrets extends SecretAddress {
  record: SecretRecord;
  values: readonly string[];
}

/** Secrets as their page shows them before they are opened, and after. */
export interface SecretPage extends CodeState {
  record: SecretRecord;
  endsAt: number;
}

/**
 * The result of opening a page. `unknown`: the page does not exist or has expired. `too_late`: it was opened before.
 * `no_proof`: only the browser that made the connection may open it. `closing`: the code was wrong, and no code is accepted for the customer now. `closed`: no code was accepted, so this
 * one was not checked.
 */
export type Opened =
  | { kind: "shown"; record: SecretRecord; values: readonly string[] }
  | { kind: "wrong_code" | "no_proof" | "closing" | "closed" | "too_late"; record: SecretRecord }
  | { kind: "unknown" };

/** What {@linkcode SecretPages} needs. */
export interface SecretPagesOptions {
  store: Store;
  sealed: SealedStore;
  ring: KeyRing;
  clock: Clock;
  access: PageAccess;
}

/** How many unopened pages with secrets a customer may have. */
const MAX_UNOPENED = 20;
const MAX_USER = 100;

/**
 * Secrets that a person sees once, on a page, hidden from the model. An entry that is missing, can't be opened or has
 * expired is not shown. A StoreError is passed on.
 */
export class SecretPages {
  readonly #records: SecretRecords;
  readonly #codes: PageCodes;
  readonly #places: Slots;
  readonly #clock: Clock;
  readonly #access: PageAccess;
  readonly #host: PageHost;

  constructor(options: SecretPagesOptions) {
    this.#records = new SecretRecords(options.sealed, options.clock);
    this.#codes = new PageCodes(options);
    this.#places = new Slots(options.store, "secret", MAX_UNOPENED);
    this.#clock = options.clock;
    this.#access = options.access;
    this.#host = hostOf(options.access);
  }

  /**
   * Makes sure that a caller's secrets can be shown on a page.
   *
   * @throws {ToolError} `confirmation_required` if they can't.
   */
  ensurePage(tool: string, caller: SecretCaller): void {
    const why = whyNoPage(caller, this.#access);
    if (why !== undefined) throw noPage(tool, why, this.#access);
  }

  /**
   * Keeps secrets for their page.
   *
   * @param state `waiting` if their change was not sent yet. Nobody can open them until {@linkcode arm} is called.
   * @throws {ToolError} `confirmation_required` if there is no page, `rate_limited` if too many pages are unopened.
   */
  async keep(request: NewSecrets, state: "waiting" | "ready"): Promise<KeptSecrets> {
    const { tool, caller } = request;
    this.ensurePage(tool, caller);
    const id = newPageId();
    const hash = await hashOf(id);
    const notServed = await this.#host.open(hash, this.#clock.now() + OPEN_MS);
    if (notServed !== undefined) throw noPage(tool, notServed, this.#access);
    try {
      return { url: this.#urlOf(id), ...await this.#keepUnder(hash, request, state) };
    } catch (error) {
      this.#host.endAt(hash, this.#clock.now());
      throw error;
    }
  }

  async #keepUnder(hash: string, request: NewSecrets, state: "waiting" | "ready"): Promise<Omit<KeptSecrets, "url">> {
    const { subject, secrets, customer, caller, client, tool } = request;
    const place = await this.#places.take(customer, hash, OPEN_MS);
    if (place === undefined) throw tooManySecrets(MAX_UNOPENED);
    const now = this.#clock.now();
    const record: SecretRecord = {
      hash,
      customer,
      ...(caller.boundTo !== "" && { boundTo: caller.boundTo }),
      tool,
      ...(client !== undefined && { client }),
      subject: keptSubject(subject, caller.secrets),
      items: secrets.map(({ name, user }) => ({
        name,
        ...(user !== undefined && { user: safeText(user, { secrets: caller.secrets, maxLength: MAX_USER }) }),
      })),
      ...await this.#codes.kept(hash, caller),
      place: place.name,
      state,
      madeAt: now,
      since: now,
    };
    // Cloudways' answer may repeat the caller's own credentials in any text.
    const values = secrets.map(({ value }) => caller.secrets.givenInText(value.reveal()));
    await this.#records.add(record, values);
    return { endsAt: endOf(record), record, values };
  }

  /**
   * Lets a person open the secrets from now on. The change was sent; `unconfirmed` if nobody knows whether it was made.
   *
   * @returns Undefined if the page is not served any more.
   */
  async arm(
    { url, record, values }: KeptSecrets,
    state: "ready" | "unconfirmed",
  ): Promise<SecretAddress | undefined> {
    const notServed = await this.#host.open(record.hash, this.#clock.now() + OPEN_MS);
    if (notServed !== undefined) return undefined;
    const armed = await this.#records.arm(record, state, values);
    return { url, endsAt: endOf(armed) };
  }

  /** Removes the secrets of a change that was certainly not made. */
  async discard({ record }: KeptSecrets): Promise<void> {
    this.#host.endAt(record.hash, this.#clock.now());
    await this.#records.remove(record);
    await this.#releasePlace(record);
  }

  /** What the page shows; undefined for an id that never existed or has expired. */
  async look(id: string): Promise<SecretPage | undefined> {
    const record = await this.#find(id);
    if (record === undefined) return undefined;
    return { record, endsAt: endOf(record), ...await this.#codes.stateOf(record) };
  }

  /**
   * Returns the secrets to the first request that opens them.
   *
   * @param browser The connections that the person's browser made.
   */
  async open(id: string, code: string | undefined, browser: readonly BrowserProof[] = []): Promise<Opened> {
    const record = await this.#find(id);
    if (record === undefined) return { kind: "unknown" };
    if (record.state === "shown") return { kind: "too_late", record };
    const tried = await this.#codes.attempt(record, code ?? "", browser);
    if (tried !== "right") return { kind: tried === "wrong" ? "wrong_code" : tried, record };
    const values = await this.#records.take(record);
    if (values === undefined) return { kind: "too_late", record };
    await this.#noteShown(record);
    return { kind: "shown", record, values };
  }

  /** Notes that the secrets were shown. If the store fails now, the person must see them nevertheless. */
  async #noteShown(record: SecretRecord): Promise<void> {
    this.#host.endAt(record.hash, this.#clock.now());
    try {
      await this.#records.setShown(record);
      await this.#releasePlace(record);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }

  async #find(id: string): Promise<SecretRecord | undefined> {
    const record = isPageId(id) ? await this.#records.find(await hashOf(id)) : undefined;
    if (record === undefined || record.state === "waiting") return undefined;
    return record.state === "shown" || this.#clock.now() < endOf(record) ? record : undefined;
  }

  #urlOf(id: string): string {
    const { publicUrl } = this.#access;
    if (publicUrl === undefined) throw new Error("Without PUBLIC_URL there is no page for secrets.");
    return `${publicUrl.href.replace(/\/$/, "")}/secret/${id}`;
  }

  async #releasePlace({ customer, hash, place }: SecretRecord): Promise<void> {
    await this.#places.release({ purpose: "slot", customer, name: place }, hash);
  }
}

/** A subject as its page may show it. */
function keptSubject(subject: QuestionSubject, secrets: Caller["secrets"]): SecretRecord["subject"] {
  return subjectSchema.parse(safeQuestion({ headline: "", subject, consequences: [] }, secrets, new Map()).subject);
}
