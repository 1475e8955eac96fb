/** The links of docs/connect.md, decoded as the clients decode them. */
import assert from "node:assert/strict";
import { updateConnect } from "../../scripts/docs.ts";
import { parseConfig } from "../../src/config.ts";

const page = await Deno.readTextFile("docs/connect.md");
const readme = await Deno.readTextFile("README.md");
const [, part = ""] = /<!-- install-links:start -->(.*)<!-- install-links:end -->/s.exec(page) ?? [];

/** What README.md shows for a client. */
function shown(client: string) {
  const [, section = ""] = readme.split(`\n**${client}**, in`);
  return JSON.parse(/```json\n(.*?)```/s.exec(section)?.[1] ?? "");
}

/** The address that begins so, up to the end of the link or line. */
function linkThatBegins(start: string): URL {
  const [found] = part.split(/[\s()]+/).filter((text) => text.startsWith(start));
  assert.ok(found !== undefined, start);
  return new URL(found);
}

for (const start of ["cursor://anysphere.cursor-deeplink/mcp/install?", "https://cursor.com/install-mcp?"]) {
  Deno.test(`the link ${start}… adds the entry for Cursor that README.md shows`, () => {
    const { searchParams } = linkThatBegins(start);

    const name = searchParams.get("name") ?? "";
    const entry = JSON.parse(atob(searchParams.get("config") ?? ""));

    assert.deepEqual({ mcpServers: { [name]: entry } }, shown("Cursor"));
    assert.deepEqual([...searchParams.keys()].sort(), ["config", "name"]);
  });
}

/** The address for VS Code, also where a page passes it on. */
const VS_CODE = {
  "vscode:mcp/install?": (link: URL) => link,
  "https://vscode.dev/redirect?url=": (link: URL) => new URL(link.searchParams.get("url") ?? ""),
};

for (const [start, addressOf] of Object.entries(VS_CODE)) {
  Deno.test(`the link ${start}… adds the entry for VS Code that README.md shows, with the question for the token`, () => {
    const { protocol, pathname, search } = addressOf(linkThatBegins(start));

    const { name, inputs, ...entry } = JSON.parse(decodeURIComponent(search.slice(1)));

    assert.deepEqual([protocol, pathname], ["vscode:", "mcp/install"]);
    assert.deepEqual({ inputs, servers: { [name]: entry } }, shown("VS Code"));
  });
}

Deno.test("the links are up to date: deno task docs writes them", () => {
  assert.equal(page, updateConnect(page, readme));
});

Deno.test("the links lead to the default address, and take the token from a variable or from the person", () => {
  const { hostname, port } = parseConfig({}).listen;
  const entries = [shown("Cursor").mcpServers.cloudways, shown("VS Code").servers.cloudways];

  for (const { url, headers } of entries) {
    assert.equal(url, `http://${hostname}:${port}/mcp`);
    for (const value of Object.values(headers)) assert.match(String(value), /^\$\{(env|input):[\w-]+\}$/);
  }
});
