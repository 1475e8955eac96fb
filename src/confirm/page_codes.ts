import type { Clock } from "../async/clock.ts";
import type { KeyRing } from "../crypto/key_ring.ts";
import type { Store } from "../store/store.ts";
import { ApprovalCodes } from "./code.ts";
import { CodeTries, type CodeTry } from "./code_tries.ts";

/** A customer's page, which may ask for the approval code. */
export interface CodedPage {
  /** All 64 hex digits of the customer id. */
  customer: string;
  /** SHA-256 of the id in its address. */
  hash: string;
  /** HMAC of the code that it asks for; left out if it asks for no code. */
  codeDigest?: string;
}

/** How many codes may still be tried. */
export interface CodeState {
  /** Wrong codes that may still be typed at all pages of the customer; undefined if this page asks for no code. */
  triesLeft: number | undefined;
  /**
   * When codes are accepted again, in milliseconds since the epoch; undefined unless too many wrong codes were typed at
   * the customer's pages.
   */
  closedUntil: number | undefined;
}

/** Keeps and checks the approval codes of pages, and limits the tries at all pages of a customer together. */
export class PageCodes {
  readonly #codes: ApprovalCodes;
  readonly #tries: CodeTries;

  constructor(options: { store: Store; ring: KeyRing; clock: Clock }) {
    this.#codes = new ApprovalCodes(options.ring);
    this.#tries = new CodeTries(options);
  }

  /** The digest that a page keeps of its code. */
  async kept(hash: string, code: string | undefined): Promise<Pick<CodedPage, "codeDigest">> {
    return code === undefined ? {} : { codeDigest: await this.#codes.digest(hash, code) };
  }

  /** Whether a page asks for this code; without a code, whether it asks for none. Does not count as a try. */
  async takes({ hash, codeDigest }: CodedPage, code: string | undefined): Promise<boolean> {
    if (codeDigest === undefined || code === undefined) return codeDigest === code;
    return await this.#codes.matches(hash, code, codeDigest);
  }

  /** Tries a code. A page without a code accepts any, unless approving is closed for the customer. */
  async attempt({ customer, hash, codeDigest }: CodedPage, code: string): Promise<CodeTry> {
    if (codeDigest === undefined) return await this.#tries.closedUntil(customer) === undefined ? "right" : "closed";
    return await this.#tries.attempt(customer, () => this.#codes.matches(hash, code, codeDigest));
  }

  /** How many codes may still be tried at a page. */
  async stateOf({ customer, codeDigest }: CodedPage): Promise<CodeState> {
    return {
      triesLeft: codeDigest === undefined ? undefined : await this.#tries.left(customer),
      closedUntil: await this.#tries.closedUntil(customer),
    };
  }
}
