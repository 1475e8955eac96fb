/** The configurations in docs/connect.md: they can be read as clients read them, and lead to our doors. */
import assert from "node:assert/strict";
import { parse as parseToml } from "smol-toml";
import * as z from "zod";
import { CREDENTIAL_HEADERS } from "../../src/http/caller_headers.ts";
import { isMcpAddress } from "../../src/http/mcp_address.ts";
import { isConnectAddress } from "../../src/http/sign_in/addresses.ts";

const page = await Deno.readTextFile("docs/connect.md");

/** The clients that have to be found in the first table. */
const CLIENTS = [
  "ChatGPT",
  "claude.ai",
  "Claude Code",
  "Claude Desktop",
  "Codex",
  "Cursor",
  "Gemini CLI",
  "n8n",
  "VS Code",
  "Windsurf",
];

/** The names of the variables that a value may come from, in the notation of each client. */
const FROM_VARIABLE = /^(?:\$[A-Z_]+|\$env:[A-Z_]+|\$\{env:[A-Z_]+\})$/;

const headers = z.record(z.string(), z.string()).optional();
const addressed = z.union([
  z.strictObject({ type: z.literal("http").optional(), url: z.url(), headers }),
  z.strictObject({ httpUrl: z.url(), headers }).transform(({ httpUrl, headers }) => ({ url: httpUrl, headers })),
  z.strictObject({ serverUrl: z.url(), headers }).transform(({ serverUrl, headers }) => ({ url: serverUrl, headers })),
  z.strictObject({ baseUrl: z.url(), headers }).transform(({ baseUrl, headers }) => ({ url: baseUrl, headers })),
  z.strictObject({
    command: z.literal("npx"),
    args: z.tuple([z.literal("-y"), z.literal("mcp-remote"), z.url()], z.string()),
  })
    .transform(({ args }) => ({ url: args[2], headers: undefined })),
]);
const configSchema = z.union([
  z.strictObject({ mcpServers: z.record(z.string(), addressed) }).transform(({ mcpServers }) => mcpServers),
  z.strictObject({ servers: z.record(z.string(), addressed) }).transform(({ servers }) => servers),
]);
const codexSchema = z.strictObject({
  mcp_servers: z.record(
    z.string(),
    z.strictObject({ url: z.url(), env_http_headers: z.record(z.string(), z.string()).optional() }),
  ),
});

/** The fenced blocks of one language. */
function snippets(language: string): string[] {
  return [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, found]) => found === language)
    .map(([, , body = ""]) => body);
}

Deno.test("the first table leads to each client's steps", () => {
  const [, table = ""] = /^(\| Client .*?)\n\n/ms.exec(page) ?? [];
  const listed = [...table.matchAll(/^\| \[([^\]]+)\]/gm)].map(([, name]) => name);

  assert.deepEqual(CLIENTS.filter((name) => !listed.includes(name)), []);
  for (const name of CLIENTS) assert.match(page, new RegExp(`^## ${RegExp.escape(name)}$`, "m"));
});

Deno.test("every JSON configuration leads to one door, with a header that is read or a sign-in", () => {
  const entries = snippets("json").flatMap((text) => Object.values(configSchema.parse(JSON.parse(text))));

  assert.ok(entries.length >= 6);
  for (const { url, headers } of entries) {
    const { pathname } = new URL(url);
    assert.ok(headers === undefined ? isConnectAddress(pathname) : isMcpAddress(pathname), url);
    for (const [name, value] of Object.entries(headers ?? {})) {
      assert.ok(CREDENTIAL_HEADERS.includes(name), name);
      assert.match(value, FROM_VARIABLE);
    }
  }
});

Deno.test("every TOML configuration is that of Codex, with a header that is read", () => {
  const entries = snippets("toml").flatMap((text) => Object.values(codexSchema.parse(parseToml(text)).mcp_servers));

  assert.ok(entries.length >= 1);
  for (const { url, env_http_headers = {} } of entries) {
    assert.ok(isMcpAddress(new URL(url).pathname), url);
    for (const name of Object.keys(env_http_headers)) assert.ok(CREDENTIAL_HEADERS.includes(name), name);
  }
});

Deno.test("every address of the page's commands is a door of ours", () => {
  const addresses = snippets("sh").flatMap((text) => text.match(/https?:\/\/[^\s"']+/g) ?? []);

  assert.ok(addresses.length >= 5);
  for (const address of addresses) {
    const { pathname } = new URL(address);
    assert.ok(isMcpAddress(pathname) || isConnectAddress(pathname), address);
  }
});
