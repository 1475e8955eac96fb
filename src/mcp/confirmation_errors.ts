/** What a model is told where a person's yes is missing. */
import { ToolError } from "../errors.ts";
import type { StoreError } from "../store/store.ts";

const NOTHING_DONE = "Nothing was done.";

/** There is no way to ask. */
export function noWayToAsk(toolName: string, reason: string, hint: string, cause?: Error): ToolError {
  const message = `${toolName} needs a person's yes to this call, and nobody can be asked: ${reason}.`;
  return new ToolError("confirmation_required", message, { hint: `${NOTHING_DONE} ${hint}`, cause });
}

/** No page could show all of it, and nobody says yes to what is not shown. */
export function tooLongToShow(toolName: string): ToolError {
  const reason = "the values of this call are too many or too long to be shown whole";
  return noWayToAsk(toolName, reason, "Tell the user. Make the change in smaller steps.");
}

/** Questions can't be kept, or were lost: nobody was asked, or no answer counts. */
export function storeFailed(toolName: string, cause: StoreError): ToolError {
  const hint = "Try again in a few seconds. If it stays, tell the user, who can ask the operator of this server.";
  return noWayToAsk(toolName, "the part of this server that keeps questions does not answer", hint, cause);
}

/** A person has to decide on the page. */
export function decideOnPage(facts: string, url: string, needsCode: boolean): ToolError {
  const code = needsCode ? " The page asks for the approval code, which only the user knows." : "";
  return new ToolError("confirmation_required", facts, {
    isShown: true,
    hint: `${NOTHING_DONE} Give the address in details.approval_url to the user and never open it yourself.${code} ` +
      "Once the user says that it is approved, make exactly the same call again; it goes through once, within ten " +
      "minutes.",
    details: { approval_url: url },
  });
}

/** The person was shown the page and has not decided there. */
export function notYetDecided(toolName: string): ToolError {
  return new ToolError("confirmation_required", `${toolName} is not approved on its approval page yet.`, {
    hint: `${NOTHING_DONE} The user was shown the address. Once the user says that it is approved, make exactly the ` +
      "same call again.",
  });
}

/** The answer that came with the call can't be used. */
export function unusableAnswer(): ToolError {
  return new ToolError(
    "confirmation_required",
    "The answer to the question can't be used: it was altered, has " +
      "expired, or was used already.",
    {
      hint: `${NOTHING_DONE} Make the call again, without an answer, to have the user asked anew.`,
    },
  );
}

/** What the call hits kept changing while it was asked about. */
export function changedMeanwhile(toolName: string): ToolError {
  return new ToolError("confirmation_required", `What ${toolName} would hit has changed since the user was asked.`, {
    hint: `${NOTHING_DONE} Make the call again to have the user asked anew.`,
  });
}

/** The client was asked and gave no answer. */
export function noAnswer(toolName: string): ToolError {
  return new ToolError("confirmation_required", `${toolName} needs a person's yes, and no answer came.`, {
    hint: `${NOTHING_DONE} Tell the user. Make the call again when the user is there to answer.`,
  });
}

/** A person said no. */
export function declined(toolName: string): ToolError {
  return new ToolError("confirmation_declined", `A person said no to this call of ${toolName}.`, {
    hint: `${NOTHING_DONE} Do not ask again unless the user says so.`,
  });
}
