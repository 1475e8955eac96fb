/** The page of one tool. */
import * as z from "zod";
import type { CatalogueEntry } from "../../calls/catalogue.ts";
import { type Html, markup } from "../html.ts";
import type { Page } from "../pages/layout.ts";
import examples from "./examples.json" with { type: "json" };
import { FOOTER } from "./frame.ts";
import { effectMark } from "./tool_list.ts";
import { TOOLSET_WORDS } from "./toolset_words.ts";

const examplesSchema = z.record(z.string(), z.record(z.string(), z.unknown()));

/** Arguments of a call of each tool, from the tests. */
const EXAMPLES = examplesSchema.parse(examples);

/** One tool: what it does, what it takes, and a call of it. */
export function toolPage({ tool, listed }: CatalogueEntry): Page {
  const example = JSON.stringify({ name: tool.name, arguments: EXAMPLES[tool.name] ?? {} }, null, 2);
  const main = markup`<p><a class="back" href="./#tools">All tools</a></p>
<h1>${tool.title}</h1>
<p><code>${tool.name}</code>${effectMark(tool.effect)}</p>
<section><h2>What it does</h2>
<p>${tool.description}</p>
<dl><dt>Subject</dt><dd>${TOOLSET_WORDS[tool.toolset]} (${tool.toolset})</dd>
<dt>A person is asked</dt><dd>${whenAsked(tool)}</dd>
<dt>Taking it back</dt><dd>${howUndone(tool)}</dd></dl></section>
<section><h2>What it takes</h2>
${inputs(listed.inputSchema)}</section>
<section><h2>A call</h2>
<div class="copy" data-what="an example call"><pre>${example}</pre></div></section>`;
  return { title: tool.title, main, footer: FOOTER };
}

function whenAsked({ asks, effect, typesLabel }: CatalogueEntry["tool"]): string {
  if (!asks) return effect === "read" ? "no, it changes nothing" : "no";
  if (typesLabel) return "yes, and has to type the name of what is gone for good";
  return effect === "destructive" ? "yes, before it is done" : "yes, where the description says so";
}

function howUndone({ undo, effect }: CatalogueEntry["tool"]): string {
  if (effect === "read" || undo === undefined) return "nothing to take back";
  if ("none" in undo) return "not possible";
  return "instead" in undo ? "in another way; its answer says how" : "possible with the receipt in its answer";
}

const propertySchema = z.looseObject({
  type: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  default: z.unknown().optional(),
  description: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  maxLength: z.number().optional(),
  maxItems: z.number().optional(),
});

function inputs({ properties, required }: CatalogueEntry["listed"]["inputSchema"]): Html {
  const names = Object.keys(properties);
  if (names.length === 0) return markup`<p>Nothing.</p>`;
  const needed: readonly unknown[] = Array.isArray(required) ? required : [];
  const rows = names.map((name) => {
    const property = propertySchema.parse(properties[name]);
    const preset = property.default === undefined ? "" : `, otherwise ${JSON.stringify(property.default)}`;
    return markup`<tr><th scope="row"><code>${name}</code></th><td>${kindOf(property)}</td><td>${
      needed.includes(name) ? "needed" : `optional${preset}`
    }</td><td>${property.description}</td></tr>
`;
  });
  return markup`<table><thead><tr><th scope="col">Name</th><th scope="col">Kind</th><th scope="col">Needed</th>
<th scope="col">Meaning</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function kindOf({ type, enum: words, minimum, maximum, maxLength, maxItems }: z.output<typeof propertySchema>): Html {
  if (words !== undefined) return markup`one of ${words.map((word) => markup`<code>${String(word)}</code> `)}`;
  const bounds = [
    ...(minimum === undefined ? [] : [`at least ${minimum}`]),
    ...(maximum === undefined ? [] : [`at most ${maximum}`]),
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
    ...(maxItems === undefined ? [] : [`at most ${maxItems}`]),
  ];
  return markup`${[String(type), ...bounds].join(", ")}`;
}
