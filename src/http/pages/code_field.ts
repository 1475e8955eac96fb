/** The field for the approval code. */
import type { CodeState } from "../../confirm/page_codes.ts";
import { MAX_WRONG_CODES } from "../../confirm/code_tries.ts";
import { Html, markup } from "../html.ts";
import { plural } from "./layout.ts";

/** Whether a wrong code was typed lately, at this page or another one of the account. */
export function hasWrongCode({ triesLeft }: Pick<CodeState, "triesLeft">): boolean {
  return triesLeft !== undefined && triesLeft < MAX_WRONG_CODES;
}

/**
 * The field for the code or the passphrase, or a note that only one browser will do; undefined if the page asks for
 * nothing.
 *
 * @param noProof This was not that browser.
 */
export function codeField(state: CodeState, note: string, noProof = false): Html | undefined {
  const { triesLeft, browser } = state;
  if (browser === "needed") return browserNote(noProof);
  if (triesLeft === undefined) return undefined;
  const wrong = hasWrongCode(state);
  const tries = `${triesLeft} ${plural(triesLeft, "try is", "tries are")} left.`;
  const alert = wrong
    ? markup`<p class="alert" role="alert" id="wrong">A wrong code was typed. ${tries}</p>`
    : undefined;
  const marks = new Html(
    wrong ? 'aria-describedby="wrong about" aria-invalid="true" autofocus' : 'aria-describedby="about"',
  );
  const { name, about, required } = browser === undefined ? CODE : PASSPHRASE;
  return markup`${alert}<label for="code">${name}</label>
<p class="note" id="about">${about} ${note}</p>
<input id="code" name="code" ${new Html(required)} minlength="8" maxlength="64" ${marks}
autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false">`;
}

const CODE = { name: "Approval code", about: "It stands in your client's configuration.", required: "required" };

const PASSPHRASE = {
  name: "Approval passphrase",
  about: "You chose it when you connected the program. In the browser in which you did that, leave it empty.",
  required: "",
};

function browserNote(noProof: boolean): Html {
  return noProof
    ? markup`<p class="alert" role="alert">This is not the browser in which you connected the program. Nothing was done. Open
this page there.</p>`
    : markup`<p class="note">This works only in the browser in which you connected the program.</p>`;
}
