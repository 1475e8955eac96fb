import type { Clock } from "../async/clock.ts";
import type { KeyRing } from "../crypto/key_ring.ts";
import type { Store } from "../store/store.ts";
import type { Caller } from "../identity/caller.ts";
import { ApprovalCodes, passphraseScope } from "./code.ts";
import { CodeTries, type CodeTry } from "./code_tries.ts";

/** A customer's page, which may ask for the approval code. */
export interface CodedPage {
  /** All 64 hex digits of the customer id. */
  customer: string;
  /** SHA-256 of the id in its address. */
  hash: string;
  /** HMAC of the code or passphrase that it asks for; left out if it asks for none. */
  codeDigest?: string;
  /** What a passphrase's HMAC is bound to; left out for a code, which is bound to the page. */
  codeScope?: string;
  /** The connection whose call it is. The browser that made the connection needs no code, and only it needs none. */
  connection?: string;
}

/** A connection that a browser proved to have made. */
export interface BrowserProof {
  customer: string;
  connection: string;
}

/** How a caller's person proves on a page that they may decide. */
export type ProvingCaller = Pick<Caller, "approvalCode"> & Partial<Pick<Caller, "connection">>;

/** How many codes may still be tried. */
export interface CodeState {
  /** Wrong codes that may still be typed at all pages of the customer; undefined if this page asks for no code. */
  triesLeft: number | undefined;
  /**
   * When codes are accepted again, in milliseconds since the epoch; undefined unless too many wrong codes were typed at
   * the customer's pages.
   */
  closedUntil: number | undefined;
  /**
   * What the browser that made the connection is good for: it may decide without a code (`enough`), or nobody else may
   * (`needed`). Undefined for a call without a connection.
   */
  browser: "enough" | "needed" | undefined;
}

/** Keeps and checks the approval codes of pages, and limits the tries at all pages of a customer together. */
export class PageCodes {
  readonly #codes: ApprovalCodes;
  readonly #tries: CodeTries;

  constructor(options: { store: Store; ring: KeyRing; clock: Clock }) {
    this.#codes = new ApprovalCodes(options.ring);
    this.#tries = new CodeTries(options);
  }

  /** What a page keeps of the proof that it asks for. */
  async kept(
    hash: string,
    { approvalCode, connection }: ProvingCaller,
  ): Promise<Pick<CodedPage, "codeDigest" | "codeScope" | "connection">> {
    const made = connection === undefined ? {} : { connection: connection.id };
    if (approvalCode !== undefined) return { ...made, codeDigest: await this.#codes.digest(hash, approvalCode) };
    if (connection?.passphrase === undefined) return made;
    return { ...made, codeDigest: connection.passphrase, codeScope: passphraseScope(connection.id) };
  }

  /** Whether a page asks for the proof of this caller. Does not count as a try. */
  async takes(page: CodedPage, { approvalCode, connection }: ProvingCaller): Promise<boolean> {
    const { hash, codeDigest, codeScope } = page;
    if (page.connection !== connection?.id) return false;
    if (approvalCode === undefined) return codeDigest === connection?.passphrase;
    if (codeDigest === undefined || codeScope !== undefined) return false;
    return await this.#codes.matches(hash, approvalCode, codeDigest);
  }

  /**
   * Tries a code. A page without code and connection accepts any, unless approving is closed for the customer. A browser
   * that made the page's connection needs no code.
   */
  async attempt(page: CodedPage, code: string, browser: readonly BrowserProof[] = []): Promise<CodeTry | "no_proof"> {
    const { customer, hash, codeDigest, codeScope = hash, connection } = page;
    const isOwn = browser.some((proof) => proof.customer === customer && proof.connection === connection);
    if (codeDigest === undefined || isOwn) {
      if (connection !== undefined && !isOwn) return "no_proof";
      return await this.#tries.closedUntil(customer) === undefined ? "right" : "closed";
    }
    return await this.#tries.attempt(customer, () => this.#codes.matches(codeScope, code, codeDigest));
  }

  /** How many codes may still be tried at a page. */
  async stateOf({ customer, codeDigest, connection }: CodedPage): Promise<CodeState> {
    return {
      triesLeft: codeDigest === undefined ? undefined : await this.#tries.left(customer),
      closedUntil: await this.#tries.closedUntil(customer),
      browser: connection === undefined ? undefined : codeDigest === undefined ? "needed" : "enough",
    };
  }
}
