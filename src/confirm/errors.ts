/** The errors that a model gets when a person's yes is missing. */
import { ToolError } from "../errors.ts";
import type { StoreError } from "../store/store.ts";

const NOTHING_DONE = "Nothing was done.";

/** Nobody can be asked. */
export function noWayToAsk(toolName: string, reason: string, hint: string, cause?: Error): ToolError {
  const message = `${toolName} needs a person's yes to this call, and nobody can be asked: ${reason}.`;
  return new ToolError("confirmation_required", message, { hint: `${NOTHING_DONE} ${hint}`, cause });
}

/** No page can show all values, and a person must not approve what they can't see. */
export function tooLongToShow(toolName: string): ToolError {
  const reason = "the values of this call are too many or too long to be shown whole";
  return noWayToAsk(toolName, reason, "Tell the user. Make the change in smaller steps.");
}

/** The store failed: nobody was asked, or their answer can't be checked. */
export function storeFailed(toolName: string, cause: StoreError): ToolError {
  const hint = "Try again in a few seconds. If it stays, tell the user, who can ask the operator of this server.";
  return noWayToAsk(toolName, "the part of this server that keeps questions does not answer", hint, cause);
}

/** Why the question is on a page although the client could have shown it, or said that it could. */
export type PageReason = "not asked" | "session unknown" | undefined;

const PAGE_REASONS = {
  "not asked": "This client did not show the question to anybody. ",
  "session unknown": "This server was restarted and no longer knows what this client can do; once the user has " +
    "reconnected it, it can show questions itself. ",
} as const;

/** A page where a person has to decide; `endsAt` is in milliseconds since the Unix epoch. */
interface PageToDecideOn {
  url: string;
  endsAt: number;
  needsCode: boolean;
  reason: PageReason;
}

/** A person has to decide on the page. */
export function decideOnPage(facts: string, { url, endsAt, needsCode, reason }: PageToDecideOn): ToolError {
  const code = needsCode ? " The page asks for the approval code, which only the user knows." : "";
  return new ToolError("confirmation_required", facts, {
    isShown: true,
    hint: `${NOTHING_DONE} ${reason === undefined ? "" : PAGE_REASONS[reason]}Give the address in ` +
      `details.approval_url to the user and never open it yourself.${code} Once the user says that it is approved, ` +
      `make exactly the same call again; it goes through once, until ${new Date(endsAt).toISOString()}.`,
    details: { approval_url: url },
  });
}

/**
 * The same call came again while its page is open.
 *
 * @param url Undefined if the client showed it to the person and not to the model.
 */
export function approvalPending(toolName: string, url: string | undefined, endsAt: number): ToolError {
  const where = url === undefined
    ? "The user was shown the address."
    : "The address in details.approval_url is for the user alone; never open it yourself.";
  return new ToolError("approval_pending", `${toolName} is not approved yet; its page is open.`, {
    hint: `${NOTHING_DONE} ${where} Once the user says that it is approved, make exactly the same call again.`,
    details: { ...(url !== undefined && { approval_url: url }), expires_at: new Date(endsAt).toISOString() },
  });
}

/** The answer that came with the call can't be used. */
export function unusableAnswer(): ToolError {
  return new ToolError(
    "confirmation_required",
    "The answer to the question can't be used: it was altered, has " +
      "expired, or was used already.",
    {
      hint: `${NOTHING_DONE} Make the call again, without an answer, to have the user asked again.`,
    },
  );
}

/** The target of the call kept changing while the person was asked. */
export function changedMeanwhile(toolName: string): ToolError {
  return new ToolError("confirmation_required", `What ${toolName} would hit has changed since the user was asked.`, {
    hint: `${NOTHING_DONE} Make the call again to have the user asked again.`,
  });
}

/** The person approved more than once, and typed a wrong label each time. */
export function wrongLabelTyped(toolName: string): ToolError {
  return new ToolError("confirmation_required", `What the user typed to approve ${toolName} is not what was shown.`, {
    hint: `${NOTHING_DONE} Tell the user. Make the call again to have the user asked again: the text in the question ` +
      "has to be typed exactly.",
  });
}

/** The client was asked and gave no answer. */
export function noAnswer(toolName: string): ToolError {
  return new ToolError("confirmation_required", `${toolName} needs a person's yes, and no answer came.`, {
    hint: `${NOTHING_DONE} Tell the user. Make the call again when the user is there to answer.`,
  });
}

/** A person said no. It counts until `until`, in milliseconds since the Unix epoch. */
export function declined(toolName: string, until: number): ToolError {
  const iso = new Date(until).toISOString();
  const message = `A person said no to this call of ${toolName}. Until ${iso} nobody is asked about it again.`;
  return new ToolError("confirmation_declined", message, {
    hint: `${NOTHING_DONE} Do not ask again unless the user says so. Only if the user wants to be asked again before ` +
      "then, add again: true to the same call: it is no yes, but puts the question once more.",
    details: { until: iso },
  });
}

/** The approval code in the header is malformed. */
export function unusableCode(): ToolError {
  return new ToolError("confirmation_required", "X-MCP-Approval-Code must be 8 to 64 visible ASCII characters.", {
    hint:
      "Nothing was done. Tell the user to put another code into the client's configuration; don't choose it for them.",
  });
}
