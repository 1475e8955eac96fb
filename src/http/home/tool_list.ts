/** The list of tools at `/`, whole or as a search finds it. */
import type { CatalogueEntry } from "../../calls/catalogue.ts";
import { TOOLSETS } from "../../identity/toolsets.ts";
import { type Effect, EFFECT_WORDS } from "../../tools/define/tool.ts";
import { type Html, markup } from "../html.ts";
import { plural } from "../pages/layout.ts";
import { type Filter, isWhole } from "./query.ts";
import { TOOLSET_WORDS } from "./toolset_words.ts";

/** The effect of a tool, marked by its colour too. */
export function effectMark(effect: Effect): Html {
  return markup`<span class="effect ${effect}">${EFFECT_WORDS[effect]}</span>`;
}

/** The form and the tools; `found` are those that the filter leaves, best first. */
export function toolList(found: readonly CatalogueEntry[], filter: Filter): Html {
  const isSearch = filter.q !== "";
  return markup`${filterForm(filter)}
<p id="found" role="status">${found.length} ${plural(found.length, "tool", "tools")}</p>
${isWhole(filter) ? undefined : markup`<p><a class="back" href="./#tools">Show all tools</a></p>`}
${found.length === 0 ? markup`<p>Nothing fits. Try other words, such as what you want to do.</p>` : undefined}
${isSearch ? markup`<section>${rows(found)}</section>` : groups(found, !isWhole(filter))}`;
}

function filterForm(filter: Filter): Html {
  const { q, toolset, effect } = filter;
  const toolsets = TOOLSETS.map((name) => option(name, `${TOOLSET_WORDS[name]} (${name})`, name === toolset));
  const effects = Object.entries(EFFECT_WORDS).map(([name, word]) => option(name, word, name === effect));
  return markup`<form class="filters" method="get" action="./#tools" data-whole="${
    String(isWhole(filter))
  }" role="search"
aria-label="Search the tools">
<div><label for="q">What do you want to do?</label>
<input id="q" name="q" type="search" maxlength="100" value="${q}" autocomplete="off"></div>
<div><label for="toolset">Subject</label>
<select id="toolset" name="toolset">${option("", "all", toolset === undefined)}${toolsets}</select></div>
<div><label for="effect">Effect</label>
<select id="effect" name="effect">${option("", "any", effect === undefined)}${effects}</select></div>
<button>Search</button>
</form>`;
}

function option(value: string, text: string, isChosen: boolean): Html {
  return isChosen
    ? markup`<option value="${value}" selected>${text}</option>`
    : markup`<option value="${value}">${text}</option>`;
}

function groups(entries: readonly CatalogueEntry[], isOpen: boolean): Html[] {
  const byToolset = Map.groupBy(entries, ({ tool }) => tool.toolset);
  return [...byToolset].sort(([a], [b]) => TOOLSETS.indexOf(a) - TOOLSETS.indexOf(b)).map(([toolset, tools]) =>
    markup`<details class="toolset" ${isOpen ? "open" : ""}><summary><h3>${TOOLSET_WORDS[toolset]}</h3>
<span class="note">${toolset}, ${tools.length}</span></summary>
${rows(tools)}</details>
`
  );
}

function rows(entries: readonly CatalogueEntry[]): Html {
  return markup`<ul class="tools">${entries.map(row)}</ul>`;
}

function row({ tool: { name, title, description, effect, toolset } }: CatalogueEntry): Html {
  return markup`<li data-toolset="${toolset}" data-effect="${effect}"><a class="tool" href="./?tool=${name}">${title}</a>${
    effectMark(effect)
  }
<p><code>${name}</code> ${firstSentence(description)}</p></li>
`;
}

/** The first sentence says what a tool does. */
function firstSentence(description: string): string {
  return /^.*?[.](?=\s|$)/s.exec(description)?.[0] ?? description;
}
