/** The pages on which a person lets a client in. Our own words are plain text; everything else goes through `data.ts`. */
import { redirectPlace } from "../../identity/redirects.ts";
import { type Toolset, TOOLSETS } from "../../identity/toolsets.ts";
import type { ServerChoice } from "../../sign_in/accounts.ts";
import type { Authorization } from "../../sign_in/authorization.ts";
import type { Duration } from "../../sign_in/consents.ts";
import { Html, markup } from "../html.ts";
import { data } from "./data.ts";
import { render } from "./layout.ts";
import { subjectOf } from "./subjects.ts";

const FOOTER = markup`<p>Texts in grey boxes come from the program or your account, not from this server.</p>`;

/** What a person is told about the token that they pasted. */
export type TokenProblem = "refused" | "busy" | "unknown";

const TOKEN_PROBLEMS: Record<TokenProblem, string> = {
  refused: "Cloudways does not accept this access token. Nothing was connected. Copy the whole token and try again.",
  busy: "Too many tokens were tried. Nothing was connected. Wait a minute and try again.",
  unknown: "Cloudways does not answer right now. Nothing was connected. Try again in a moment.",
};

/** The first page: who asks, and the field for the access token. */
export function tokenPage(asked: Authorization, form: string, problem?: TokenProblem): string {
  const alert = problem === undefined
    ? undefined
    : markup`<p class="alert" role="alert" id="problem">${TOKEN_PROBLEMS[problem]}</p>`;
  const marks = new Html(
    problem === undefined
      ? 'aria-describedby="about"'
      : 'aria-describedby="problem about" aria-invalid="true" autofocus',
  );
  return render({
    title: problem === undefined ? "Connect a program to Cloudways" : "Try again: connect a program to Cloudways",
    footer: FOOTER,
    main: markup`<p class="state" role="status">Not connected yet</p>
<h1>Connect a program to your Cloudways account</h1>
<p>Go on only if you started this yourself, in that program, just now.</p>
${whoAsks(asked)}
<form method="post" action="authorize" aria-label="Your access token">
<input type="hidden" name="form" value="${form}">
${alert}<label for="token">Cloudways access token</label>
<p class="note" id="about">You make it in the Cloudways console under API Integration. It begins with cw_. It is checked with
Cloudways now. The program does not get it.</p>
<input type="password" id="token" name="token" required maxlength="4096" ${marks}
autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false">
<div class="buttons">
<button name="step" value="check" class="strong">Go on</button>
<button name="step" value="cancel" formnovalidate>Cancel</button>
</div>
</form>`,
  });
}

/** What a person still has to correct. */
export type ChoiceProblem = "no_toolset" | "no_server" | "unknown_server" | "passphrase" | "too_many";

const CHOICE_PROBLEMS: Record<ChoiceProblem, string> = {
  no_toolset: "Choose at least one subject that the program may work on.",
  no_server: "Choose at least one server, or all of them.",
  unknown_server: "A server that you chose is not in your account now. Nothing was connected. Check your choice below.",
  passphrase: "A passphrase needs 8 to 64 letters, digits and signs, without spaces or accents.",
  too_many: "This account has too many connections. End one that you no longer need, then try again here.",
};

/** What a person chose before; the page comes again with it, so that no correction widens it unseen. */
export interface ChosenBefore {
  access: string | undefined;
  /** Only some servers: these. */
  servers: readonly number[] | undefined;
  toolsets: readonly string[];
  duration: string | undefined;
  /** A passphrase was typed. It is never sent back, so it has to be typed again. */
  hadPassphrase: boolean;
}

/** What the second page shows. */
export interface ChoicePage {
  asked: Authorization;
  form: string;
  /** Undefined if the token may not list them. */
  servers: readonly ServerChoice[] | undefined;
  /** The toolsets that this server offers. */
  toolsets: ReadonlySet<Toolset>;
  /** Whether connections outlive this process. */
  isLasting: boolean;
  problem?: ChoiceProblem | undefined;
  /** Left out when the page comes for the first time. */
  chosen?: ChosenBefore | undefined;
}

/** The second page: what the client may do, on what, and for how long. */
export function choicePage(page: ChoicePage): string {
  const { asked, form, problem, chosen } = page;
  const alert = problem === undefined
    ? undefined
    : markup`<p class="alert" role="alert">${CHOICE_PROBLEMS[problem]}</p>`;
  return render({
    title: problem === undefined ? "What may the program do?" : "Please correct: what may the program do?",
    footer: FOOTER,
    main: markup`<p class="state good" role="status">Cloudways accepts your token</p>
<h1>What may the program do?</h1>
${whoAsks(asked)}
<form method="post" action="authorize" aria-label="What the program may do">
<input type="hidden" name="form" value="${form}">
${alert}${access(asked, chosen)}
${serverChoice(page.servers, chosen)}
${subjects(page.toolsets, chosen)}
${durations(page.isLasting, chosen)}
${passphrase(chosen)}
<div class="buttons">
<button name="step" value="connect" class="strong">Connect</button>
<button name="step" value="cancel" formnovalidate>Cancel</button>
</div>
</form>`,
  });
}

function whoAsks({ clientName, isPinned, redirect, readOnly }: Authorization): Html {
  const named = isPinned ? "known to the operator of this server" : "as it calls itself; nobody has checked this";
  return markup`<section><h2>Who asks</h2><dl>
<dt>Program</dt><dd>${data(clientName)} <span class="note">${named}</span></dd>
<dt>Takes you back to</dt><dd>${data(redirectPlace(redirect))}</dd>
<dt>Asks for</dt><dd>${readOnly ? "looking at your account" : "looking at your account, and changing it"}</dd>
</dl></section>`;
}

function access({ readOnly }: Authorization, chosen: ChosenBefore | undefined): Html {
  const writes = chosen?.access === "write" && !readOnly;
  const changes = readOnly
    ? undefined
    : radio("access", "write", "Also make changes. You are asked before risky ones.", writes);
  return markup`<fieldset><legend>It may</legend>
${radio("access", "read", "Only look. It can't change anything.", !writes)}${changes}</fieldset>`;
}

function serverChoice(
  listed: readonly ServerChoice[] | undefined,
  chosen: ChosenBefore | undefined,
): Html | undefined {
  const servers = listed ?? [];
  const only = chosen?.servers;
  // A bound that was chosen stays in sight even if no server can be listed now, so that it is not lifted unseen.
  if (servers.length === 0 && only === undefined) return undefined;
  const boxes = servers.map(({ id, label }) =>
    checkbox("server", String(id), markup`${id} ${data(label)}`, only?.includes(id) === true)
  );
  return markup`<fieldset><legend>On</legend>
${radio("servers", "all", "All servers, and the account as a whole", only === undefined)}
${radio("servers", "chosen", "Only these servers and their applications:", only !== undefined)}
${boxes}</fieldset>`;
}

function subjects(toolsets: ReadonlySet<Toolset>, chosen: ChosenBefore | undefined): Html {
  const offered = TOOLSETS.filter((toolset) => toolsets.has(toolset) && toolset !== "discovery");
  const boxes = offered.map((toolset) => {
    const isChosen = chosen === undefined || chosen.toolsets.includes(toolset);
    return checkbox("toolset", toolset, markup`${subjectOf(toolset)}`, isChosen);
  });
  const open = new Html(chosen === undefined ? "" : " open");
  return markup`<fieldset><legend>Subjects</legend><details${open}><summary>All; choose fewer</summary>
${boxes}</details></fieldset>`;
}

const DURATION_TEXTS: readonly (readonly [Duration, string])[] = [
  ["month", "30 days"],
  ["day", "One day"],
  ["always", "Until I end it"],
];

function durations(isLasting: boolean, chosen: ChosenBefore | undefined): Html {
  const note = isLasting ? undefined : markup` It ends when this server is restarted.`;
  const options = DURATION_TEXTS.map(([value, text]) => {
    const mark = new Html(chosen?.duration === value ? " selected" : "");
    return markup`<option value="${value}"${mark}>${text}</option>`;
  });
  return markup`<label for="duration">For how long</label>
<p class="note">You can end it at any time. It also ends after 90 days without use.${note}</p>
<select id="duration" name="duration">${options}</select>`;
}

function passphrase(chosen: ChosenBefore | undefined): Html {
  const again = chosen?.hadPassphrase === true
    ? markup`<p class="alert" role="alert">Type the passphrase once more: what you typed is not kept.</p>
`
    : undefined;
  return markup`${again}<label for="passphrase">Approval passphrase <span class="note">(optional, but advised)</span></label>
<p class="note" id="about-passphrase">You type it when you approve a risky change in another browser than this one. 8 to 64
characters. Keep it from the assistant.</p>
<input type="password" id="passphrase" name="passphrase" minlength="8" maxlength="64" aria-describedby="about-passphrase"
autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false">
`;
}

function radio(name: string, value: string, text: string, isChecked: boolean): Html {
  const mark = checkedMark(isChecked);
  return markup`<label class="choice"><input type="radio" name="${name}" value="${value}"${mark}> <span>${text}</span></label>
`;
}

function checkbox(name: string, value: string, text: Html, isChecked: boolean): Html {
  const mark = checkedMark(isChecked);
  return markup`<label class="choice"><input type="checkbox" name="${name}" value="${value}"${mark}> <span>${text}</span></label>
`;
}

function checkedMark(isChecked: boolean): Html {
  return new Html(isChecked ? " checked" : "");
}
