/** The field for the approval code. */
import type { CodeState } from "../../confirm/page_codes.ts";
import { MAX_WRONG_CODES } from "../../confirm/code_tries.ts";
import { Html, markup } from "../html.ts";
import { plural } from "./layout.ts";

/** Whether a wrong code was typed lately, at this page or another one of the account. */
export function hasWrongCode({ triesLeft }: Pick<CodeState, "triesLeft">): boolean {
  return triesLeft !== undefined && triesLeft < MAX_WRONG_CODES;
}

/** The field for the code; undefined if the page asks for no code. */
export function codeField({ triesLeft }: CodeState, note: string): Html | undefined {
  if (triesLeft === undefined) return undefined;
  const wrong = hasWrongCode({ triesLeft });
  const tries = `${triesLeft} ${plural(triesLeft, "try is", "tries are")} left.`;
  const alert = wrong
    ? markup`<p class="alert" role="alert" id="wrong">A wrong code was typed. ${tries}</p>`
    : undefined;
  const marks = new Html(
    wrong ? 'aria-describedby="wrong about" aria-invalid="true" autofocus' : 'aria-describedby="about"',
  );
  return markup`${alert}<label for="code">Approval code</label>
<p class="note" id="about">It stands in your client's configuration. ${note}</p>
<input id="code" name="code" required minlength="8" maxlength="64" ${marks}
autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false">`;
}
