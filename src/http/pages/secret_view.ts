/** The pages of secrets. Our own words are plain text; everything else but the secrets goes through `data.ts`. */
import { MAX_WRONG_CODES } from "../../confirm/code_tries.ts";
import { shortCustomerId } from "../../identity/customer_id.ts";
import type { SecretPage } from "../../secrets/pages.ts";
import type { SecretRecord } from "../../secrets/records.ts";
import { spelledValue, writeOut } from "../../text/odd_characters.ts";
import { type Html, markup } from "../html.ts";
import { codeField, hasWrongCode } from "./code_field.ts";
import { data } from "./data.ts";
import { BOXES, clockTime, ours, type Page, plural, render } from "./layout.ts";
import { clientName, subjectSections } from "./sections.ts";

/** The page of secrets, before they are opened or after; `now` in milliseconds since the epoch. */
export function secretPage(page: SecretPage, now: number, { noProof = false } = {}): string {
  return render(page.record.state === "shown" ? shownBeforePage(page.record) : unopenedPage(page, now, noProof));
}

function unopenedPage(page: SecretPage, now: number, noProof: boolean): Page {
  const { record, endsAt, closedUntil } = page;
  const minutes = Math.max(1, Math.ceil((endsAt - now) / 60_000));
  return {
    title: hasWrongCode(page) ? "Wrong code: see a secret once" : "See a secret once",
    footer: BOXES,
    main: markup`<p class="state" role="status">Not seen yet</p>
<h1>${heading(record)}</h1>
<p>It is shown once. Have the place ready where you keep it, such as a password manager. The assistant does not see it.
You have ${minutes} ${plural(minutes, "minute", "minutes")}, until ${clockTime(endsAt)}.</p>
${doubt(record)}${whatItIs(record)}${subjectSections(record.subject, false)}${whoAsked(record)}
${closedUntil === undefined ? openForm(page, noProof) : closedNote(closedUntil)}`,
  };
}

/** The page that shows the secrets: the answer to the form that opened them. */
export function openedPage(record: SecretRecord, values: readonly string[]): string {
  const entries = record.items.map(({ name, user }, index) => secretEntry(name, user, values[index] ?? ""));
  return render({
    title: "Shown once",
    footer: BOXES,
    main: markup`<p class="state good" role="status">Shown now, and never again</p>
<h1>${heading(record)}</h1>
<p>Copy it now: once you leave this page, nobody can see it again. One tap or click selects a whole secret.</p>
${doubt(record)}${entries}${subjectSections(record.subject, false)}`,
  });
}

function shownBeforePage(record: SecretRecord): Page {
  return {
    title: "Shown before",
    footer: BOXES,
    main: markup`<p class="state no">Can't be seen again</p>
<h1>This was shown already</h1>
<p role="status">It was shown at ${
      clockTime(record.since)
    }, and no copy of it is kept. If that was not you, somebody else
has seen it: ask the
assistant for a new one. If you did not copy it, ask the assistant to set or show it again.</p>
${whatItIs(record)}${subjectSections(record.subject, false)}${whoAsked(record)}`,
  };
}

function heading({ items: [first, ...more] }: SecretRecord): string {
  if (first === undefined || more.length > 0) return `${more.length + 1} secrets`;
  return ours(first.name);
}

/** A warning, if nobody knows whether Cloudways set the password. */
function doubt({ state }: SecretRecord): Html | undefined {
  if (state !== "unconfirmed") return undefined;
  return markup`<section class="warn"><h2>Perhaps not in use</h2><p>This password was sent to Cloudways, and no answer
came. It may be set, or the one before may still be good. Try it; if it does not work, ask for a new one.</p></section>
`;
}

function whatItIs({ items, madeAt, tool }: SecretRecord): Html {
  const list = items.map(({ name, user }) =>
    markup`<dt>${ours(name)}</dt><dd>${
      user === undefined ? "no user name" : markup`<span class="note">for the user</span> ${data(user)}`
    }</dd>`
  );
  return markup`<section><h2>What it is</h2><dl>${list}
<dt>Made or read</dt><dd>${clockTime(madeAt)}, by ${ours(tool)}</dd></dl></section>
`;
}

function whoAsked({ customer, client }: SecretRecord): Html {
  return markup`<section><h2>Who asked</h2><dl><dt>Account</dt><dd>${shortCustomerId(customer)}</dd>
<dt>Client</dt><dd>${client === undefined ? "not known" : clientName(client)}</dd></dl></section>
`;
}

function secretEntry(name: string, user: string | undefined, value: string): Html {
  const shown = writeOut(value);
  const spelled = spelledValue(shown);
  const odd = spelled === undefined ? undefined : markup`<p class="note">not all plain letters: ${spelled}</p>`;
  const marked = shown === value
    ? undefined
    : markup`<p class="note">Characters that can't be seen stand above as their code points.</p>`;
  return markup`<section><h2>${ours(name)}</h2>
${user === undefined ? undefined : markup`<p><span class="note">User:</span> ${data(user)}</p>`}
<p class="secret"><code>${shown}</code></p>${marked}${odd}</section>
`;
}

function openForm(page: SecretPage, noProof: boolean): Html {
  return markup`<form method="post" aria-label="See it" class="${page.triesLeft === undefined ? "short" : "tall"}">
${codeField(page, "", noProof)}
<div class="buttons"><button name="show" value="once">Show it once</button></div>
</form>`;
}

/** The note after too many wrong codes. */
function closedNote(until: number): Html {
  return markup`<p class="alert" role="alert">A wrong approval code was typed ${MAX_WRONG_CODES} times for this account, so
nothing is shown before ${clockTime(until)}. If you did not type it, somebody else has an address like this one: ask for
a new secret, and choose another code.</p>`;
}
