import assert from "node:assert/strict";
import * as z from "zod";
import { envExample, updateOperations, updateReadme } from "../../scripts/docs.ts";
import { type Config, parseConfig, VARIABLE_NAMES } from "../../src/config.ts";
import { VARIABLE_TEXTS } from "../../src/config/variables.ts";
import { ERROR_CODES } from "../../src/errors.ts";
import { CREDENTIAL_HEADERS } from "../../src/http/caller_headers.ts";
import { VERSION } from "../../src/version.ts";
import denoJson from "../../deno.json" with { type: "json" };
import testsDenoJson from "../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);

/** Headers that the documentation may tell a client to send. */
const HEADERS = new Set([
  ...CREDENTIAL_HEADERS,
  "x-mcp-readonly",
  "x-mcp-toolsets",
  "x-mcp-tools",
  "x-mcp-exclude-tools",
  "x-mcp-list-toolsets",
  "x-mcp-approval-code",
  "content-type",
  "accept",
  "mcp-protocol-version",
  "mcp-method",
  "mcp-name",
]);

/** An entry of a client configuration: an address with headers, or a program to start. */
const clientEntry = z.union([
  z.strictObject({
    type: z.literal("http").optional(),
    url: z.url(),
    headers: z.record(z.string(), z.string()),
  }),
  z.strictObject({
    command: z.string().min(1),
    args: z.array(z.string()),
    env: z.record(z.string(), z.string()),
  }),
]);

const clientConfig = z.union([
  z.strictObject({ mcpServers: z.record(z.string(), clientEntry) }).transform(({ mcpServers }) => mcpServers),
  z.strictObject({
    inputs: z.array(z.strictObject({
      type: z.literal("promptString"),
      id: z.string(),
      description: z.string(),
      password: z.literal(true),
    })),
    servers: z.record(z.string(), clientEntry),
  }).transform(({ servers }) => servers),
]);

const documents = await readDocuments();
const readme = documents.get("README.md") ?? "";

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, ROOT));
}

/** Every page of documentation, by its path. */
async function readDocuments(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const folder of ["", "docs/", "docs/decisions/"]) {
    for await (const { name, isFile } of Deno.readDir(new URL(folder === "" ? "." : folder, ROOT))) {
      if (isFile && name.endsWith(".md")) found.set(folder + name, await read(folder + name));
    }
  }
  return found;
}

/** The fenced blocks of one language. */
function snippets(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, found]) => found === language)
    .map(([, , body]) => body ?? "");
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, group]) => group ?? "");
}

/** The entries of every client configuration in the README. */
function clientEntries() {
  return snippets(readme, "json").flatMap((text) => Object.values(clientConfig.parse(JSON.parse(text))));
}

/** The anchors that GitHub makes of a page's headings. */
function anchorsOf(text: string): Set<string> {
  const headings = matches(text.replace(/^```.*?^```$/gms, ""), /^#+ (.+)$/gm);
  return new Set(
    headings.map((heading) => heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")),
  );
}

/** A configuration without the member that only says whether a variable was given. */
function settled({ allowedHostsGiven: _given, ...rest }: Config) {
  return rest;
}

Deno.test("the program, deno.json and the changelog name the same version", () => {
  const newest = /^## (\S+)/m.exec(documents.get("CHANGELOG.md") ?? "")?.[1];

  assert.deepEqual([denoJson.version, newest], [VERSION, VERSION]);
});

Deno.test("the documentation describes every variable and no other", () => {
  assert.deepEqual([...VARIABLE_TEXTS.keys()].sort(), [...VARIABLE_NAMES].sort());
});

Deno.test("the documentation states the real defaults", () => {
  const stated = Object.fromEntries([...VARIABLE_TEXTS].map(([name, variable]) => [name, variable.default]));

  const config = parseConfig(stated);

  assert.deepEqual(settled(config), settled(parseConfig({})));
  for (const [name, variable] of VARIABLE_TEXTS) {
    assert.equal(variable.unset === undefined, variable.default !== undefined, name);
  }
});

Deno.test("variables documented without a default have none", () => {
  const { redisUrl, encryptionKeys, customerIdKey, stdioCredential } = parseConfig({});

  assert.deepEqual([redisUrl, encryptionKeys, customerIdKey, stdioCredential], [undefined, [], undefined, undefined]);
});

Deno.test("the generated parts are up to date: deno task docs writes them", async () => {
  const operations = documents.get("docs/operations.md") ?? "";

  assert.equal(readme, updateReadme(readme));
  assert.equal(operations, updateOperations(operations));
  assert.equal(await read(".env.example"), envExample());
});

Deno.test("everything in .env.example is commented out", () => {
  for (const line of envExample().split("\n")) assert.match(line, /^(#.*)?$/);
});

Deno.test("every JSON snippet of the README is a client's configuration with headers that are read", () => {
  const entries = clientEntries();

  assert.ok(entries.length >= 4);
  for (const entry of entries) {
    const headers = "headers" in entry ? Object.keys(entry.headers) : headerArguments(entry.args);
    for (const header of headers) assert.ok(HEADERS.has(header.toLowerCase()), header);
  }
});

/** A header for `mcp-remote`, which Windows splits at a space after the colon. */
function headerArguments(args: readonly string[]): string[] {
  const values = args.filter((_, index) => args[index - 1] === "--header");
  for (const value of values) assert.doesNotMatch(value, /\s/);
  return values.map((value) => value.split(":")[0] ?? "");
}

Deno.test("a program that a client starts is a task of this project or mcp-remote", () => {
  for (const entry of clientEntries()) {
    if (!("command" in entry)) continue;
    const { command, args, env } = entry;
    const byNpx = command === "npx" && args[1]?.startsWith("deno@") === true;
    if (command === "deno" || byNpx) {
      assert.equal(args[byNpx ? 2 : 0], "task");
      assert.ok((args.at(-1) ?? "") in denoJson.tasks);
      for (const name of Object.keys(env)) assert.ok(VARIABLE_NAMES.includes(name), name);
    } else {
      assert.equal(command, "npx");
      assert.ok(args.includes("mcp-remote"));
      for (const name of matches(args.join(" "), /\$\{(\w+)\}/g)) assert.ok(name in env, name);
    }
  }
});

Deno.test("shell snippets send headers that are read, bodies that are JSON, and set variables that exist", () => {
  for (const [page, text] of documents) {
    for (const shell of snippets(text, "sh")) {
      for (const name of matches(shell, /(?:-H|--header) "([^:"]+):/g)) {
        assert.ok(HEADERS.has(name.toLowerCase()), `${page}: ${name}`);
      }
      for (const body of matches(shell, /-d '([^']+)'/g)) assert.equal(JSON.parse(body).jsonrpc, "2.0");
      for (const name of matches(shell, /\b([A-Z][A-Z_]+)=/g)) {
        assert.ok(VARIABLE_NAMES.includes(name) || name.startsWith("DENO_"), `${page}: ${name}`);
      }
    }
  }
});

Deno.test("headers of 2026-07-28 in the examples say what the body says", () => {
  const calls = [...documents.values()].flatMap((text) => snippets(text, "sh"))
    .flatMap((shell) => shell.split(/^curl /m))
    .filter((call) => call.includes("mcp-method"));

  assert.ok(calls.length > 0);
  for (const call of calls) {
    const { method, params } = JSON.parse(/-d '([^']+)'/.exec(call)?.[1] ?? "");
    assert.equal(/mcp-method: ([^"]+)"/.exec(call)?.[1], method);
    assert.equal(/mcp-name: ([^"]+)"/.exec(call)?.[1], params.name);
  }
});

Deno.test("every task that the documentation names exists, and npx always runs the same Deno", () => {
  const versions = new Set<string>();
  for (const [page, text] of documents) {
    const flags = String.raw`(?:--?[\w-]+(?:=\S+)? )*`;
    for (const task of matches(text, new RegExp(`deno(?:@[\\d.]+)? task ${flags}([a-z]+(?:[:-][a-z]+)*)`, "g"))) {
      assert.ok(task in denoJson.tasks, `${page}: ${task}`);
    }
    for (const version of matches(text, /deno@([\d.]+\d)/g)) versions.add(version);
  }
  assert.equal(versions.size, 1);
});

Deno.test("links inside the documentation have targets", async () => {
  for (const [page, text] of documents) {
    for (const link of matches(text, /\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const target = new URL(link, new URL(page, ROOT));
      const hash = target.hash.slice(1);
      target.hash = "";
      await assert.doesNotReject(Deno.stat(target), `${page}: ${link}`);
      if (hash !== "") assert.ok(anchorsOf(await Deno.readTextFile(target)).has(hash), `${page}: ${link}`);
    }
  }
});

Deno.test("every dependency has its row in the decision about dependencies", () => {
  const decision = documents.get("docs/decisions/0001-dependencies.md") ?? "";
  const specifiers = [denoJson, testsDenoJson].flatMap(({ imports }) => Object.values(imports));
  const names = specifiers.flatMap((specifier) => matches(specifier, /^npm:\/?((?:@[\w.-]+\/)?[\w.-]+)/g));

  assert.ok(names.length > 0);
  for (const name of names) assert.match(decision, new RegExp(`^\\| \`${name}\` `, "m"));
});

Deno.test("the troubleshooting page has a row for every error code and no other", () => {
  const [, part = ""] = (documents.get("docs/troubleshooting.md") ?? "").split("## Error codes");

  assert.deepEqual(matches(part, /^\| `(\w+)` /gm).sort(), [...ERROR_CODES].sort());
});

/** The names of all tests, as patterns. A placeholder in a template matches anything. */
async function testNames(): Promise<RegExp[]> {
  const names: RegExp[] = [];
  for (const folder of ["unit", "integration", "e2e"]) {
    for await (const { name } of Deno.readDir(`tests/${folder}`)) {
      const text = await Deno.readTextFile(`tests/${folder}/${name}`);
      for (const [, plain, template] of text.matchAll(/Deno\.test\(\s*(?:"([^"]+)"|`([^`]+)`)/g)) {
        const parts = (plain ?? template ?? "").split(/\$\{[^}]*\}/).map((part) => RegExp.escape(part));
        names.push(new RegExp(`^${parts.join(".+")}$`));
      }
    }
  }
  return names;
}

Deno.test("every row of the reliability page names a test that exists", async () => {
  const page = await Deno.readTextFile("docs/reliability.md");
  const tables = page.split("\n\n").filter((part) => /^\| Fault .* Test +\|$/m.test(part));
  const rows = tables.flatMap((table) => table.trim().split("\n").slice(2));
  const named = rows.map((row) => row.split("|").at(-2)?.trim() ?? "");

  const tests = await testNames();
  const missing = named.filter((name) => !tests.some((test) => test.test(name)));

  assert.deepEqual(missing, []);
  assert.ok(named.length >= 20);
});
