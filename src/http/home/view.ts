/** The page at `/`. */
import { MAX_ANSWER_CHARACTERS } from "../../calls/ceiling.ts";
import type { CatalogueEntry } from "../../calls/catalogue.ts";
import { VERSION } from "../../version.ts";
import { type Html, markup } from "../html.ts";
import type { Page } from "../pages/layout.ts";
import type { Condition, HomeOptions } from "./about.ts";
import { type Addresses, type Client, CLIENTS, type Way } from "./clients.ts";
import { FOOTER } from "./frame.ts";
import type { Filter } from "./query.ts";
import { toolList } from "./tool_list.ts";

/** The whole page, with the tools that a filter leaves. */
export function homePage(
  options: HomeOptions,
  { condition, found, filter }: { condition: Condition; found: readonly CatalogueEntry[]; filter: Filter },
): Page {
  const main = markup`<h1>Let an assistant look after your Cloudways account</h1>
<p><span class="state ${condition.isGood ? "good" : "wait"}">${condition.text}</span></p>
<p class="lead">This server connects an AI assistant with Cloudways: your servers, and the WordPress, Magento, Laravel
and PHP applications on them. You ask in your own words. Before something is deleted, overwritten or taken down, a
person is asked.</p>
<nav aria-label="On this page"><ul><li><a href="#connect">Connect</a></li><li><a href="#limits">Limits</a></li>
<li><a href="#tools">Tools</a></li></ul></nav>
${connect(options)}
${limits(options)}
<h2 id="tools">Tools</h2>
${toolList(found, filter)}`;
  return { title: "Connect, limits and tools", main, footer: FOOTER };
}

function connect({ publicUrl, signsIn }: HomeOptions): Html {
  const base = publicUrl ?? "https://YOUR-SERVER";
  const addresses: Addresses = { mcp: `${base}/mcp`, signIn: signsIn ? `${base}/connect/mcp` : undefined };
  return markup`<section id="connect"><h2>Connect</h2>
${addresses.signIn === undefined ? undefined : signInSteps(addresses.signIn)}
${headerSteps(addresses)}
<h3>Choose your client</h3>
${CLIENTS.map((client) => clientSteps(client, addresses))}</section>`;
}

function signInSteps(url: string): Html {
  return markup`<h3>By signing in</h3>
<p>Give your client this address. It opens a page here, where you paste a Cloudways access token once, and choose what
the client may do, on which servers and for how long. <a href="connect">See and end connections</a>.</p>
${copied(url, "the address for signing in")}`;
}

function headerSteps({ mcp, signIn }: Addresses): Html {
  return markup`<h3>${signIn === undefined ? "With an access token" : "Or with an access token in the client"}</h3>
<p>Make a token in the Cloudways console under API Integration. The client sends it as
<code>x-cloudways-access-token</code>, or an e-mail address and an API key as <code>x-cloudways-email</code> and
<code>x-cloudways-api-key</code>, to this address:</p>
${copied(mcp, "the address for clients with a token")}`;
}

function clientSteps({ name, signIn, header }: Client, addresses: Addresses): Html | undefined {
  const bySignIn = addresses.signIn === undefined ? undefined : signIn?.(addresses.signIn);
  const byHeader = header?.(addresses.mcp);
  if (bySignIn === undefined && byHeader === undefined) return undefined;
  const both = bySignIn !== undefined && byHeader !== undefined;
  return markup`<details name="client"><summary>${name}</summary>
${both ? markup`<h4>By signing in</h4>` : undefined}${bySignIn && way(bySignIn, `${name}, signing in`)}
${both ? markup`<h4>With a token</h4>` : undefined}${byHeader && way(byHeader, `${name}, with a token`)}
</details>
`;
}

function way({ before, text }: Way, what: string): Html {
  return markup`<p>${before}</p>${copied(text, what)}`;
}

/** A text with a button that copies it, where there is a script. */
function copied(text: string, what: string): Html {
  return markup`<div class="copy" data-what="${what}"><pre>${text}</pre></div>
`;
}

function limits({ catalogue, bounds, confirmNote, rateLimit }: HomeOptions): Html {
  const listed = catalogue.list(bounds).length;
  const { length: all } = catalogue.entriesFor(bounds);
  return markup`<section id="limits"><h2>Limits</h2>
<ul><li>Each account has ${rateLimit.requests} requests to Cloudways in ${rateLimit.windowSeconds} seconds. Most calls
take one to three.</li>
<li>A client sees ${listed} tools in its list. <code>find_tools</code> finds the others: there are ${all}${
    bounds.readOnly ? ", and all of them only read" : ""
  }.</li>
<li>An answer has at most ${MAX_ANSWER_CHARACTERS.toLocaleString("en")} characters, and says how to get the rest.</li>
<li>A question waits ten minutes for a person, one about a plan of several changes thirty.</li>
<li>Who is asked here: ${confirmNote}.</li>
<li>The addresses <code>/mcp/readonly</code> and <code>/mcp/x/{toolsets}</code> let a client do less.</li></ul>
<p class="note">Version ${VERSION}</p></section>`;
}
