/**
 * Keeps what the documentation says of the code true:
 *
 *   deno task docs           writes the generated parts of README.md, and .env.example
 *   deno task docs --check   changes nothing, and fails where they are out of date
 */
import { VARIABLE_NAMES } from "../src/config.ts";
import { Catalogue, type CatalogueEntry } from "../src/calls/catalogue.ts";
import { allTools } from "../src/tools/all.ts";
import { TOOLSETS } from "../src/identity/toolsets.ts";

/** What the documentation says of one environment variable. */
export interface VariableText {
  /** The value that counts when nothing is set; undefined where nothing then counts. */
  default?: string;
  /** What happens without a value, where there is no default. */
  unset?: string;
  /** What it is for. */
  meaning: string;
}

/** Every variable, in the order in which people read of them. */
export const VARIABLES: Readonly<Record<string, VariableText>> = {
  HOST: { default: "127.0.0.1", meaning: "Address to listen on." },
  PORT: { default: "7000", meaning: "Port to listen on." },
  PUBLIC_URL: {
    default: "http://127.0.0.1:7000",
    meaning: "Address that people reach this server at; its host and origin are always allowed. https, unless " +
      "loopback. The default follows HOST and PORT, and there is none where HOST is not loopback.",
  },
  ALLOWED_HOSTS: {
    default: "localhost,127.0.0.1,[::1]",
    meaning: "Names that requests may be addressed to, separated by commas; others get 403. Ports don't count. " +
      "The address listened on is always among them.",
  },
  ALLOWED_ORIGINS: {
    default: "localhost,127.0.0.1,[::1]",
    meaning: "Names of the web origins whose pages may call this server, and whole origins of other schemes " +
      "(tauri://localhost); others get 403.",
  },
  TRUSTED_PROXIES: {
    unset: "none",
    meaning: "Addresses and networks of your own proxies, separated by commas. Their X-Forwarded-For is believed for " +
      "the client's address, which bounds what strangers may do.",
  },
  CLOUDWAYS_API_BASE_URL: {
    default: "https://api.cloudways.com/api/v2",
    meaning: "The Cloudways API. https, unless loopback.",
  },
  TOOLSETS: { default: "default", meaning: "Toolsets to offer, separated by commas; all and default name every one." },
  READ_ONLY: { default: "false", meaning: "true leaves only the tools that read." },
  CONFIRM: {
    default: "ask",
    meaning:
      "How a person is asked before destructive calls and before passwords are shown. ask: through the client, " +
      "or else on an approval page; elicit: through the client alone; off: not at all.",
  },
  RATE_LIMIT_REQUESTS: { default: "90", meaning: "Requests to Cloudways that each customer may make in one window." },
  RATE_LIMIT_WINDOW: { default: "60", meaning: "Length of that window in seconds." },
  REDIS_URL: {
    unset: "state stays in the process",
    meaning: "redis:// or rediss:// with user, password and database. Needed for more than one process.",
  },
  ENCRYPTION_KEY: {
    unset: "a fresh key for each process",
    meaning: "32 bytes in base64, made by deno task keygen. Required with REDIS_URL. Of a list separated by commas " +
      "the first encrypts and all decrypt.",
  },
  CUSTOMER_ID_KEY: {
    unset: "the first ENCRYPTION_KEY",
    meaning: "A key of the same form that keeps customer ids the same when ENCRYPTION_KEY changes.",
  },
  REDIS_POOL_SIZE: { default: "500", meaning: "Most Redis commands in flight." },
  HTTP_POOL_SIZE: { default: "500", meaning: "Most requests to Cloudways in flight." },
  LOG_LEVEL: { default: "INFO", meaning: "DEBUG, INFO, WARNING or ERROR." },
  LOG_FORMAT: { default: "console", meaning: "console for people, json for one object a line." },
  AUDIT_LOG: {
    unset: "audit lines stand in the log",
    meaning: "Where audit lines go: stdout (not with stdio), or the absolute path of a file, of letters, digits and " +
      ". _ - / alone. The server may write that file and nothing else.",
  },
  CLOUDWAYS_ACCESS_TOKEN: { unset: "none", meaning: "Access token of the one customer of stdio. HTTP ignores it." },
  CLOUDWAYS_EMAIL: { unset: "none", meaning: "E-mail of the one customer of stdio, beside CLOUDWAYS_API_KEY." },
  CLOUDWAYS_API_KEY: { unset: "none", meaning: "API key of the one customer of stdio." },
};

/** As deno.json sets it for `deno fmt`. */
const LINE_WIDTH = 120;

/** The README with its generated parts as they should be. */
export function updateReadme(readme: string): string {
  return replacePart(replacePart(readme, "config", configPart()), "tools", toolsPart());
}

/** `.env.example` as it should be. */
export function envExample(): string {
  const variables = Object.entries(VARIABLES).map(([name, variable]) => {
    const without = variable.unset === undefined ? "" : ` Without it: ${variable.unset}.`;
    return `# ${variable.meaning}${without}\n# ${name}=${variable.default ?? ""}\n`;
  });
  return [
    "# Copy this to .env, take out the # before what you set, and start with: deno task --env-file=.env start\n" +
    "# An empty variable counts as unset. Never commit the copy.\n",
    ...variables,
  ].join("\n");
}

function configPart(): string {
  const rows = Object.entries(VARIABLES).map(([name, variable]) => [
    code(name),
    variable.default === undefined ? variable.unset ?? "" : code(variable.default),
    marked(variable.meaning),
  ]);
  return table(["Variable", "Default", "Meaning"], rows);
}

function toolsPart(): string {
  const entries = new Catalogue(allTools).entries();
  return TOOLSETS.map((toolset) => {
    const own = entries.filter(({ tool }) => tool.toolset === toolset);
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
  if (from < 0 || to < from) throw new Error(`README.md has no place for ${name} between ${start} and ${end}.`);
  return `${text.slice(0, from)}${start}\n\n${content}\n\n${text.slice(to)}`;
}

/** Writes files that are out of date, or only names them. */
async function main(checkOnly: boolean): Promise<number> {
  const missing = VARIABLE_NAMES.filter((name) => !Object.hasOwn(VARIABLES, name));
  if (missing.length > 0) return await fail(`scripts/docs.ts says nothing of ${missing.join(", ")}.`);
  const files = { "README.md": updateReadme, ".env.example": envExample };
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
