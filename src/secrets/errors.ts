/** The errors that a model gets when a secret can't be shown to the person, or may have been set. */
import { type NoPage, noPageText, type PageAccess } from "../confirm/page_access.ts";
import { ToolError } from "../errors.ts";
import type { StoreError } from "../store/store.ts";
import type { SecretAddress } from "./records.ts";

/** There is no page on which the person could see the secret. */
export function noPage(toolName: string, why: NoPage, { publicUrl }: Pick<PageAccess, "publicUrl">): ToolError {
  const { reason, advice } = noPageText(why, publicUrl);
  return new ToolError(
    "confirmation_required",
    `${toolName} shows secrets to the user on a page, and there is no page here: ${reason}.`,
    {
      hint:
        `Nothing was done. ${advice} Tell the user. Only if the user wants you to see the secret, call again with ` +
        'show: "answer"; a person is asked first.',
      done: "nothing",
    },
  );
}

/** Too many pages with secrets wait to be opened. */
export function tooManySecrets(most: number): ToolError {
  return new ToolError("rate_limited", `${most} pages with secrets of this account were not opened yet.`, {
    hint: "Nothing was done. Ask the user to open them; each one ends by itself after ten minutes.",
    retryAfter: 600,
    limitedBy: "secrets",
    done: "nothing",
  });
}

/** The store can't keep the secret for its page, so it was not sent. */
export function storeAwayUnsent(cause: StoreError): ToolError {
  return new ToolError("store_unavailable", "The page for the new password can't be made, so nothing was sent.", {
    hint:
      "Nothing was done. Try again in a minute. If it stays, tell the user, who can ask the operator of this server.",
    done: "nothing",
    cause,
  });
}

/** Tells the model how to give the address in `secret_url` to the person. */
export function howToShow(what: string): string {
  return `Give the address in secret_url to the user and never open it yourself. It shows ${what} once, within ten minutes.`;
}

/** A failure that leaves open whether the password was set. The person can see the password that was sent. */
export function maybeSet(error: ToolError, { url, endsAt }: SecretAddress): ToolError {
  const { code, message, hint, retryAfter, details, limitedBy } = error;
  return new ToolError(code, message, {
    hint: `${hint === undefined ? "" : `${hint} `}${howToShow("the password that may be set now")}`,
    ...(retryAfter !== undefined && { retryAfter }),
    details: { ...details, secret_url: url, secret_expires_at: new Date(endsAt).toISOString() },
    done: "unknown",
    ...(limitedBy !== undefined && { limitedBy }),
    cause: error,
  });
}
