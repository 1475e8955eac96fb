/** The pages of approvals. Our own words are plain text; everything else goes through `data.ts`. */
import type { ApprovalRecord } from "../../confirm/approval_records.ts";
import type { Approval, ApprovalState } from "../../confirm/approval.ts";
import { MAX_WRONG_CODES } from "../../confirm/code_tries.ts";
import type { QuestionFact, ShownQuestion, ShownStep } from "../../confirm/question.ts";
import type { JsonValue } from "../../text/clean.ts";
import { Html, markup } from "../html.ts";
import { codeField, hasWrongCode } from "./code_field.ts";
import { argumentData, data, listData, valueData } from "./data.ts";
import { BOXES, clockTime, type Notice, ours, type Page, plural, render } from "./layout.ts";
import { asker, subjectSections } from "./sections.ts";

/** What the page says once a person has decided. */
const ENDINGS: Record<Exclude<ApprovalState, "open">, Notice & { mark: string; good: boolean }> = {
  approved: {
    title: "Approved, not used yet",
    mark: "Waiting for the assistant",
    text: "Go back to the assistant and tell it that you have approved.",
    good: true,
  },
  used: {
    title: "Approved and used",
    mark: "Done here",
    text: "The call was let through, once. This approval can't be used again. The assistant can tell what came of it.",
    good: true,
  },
  denied: {
    title: "Denied",
    mark: "Nothing was done",
    text: "This call is not carried out, and the assistant is told not to ask again.",
    good: false,
  },
  withdrawn: {
    title: "Approval withdrawn",
    mark: "Nothing was done",
    text: "The yes was taken back before any call used it.",
    good: false,
  },
  no_taken_back: {
    title: "Your no is taken back",
    mark: "Nothing was done",
    text: "Nothing is approved by that. If the assistant makes the same call again, you are asked again.",
    good: false,
  },
};

/** The page of an approval in any state; `now` in milliseconds since the epoch. */
export function approvalPage(approval: Approval, now: number, { wrong }: OpenOptions = {}): string {
  const { state } = approval;
  return render(state === "open" ? openPage(approval, now, wrong) : endedPage(approval, state));
}

/** What just happened on an open page. */
interface OpenOptions {
  /** The typed label was not the one on the page, or this is not the browser that made the connection. */
  wrong?: "wrong_label" | "no_proof";
}

function openPage(approval: Approval, now: number, wrong: OpenOptions["wrong"]): Page {
  const { record, endsAt } = approval;
  const minutes = Math.max(1, Math.ceil((endsAt - now) / 60_000));
  const within = `${minutes} ${plural(minutes, "minute", "minutes")}`;
  return {
    title: openTitle(approval, wrong),
    footer: BOXES,
    main: markup`<p class="state" role="status">Waiting for your decision</p>
<h1>${ours(record.question.headline)}</h1>
<p>An AI assistant asks to do this. It happens only if you approve within ${within}, until ${clockTime(endsAt)}.</p>
${meaning(record.question)}${whatItHits(record.question)}${asker(record)}${sent(record)}
${approval.closedUntil === undefined ? decisionForm(approval, wrong) : closedForm(approval.closedUntil)}`,
  };
}

function openTitle(approval: Approval, wrong: OpenOptions["wrong"]): string {
  if (wrong === "wrong_label") return "Not what is shown: approve or deny";
  if (wrong === "no_proof") return "Not this browser: approve or deny";
  return hasWrongCode(approval) ? "Wrong code: approve or deny" : "Approve or deny";
}

function decisionForm(approval: Approval, wrong: OpenOptions["wrong"]): Html {
  const { triesLeft, browser, record: { question: { typed } } } = approval;
  const isShort = triesLeft === undefined && browser === undefined && typed === undefined;
  return markup`<form method="post" aria-label="Your decision" class="${isShort ? "short" : "tall"}">
${typed === undefined ? undefined : labelField(typed, wrong === "wrong_label")}
${codeField(approval, "Denying needs none.", wrong === "no_proof")}
<div class="buttons">
<button name="decision" value="approve" class="strong">Approve</button>
<button name="decision" value="deny" formnovalidate>Deny</button>
</div>
</form>`;
}

/** The field for the label of what is gone for good. */
function labelField(typed: string, wrong: boolean): Html {
  const alert = wrong
    ? markup`<p class="alert" role="alert" id="not-it">What was typed is not what is shown here. Nothing was done.</p>`
    : undefined;
  const marks = new Html(
    wrong ? 'aria-describedby="not-it about-label" aria-invalid="true" autofocus' : 'aria-describedby="about-label"',
  );
  return markup`${alert}<label for="label">To approve, type ${data(typed)}</label>
<p class="note" id="about-label">Exactly as it stands here, without the quotation marks. Denying needs nothing typed.</p>
<input id="label" name="label" required maxlength="200" ${marks}
autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false">`;
}

/** The form after too many wrong codes: denying is always possible, approving not for ten minutes. */
function closedForm(until: number): Html {
  return markup`<form method="post" aria-label="Your decision" class="tall">
<p class="alert" role="alert">A wrong approval code was typed ${MAX_WRONG_CODES} times for this account, so nothing can be
approved before ${clockTime(until)}. If you did not type it, somebody else has an address like this one: deny what you
did not ask for, and choose another code.</p>
<div class="buttons">
<button name="decision" value="deny">Deny</button>
</div>
</form>`;
}

function endedPage({ record, endsAt, noUntil }: Approval, state: Exclude<ApprovalState, "open">): Page {
  const { title, mark, text, good } = ENDINGS[state];
  const isApproved = state === "approved";
  const isNo = state === "denied" || state === "withdrawn";
  const until = isApproved ? markup`The assistant may make this call once, until ${clockTime(endsAt)}. ` : undefined;
  return {
    title,
    footer: BOXES,
    main: markup`<p class="state ${good ? "good" : "no"}">${mark}</p>
<h1>${title}</h1>
<p role="status">${until}${text}</p>
${isApproved ? withdrawal() : undefined}${isNo && noUntil !== undefined ? reconsidering(noUntil) : undefined}
<section><h2>The call</h2><p>${ours(record.question.headline)}</p></section>
${whatItHits(record.question)}${asker(record)}${sent(record)}`,
  };
}

function withdrawal(): Html {
  return markup`<form method="post" aria-label="Withdraw your approval">
<p>Changed your mind? You can take your yes back until the call is made.</p>
<div class="buttons"><button name="decision" value="withdraw">Withdraw</button></div>
</form>`;
}

/** The form to take a no back: it counts for two minutes, unless the person changes their mind. */
function reconsidering(until: number): Html {
  return markup`<form method="post" aria-label="Take your no back">
<p>Until ${clockTime(until)} the assistant can't ask for this again. Changed your mind? Take your no back, then tell the
assistant to try again.</p>
<div class="buttons"><button name="decision" value="reconsider">Take my no back</button></div>
</form>`;
}

function meaning({ consequences }: ShownQuestion): Html | undefined {
  if (consequences.length === 0) return undefined;
  const sentences = consequences.map((sentence) => markup`<li>${ours(sentence)}</li>`);
  return markup`<section class="warn"><h2>What it means</h2><ul>${sentences}</ul></section>
`;
}

/** What a call hits, or every step of a plan. */
function whatItHits(question: ShownQuestion): Html {
  const { steps = [] } = question;
  return steps.length === 0 ? target(question) : markup`${steps.map(step)}`;
}

/** One step of a plan, as its own call would be shown. */
function step({ tool, question, arguments: sent }: ShownStep, index: number): Html {
  return markup`<section class="step"><h2>Step ${index + 1}: ${ours(question.headline)}</h2></section>
${meaning(question)}${target(question)}${sentStep(tool, sent)}`;
}

function sentStep(tool: string, sent: ShownStep["arguments"]): Html {
  return markup`<section><h2>Sent for this step</h2>
<dl><dt>Tool</dt><dd>${ours(tool)}</dd>${argumentList(sent)}</dl>
</section>
`;
}

function argumentList(sent: Readonly<Record<string, JsonValue>>): Html[] {
  return Object.entries(sent).map(([name, value]) => markup`<dt>${ours(name)}</dt><dd>${argumentData(value)}</dd>`);
}

function target({ subject, losesData, facts = [] }: ShownQuestion): Html {
  return markup`${subjectSections(subject, losesData === true)}
${facts.map(fact)}`;
}

function fact({ name, values }: QuestionFact): Html {
  const [only] = values;
  if (only === undefined) {
    return markup`<section><h2>${ours(name)}</h2><p>None</p></section>
`;
  }
  if (values.length === 1) {
    return markup`<section><h2>${ours(name)}</h2><p>${valueData(only)}</p></section>
`;
  }
  return markup`<section><h2>${ours(name)} <span class="note">${values.length}</span></h2>${listData(values)}</section>
`;
}

function sent(record: ApprovalRecord): Html {
  const list = argumentList(record.arguments);
  const note = markup`<p class="note">The assistant chose these values.</p>`;
  return markup`<section><h2>Sent by the assistant</h2>
<dl><dt>Tool</dt><dd>${ours(record.tool)}</dd>${list}</dl>
${list.length === 0 ? undefined : note}
</section>
`;
}
