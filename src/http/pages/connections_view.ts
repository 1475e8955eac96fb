/** The page on which people see and end their connections. Data of others goes through `data.ts`. */
import type { Connection } from "../../sign_in/connection.ts";
import { shortCustomerId } from "../../identity/customer_id.ts";
import { Html, markup } from "../html.ts";
import { data } from "./data.ts";
import { dayAndTime, render } from "./layout.ts";
import { connectionEnd } from "./sections.ts";
import { subjectOf } from "./subjects.ts";
import type { TokenProblem } from "./consent_view.ts";

const FOOTER = markup`<p>Texts in grey boxes come from the programs, not from this server.</p>`;

const PROBLEMS: Record<TokenProblem | "no_cookie", string> = {
  refused: "Cloudways does not accept this access token. Copy the whole token and try again.",
  busy: "Too many tokens were tried. Wait a minute and try again.",
  unknown: "Cloudways does not answer right now. Try again in a moment.",
  no_cookie: "This browser has not connected a program. Paste the access token instead.",
};

/** What went wrong before. */
export type OpenProblem = keyof typeof PROBLEMS;

/** The page that asks whose connections to show. */
export function openConnectionsPage(problem?: OpenProblem): string {
  const alert = problem === undefined
    ? undefined
    : markup`<p class="alert" role="alert" id="problem">${PROBLEMS[problem]}</p>`;
  const marks = new Html(problem === undefined ? 'aria-describedby="about"' : 'aria-describedby="problem about"');
  return render({
    title: "Connected programs",
    footer: FOOTER,
    main: markup`<h1>Connected programs</h1>
<p>See which programs may use your Cloudways account through this server, and end what you no longer need.</p>
${alert}<form method="post" action="connect" aria-label="With this browser">
<p>Did you connect a program in this browser? Then you need no token.</p>
<div class="buttons"><button name="step" value="cookie">Use this browser</button></div>
</form>
<form method="post" action="connect" aria-label="With an access token">
<label for="token">Cloudways access token</label>
<p class="note" id="about">The one that you pasted when you connected the program. It begins with cw_.</p>
<input type="password" id="token" name="token" required maxlength="4096" ${marks}
autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false">
<div class="buttons"><button name="step" value="token" class="strong">Show</button></div>
</form>`,
  });
}

/** The connections of one account. */
export interface ShownAccount {
  /** All 64 hex digits of the customer id. */
  customer: string;
  connections: readonly Connection[];
  /** The sealed proof that the person may see and end them. */
  form: string;
}

/** What was just done. */
export type Ended = { ended: number } | undefined;

/** The page with the connections of one account or several. */
export function connectionsPage(accounts: readonly ShownAccount[], done: Ended, isLasting: boolean): string {
  const note = isLasting ? undefined : markup`<p class="note">All of them end when this server is restarted.</p>`;
  const news = done === undefined
    ? undefined
    : markup`<p class="state good" role="status">${
      done.ended === 0 ? "It had ended already" : `Ended: ${done.ended}`
    }</p>`;
  return render({
    title: "Connected programs",
    footer: FOOTER,
    main: markup`${news}<h1>Connected programs</h1>
${note}${accounts.map(account)}`,
  });
}

function account({ customer, connections, form }: ShownAccount): Html {
  const endAll = connections.length < 2 ? undefined : markup`<form method="post" action="connect" aria-label="End all">
<input type="hidden" name="form" value="${form}">
<div class="buttons"><button name="step" value="end_all" class="strong">End all ${connections.length}</button></div>
</form>`;
  return markup`<h2>Account ${shortCustomerId(customer)}</h2>
${connections.length === 0 ? markup`<p>No program is connected.</p>` : undefined}
${connections.map((one) => connection(one, form))}${endAll}`;
}

function connection({ id, client, place, bounds, madeAt, usedAt, endsAt }: Connection, form: string): Html {
  const { readOnly, toolsets, servers } = bounds;
  return markup`<section><h3>${data(client)}</h3><dl>
<dt>Takes you back to</dt><dd>${data(place)}</dd>
<dt>May</dt><dd>${readOnly ? "only look" : "look and make changes"}</dd>
<dt>Servers</dt><dd>${servers === undefined ? "all" : servers.join(", ")}</dd>
<dt>Subjects</dt><dd>${subjects(toolsets)}</dd>
<dt>Connected</dt><dd>${dayAndTime(madeAt)}</dd>
<dt>Last used</dt><dd>${usedAt === null ? "never" : dayAndTime(usedAt)}</dd>
<dt>Until</dt><dd>${connectionEnd(endsAt)}</dd>
</dl>
<form method="post" action="connect" aria-label="End this connection">
<input type="hidden" name="form" value="${form}"><input type="hidden" name="connection" value="${id}">
<div class="buttons"><button name="step" value="end">End</button></div>
</form></section>
`;
}

/** Searching for tools is part of every choice, so it is not named. */
function subjects(toolsets: readonly string[] | undefined): Html {
  if (toolsets === undefined) return markup`all`;
  const named = toolsets.filter((toolset) => toolset !== "discovery");
  return markup`<ul class="plain">${named.map((toolset) => markup`<li>${subjectOf(toolset)}</li>`)}</ul>`;
}
