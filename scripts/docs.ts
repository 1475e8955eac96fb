/**
 * Keeps true what the documentation and deno.json say of the code:
 *
 *   deno task docs           writes .env.example and the generated parts of README.md, docs/operations.md,
 *                            docs/connect.md and deno.json
 *   deno task docs --check   changes nothing, and fails where they are out of date
 */
import { HEALTH_MEASURES, SEVERITIES } from "../src/config/health_thresholds.ts";
import { VARIABLE_NAMES, VARIABLE_TEXTS } from "../src/config/variables.ts";
import { Catalogue, type CatalogueEntry } from "../src/calls/catalogue.ts";
import { allTools } from "../src/tools/all.ts";
import { FINDING_KINDS } from "../src/tools/basic/health/kinds.ts";
import { TOOLSETS } from "../src/identity/toolsets.ts";
import { installLinksPart } from "./install_links.ts";

/** As deno.json sets it for `deno fmt`. */
const LINE_WIDTH = 120;

/** The README with its generated parts as they should be. */
export function updateReadme(readme: string): string {
  return replacePart(replacePart(readme, "config", configPart()), "tools", toolsPart());
}

/** `docs/operations.md` with its generated parts as they should be. */
export function updateOperations(page: string): string {
  return replacePart(replacePart(page, "thresholds", thresholdsPart()), "findings", findingsPart());
}

/** `docs/connect.md` with its links as they should be: those of the configurations in README.md. */
export function updateConnect(page: string, readme: string): string {
  return replacePart(page, "install-links", installLinksPart(readme));
}

/** `.env.example` as it should be. */
export function envExample(): string {
  const variables = [...VARIABLE_TEXTS].map(([name, variable]) => {
    const without = variable.unset === undefined ? "" : ` Without it: ${variable.unset}.`;
    return `# ${variable.meaning}${without}\n# ${name}=${variable.default ?? ""}\n`;
  });
  return [
    "# Copy this to .env, take out the # before what you set, and start with: deno task --env-file=.env start\n" +
    "# An empty variable counts as unset. Never commit the copy.\n",
    ...variables,
  ].join("\n");
}

/** `deno.json` with the variables that the permission set names as they should be. */
export function updateDenoJson(text: string): string {
  const names = VARIABLE_NAMES.map((name) => `          "${name}"`).join(",\n");
  return text.replace(/("env": \{\s+"allow": )\[[^\]]*\]/, (_whole, before) => `${before}[\n${names}\n        ]`);
}

function configPart(): string {
  const rows = [...VARIABLE_TEXTS].map(([name, variable]) => [
    code(name),
    variable.default === undefined ? variable.unset ?? "" : code(variable.default),
    marked(variable.meaning),
  ]);
  return table(["Variable", "Default", "Meaning"], rows);
}

/** The thresholds of a health check. */
function thresholdsPart(): string {
  const rows = Object.entries(HEALTH_MEASURES).map(([name, { bad, unit, attention, urgent, meaning }]) => {
    const level = (threshold: number | null) => {
      if (threshold === null) return "off";
      return bad === "below" ? `below ${threshold}` : `${threshold} or more`;
    };
    return [code(name), meaning, unit, level(attention), level(urgent)];
  });
  return table(["Name", "Figure", "Unit", "Attention", "Urgent"], rows);
}

/** What a health check finds. */
function findingsPart(): string {
  const severities: readonly string[] = SEVERITIES;
  const rows = Object.entries(FINDING_KINDS).map(([kind, { severity, meaning, ...rest }]) => {
    const by = severity === "both"
      ? "urgent or attention"
      : severities.includes(severity)
      ? severity
      : `by ${code(severity)}`;
    return [code(kind), meaning, by, "tool" in rest ? code(rest.tool.name) : ""];
  });
  return table(["Finding", "Meaning", "Severity", "Tool"], rows);
}

function toolsPart(): string {
  const entries = new Catalogue(allTools).entries();
  return TOOLSETS.flatMap((toolset) => {
    const own = entries.filter(({ tool }) => tool.toolset === toolset);
    if (own.length === 0) return [];
    return `Toolset ${code(toolset)}:\n\n${EFFECTS.flatMap((effect) => effectItem(effect, own)).join("\n")}`;
  }).join("\n\n");
}

/** The effects of tools, and how the README names the tools of each. */
const EFFECTS = [["read", "read"], ["write", "change"], ["destructive", "change, and ask a person"]] as const;

/** One item of the list: the tools of one effect; none where there is no such tool. */
function effectItem([effect, does]: typeof EFFECTS[number], entries: readonly CatalogueEntry[]): string[] {
  const names = entries.filter(({ tool }) => tool.effect === effect).map(({ tool }) => code(tool.name));
  return names.length === 0 ? [] : [wrapped(`- ${does}: ${names.join(", ")}`)];
}

/** The lines of a list item, as `deno fmt` breaks them. */
function wrapped(item: string): string {
  const lines = [""];
  for (const word of item.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line === "") lines.push(lines.pop() + word);
    else if (line.length + 1 + word.length <= LINE_WIDTH) lines.push(`${lines.pop()} ${word}`);
    else lines.push(`  ${word}`);
  }
  return lines.join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}

/** Names of variables inside a text, set as code. */
function marked(text: string): string {
  return text.replace(/\b[A-Z]+(_[A-Z]+)+\b|\bPORT\b|\bHOST\b|\bdeno task \w+|\brediss?:\/\//g, code);
}

/** A table of the form that `deno fmt` leaves alone: every column as wide as its widest cell. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]) => `| ${widths.map((width, i) => (row[i] ?? "").padEnd(width)).join(" | ")} |`;
  const rule = line(widths.map((width) => "-".repeat(width)));
  return [line(cells[0] ?? []), rule, ...cells.slice(1).map(line)].join("\n");
}

function replacePart(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`The page has no place for ${name} between ${start} and ${end}.`);
  return `${text.slice(0, from)}${start}\n\n${content}\n\n${text.slice(to)}`;
}

/** Writes files that are out of date, or only names them. */
async function main(checkOnly: boolean): Promise<number> {
  const readme = await Deno.readTextFile(new URL("../README.md", import.meta.url));
  const files = {
    "README.md": updateReadme,
    "docs/operations.md": updateOperations,
    "docs/connect.md": (page: string) => updateConnect(page, readme),
    ".env.example": envExample,
    "deno.json": updateDenoJson,
  };
  const stale: string[] = [];
  for (const [name, update] of Object.entries(files)) {
    const url = new URL(`../${name}`, import.meta.url);
    const before = await Deno.readTextFile(url);
    const after = update(before);
    if (after === before) continue;
    stale.push(name);
    if (!checkOnly) await Deno.writeTextFile(url, after);
  }
  if (!checkOnly || stale.length === 0) return 0;
  return await fail(`Out of date: ${stale.join(", ")}. Run: deno task docs`);
}

async function fail(message: string): Promise<number> {
  await new Blob([`${message}\n`]).stream().pipeTo(Deno.stderr.writable, { preventClose: true });
  return 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args.includes("--check")));
