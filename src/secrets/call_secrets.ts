/** The secrets of one call: passwords that it sets, and secrets that it shows. */
import type { QuestionSubject } from "../confirm/question.ts";
import type { Fingerprint } from "../confirm/shown_values.ts";
import { callTimedOut, leavesOpen, ToolError } from "../errors.ts";
import { StoreError } from "../store/store.ts";
import type { Logger } from "../telemetry/log.ts";
import { howToShow, maybeSet, storeAwayUnsent } from "./errors.ts";
import type { SecretAddress } from "./records.ts";
import { makePassword } from "./password.ts";
import { memberOf } from "../text/member.ts";
import type { SecretText } from "../text/secret_text.ts";
import type { KeptSecrets, NewSecrets, Secret, SecretPages } from "./pages.ts";

/** Where a secret is shown: to the person on a page, or to the model in the answer. */
export const SHOW = ["page", "answer"] as const;

/** One of {@linkcode SHOW}. */
export type Show = typeof SHOW[number];

/** Members of an answer that show a secret, or the address of its page. */
export interface SecretAnswer {
  secret_url?: string;
  secret_expires_at?: string;
  password?: string;
  /** What to do with `secret_url`. */
  show_next_step?: string;
}

/** A password that a call sets. */
export interface PasswordToSet extends Omit<Secret, "value"> {
  /** What it belongs to. */
  subject: QuestionSubject;
  show: Show;
}

/** A password that was set. */
export interface PasswordSet<T> {
  /** The result of `send`. */
  reply: T;
  /** To be part of the tool's answer. */
  answer: SecretAnswer;
}

/** What {@linkcode CallSecrets} needs: the call, and where its secrets are kept. */
export interface CallSecretsOptions extends Omit<NewSecrets, "subject" | "secrets"> {
  pages: SecretPages;
  /** As questions show secrets to this customer. */
  fingerprint: Fingerprint;
  log: Logger;
}

/** Makes and shows the secrets of one call. */
export class CallSecrets {
  readonly #options: CallSecretsOptions;

  constructor(options: CallSecretsOptions) {
    this.#options = options;
  }

  /**
   * Makes a password, has it set, and shows it. Its page is made before the password is sent, and can be opened only
   * afterwards.
   *
   * @param send Sends the one change that sets it. Called once more, with another password, if Cloudways refuses the
   * first one.
   * @throws {ToolError} What `send` throws. If the password may be set nevertheless, the error has the address of its
   * page.
   */
  async setPassword<T>(
    made: PasswordToSet,
    send: (password: SecretText) => Promise<T>,
  ): Promise<PasswordSet<T>> {
    const set = () => made.show === "page" ? this.#setForPage(made, send) : this.#setForAnswer(send);
    try {
      return await set();
    } catch (error) {
      if (!isPasswordRefused(error)) throw error;
      return await set();
    }
  }

  /** Identifies a secret without revealing it; a question shows the same fingerprint for the same text. */
  fingerprintOf(text: string): Promise<string> {
    return this.#options.fingerprint(text);
  }

  /** Puts existing secrets on a page. */
  async showOnPage(subject: QuestionSubject, secrets: readonly Secret[]): Promise<SecretAnswer> {
    const kept = await this.#options.pages.keep({ ...this.#options, subject, secrets }, "ready");
    return answerOf(kept, secrets.length === 1 ? "it" : "them");
  }

  async #setForAnswer<T>(send: (password: SecretText) => Promise<T>): Promise<PasswordSet<T>> {
    const password = makePassword();
    return { reply: await send(password), answer: { password: password.reveal() } };
  }

  async #setForPage<T>(
    { subject, name, user }: PasswordToSet,
    send: (password: SecretText) => Promise<T>,
  ): Promise<PasswordSet<T>> {
    const { pages } = this.#options;
    const password = makePassword();
    const kept = await pages.keep(
      { ...this.#options, subject, secrets: [{ name, user, value: password }] },
      "waiting",
    ).catch((error) => {
      throw error instanceof StoreError ? storeAwayUnsent(error) : error;
    });
    let reply: T;
    try {
      reply = await send(password);
    } catch (error) {
      throw await this.#afterFailure(kept, error);
    }
    const armed = await this.#arm(kept, "ready");
    return { reply, answer: armed === undefined ? NOT_SHOWN : answerOf(armed, "the password") };
  }

  /** The error of a failed change, with the address of the password's page if it may be set. */
  async #afterFailure(kept: KeptSecrets, thrown: unknown): Promise<unknown> {
    const error = thrown instanceof DOMException && thrown.name === "TimeoutError" ? callTimedOut("write") : thrown;
    if (error instanceof ToolError && !mayBeSet(error)) {
      await this.#options.pages.discard(kept).catch((problem) => this.#noteStoreFailure(problem));
      return error;
    }
    const armed = await this.#arm(kept, "unconfirmed");
    return error instanceof ToolError && armed !== undefined ? maybeSet(error, armed) : error;
  }

  /** The change was sent. If the store fails now, the call must not fail. */
  async #arm(kept: KeptSecrets, state: "ready" | "unconfirmed"): Promise<SecretAddress | undefined> {
    try {
      return await this.#options.pages.arm(kept, state);
    } catch (error) {
      this.#noteStoreFailure(error);
      return undefined;
    }
  }

  #noteStoreFailure(error: unknown): void {
    if (!(error instanceof StoreError)) throw error;
    this.#options.log.warn("the page of a secret could not be changed", { error });
  }
}

/** The password was set, and its page can't show it. */
const NOT_SHOWN: SecretAnswer = {
  show_next_step:
    "The password was set, but the page that shows it can't be opened: a part of this server does not answer, or the " +
    "server is shutting down. Nobody knows the password: tell the user, and set it once more.",
};

function answerOf({ url, endsAt }: SecretAddress, what: string): SecretAnswer {
  return { secret_url: url, secret_expires_at: new Date(endsAt).toISOString(), show_next_step: howToShow(what) };
}

/** Whether the password may be set. Work that began may have set it before it failed. */
function mayBeSet(error: ToolError): boolean {
  return leavesOpen(error) || error.code === "operation_failed";
}

/** Whether Cloudways refused the password, so that it was not set. Its rules for passwords are not published. */
function isPasswordRefused(error: unknown): boolean {
  if (!(error instanceof ToolError) || error.code !== "validation_failed") return false;
  const fields: unknown = error.details?.fields;
  return Array.isArray(fields) && fields.some((field: unknown) => memberOf(field, "field") === "password");
}
