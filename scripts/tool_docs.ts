/**
 * Keeps docs/tools.md up to date: one section for each tool, made from its definition, with a call and the answer of
 * the demo's sandbox.
 *
 *   deno task docs:tools           writes it
 *   deno task docs:tools --check   changes nothing, and fails where it is out of date
 */
import { Catalogue, type CatalogueEntry } from "../src/calls/catalogue.ts";
import { allTools } from "../src/tools/all.ts";
import { EFFECT_WORDS } from "../src/tools/define/tool.ts";
import { TOOLSETS } from "../src/identity/toolsets.ts";
import { TOKEN_HEADERS } from "../tests/support/clients.ts";
import { afterFirstChange } from "../tests/support/first_change.ts";
import { startService } from "../tests/support/harness.ts";
import { ROW_PLAN } from "../tests/support/row_plans.ts";
import { callTool } from "../tests/support/rpc.ts";
import { DEMO_EPOCH, FakeClock } from "../tests/sandbox/mod.ts";
import { setUpForEveryTool, toolRows } from "../tests/tool_rows/mod.ts";

const FILE = "docs/tools.md";
const MAX_ANSWER_LINES = 40;

/** Fixed, so that the customer id in the examples is fixed. */
const KEY = btoa("an-example-key-of-32-characters-");

const INTRODUCTION = `# Tools

Made from the definitions by \`deno task docs:tools\`. The examples were called against \`deno task demo\`, started with
\`CONFIRM=off\`: the same call there gives the same answer, but for times, the customer id and ids of operations.

*reads* changes nothing. *changes* does. *destructive* takes something down, deletes, overwrites or opens access, and so
needs a person's yes: always, or where its description says so.
`;

/** Everything that the page has a section for. */
export const documented: readonly CatalogueEntry[] = new Catalogue(allTools).entries();

/** The page, made of the section of each tool. */
export function pageOf(sectionOf: (tool: string) => string): string {
  const parts = TOOLSETS.flatMap((toolset) => {
    const own = documented.filter(({ tool }) => tool.toolset === toolset);
    return own.length > 0 ? [`## Toolset ${toolset}`, ...own.map(({ tool }) => sectionOf(tool.name))] : [];
  });
  return `${INTRODUCTION}\n${parts.join("\n\n")}\n`;
}

/** The section of a tool as it should be. */
export async function sectionFor({ tool, listed }: CatalogueEntry): Promise<string> {
  const row = toolRows.find((candidate) => candidate.tool === tool.name);
  if (row === undefined) throw new Error(`${tool.name} has no row in tests/tool_rows`);
  const answer = await exampleAnswer(row);
  return [
    `### ${tool.name}`,
    `${tool.title}. *${EFFECT_WORDS[tool.effect]}*`,
    tool.description,
    inputTable(listed.inputSchema),
    `Call with \`${JSON.stringify(row.minimal, shorten)}\`, and the answer:`,
    "```json\n" + firstLines(JSON.stringify(answer, withoutRandom, 2)) + "\n```",
  ].join("\n\n");
}

/** Shortens certificates and other long texts. */
function shorten(_name: string, value: unknown): unknown {
  return typeof value === "string" && value.length > 120 ? `${value.slice(0, 60)}…` : value;
}

/** Addresses of pages, receipts, and ids of plans, are random. */
function withoutRandom(name: string, value: unknown): unknown {
  if (name === "plan_id") return ROW_PLAN;
  if (name === "receipt") return "…";
  return typeof value === "string" ? value.replace(/\/secret\/[0-9a-f]+$/, "/secret/…") : value;
}

async function exampleAnswer(row: typeof toolRows[number]): Promise<unknown> {
  const clock = new FakeClock(DEMO_EPOCH);
  const sandbox = { clock, epoch: DEMO_EPOCH, pace: { polls: 1, seconds: 0 } };
  await using service = await startService({ sandbox, clock, env: { CONFIRM: "off", ENCRYPTION_KEY: KEY } });
  setUpForEveryTool(service.sandbox, row);
  const args = await afterFirstChange(service.mcpUrl, row, row.minimal, TOKEN_HEADERS);
  const { json } = await callTool(service.mcpUrl, row.tool, args, TOKEN_HEADERS);
  return json;
}

function inputTable({ properties, required }: CatalogueEntry["listed"]["inputSchema"]): string {
  const names = Object.keys(properties);
  if (names.length === 0) return "Takes nothing.";
  const rows = names.map((name) => {
    const { type, enum: words, default: preset, description } = properties[name] ?? {};
    const kind = Array.isArray(words) ? words.map((word) => `\`${word}\``).join(", ") : String(type);
    const need = Array.isArray(required) && required.includes(name)
      ? "required"
      : preset === undefined
      ? ""
      : `\`${JSON.stringify(preset)}\``;
    return `| \`${name}\` | ${kind} | ${need} | ${String(description ?? "").replaceAll("|", "\\|")} |`;
  });
  return ["| input | type | default | |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function firstLines(text: string): string {
  const lines = text.split("\n");
  return lines.length <= MAX_ANSWER_LINES ? text : [...lines.slice(0, MAX_ANSWER_LINES), "…"].join("\n");
}

if (import.meta.main) {
  const sections = new Map<string, string>();
  for (const entry of documented) sections.set(entry.tool.name, await sectionFor(entry));
  const wanted = pageOf((tool) => sections.get(tool) ?? "");
  const present = await Deno.readTextFile(FILE).catch(() => "");
  if (Deno.args.includes("--check")) {
    if (present !== wanted) throw new Error(`${FILE} is out of date: run deno task docs:tools`);
  } else {
    await Deno.writeTextFile(FILE, wanted);
  }
}
