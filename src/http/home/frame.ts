import { markup } from "../html.ts";

/** The foot of `/` and of the pages of tools. */
export const FOOTER = markup`<p><a href="./">Start</a> · <a href="health">Health</a> · <a href="ready">Readiness</a></p>
<p>For programs this address answers as JSON.</p>`;
