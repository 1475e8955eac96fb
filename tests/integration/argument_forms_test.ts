/** Arguments in the forms in which languages, gateways and models write them, for every tool. */
import assert from "node:assert/strict";
import { Catalogue, type CatalogueEntry } from "../../src/mcp/catalogue.ts";
import { allTools } from "../../src/tools/all.ts";
import { TOKEN_HEADERS } from "../clients.ts";
import { startService } from "../harness.ts";
import { callTool } from "../rpc.ts";
import { toolRows } from "../tool_rows/mod.ts";
import type { ToolRow } from "../tool_rows/row.ts";

type Arguments = Record<string, unknown>;

const ENV = { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000" };
const PACE = { polls: 1, seconds: 0 };
/** What gateways add to the arguments of any tool. */
const ADDED: Arguments = {
  toolCallId: "call_1",
  tool: "some_tool",
  sessionId: "1bd19f08",
  chatInput: "please",
  action: "sendMessage",
  wait_for_previous: true,
  random_string: "x",
  security_risk: "LOW",
  _auth_auth_type: "admin",
  _meta: { progressToken: 1 },
};

const entries = new Map(new Catalogue(allTools).entries().map((entry) => [entry.tool.name, entry]));

function entryOf(name: string): CatalogueEntry {
  const entry = entries.get(name);
  assert.ok(entry, name);
  return entry;
}

function propertiesOf(name: string) {
  return entryOf(name).understood.properties;
}

function isRequired(name: string, argument: string): boolean {
  return entryOf(name).understood.required?.includes(argument) === true;
}

/** What a call with these arguments made Cloudways do, on a fresh account. */
async function effectOf({ tool, setUp }: ToolRow, args: Arguments) {
  await using service = await startService({ sandbox: { pace: PACE }, env: ENV });
  setUp?.(service.sandbox);
  const { isError, json } = await callTool(service.mcpUrl, tool, args, TOKEN_HEADERS);
  const sent = service.sandbox.requests.map(({ method, path, fields }) => ({ method, path, fields }));
  return { isError, code: json.code, sent };
}

const asText = (value: unknown) => typeof value === "string" ? value : JSON.stringify(value);

for (const row of toolRows) {
  const properties = Object.entries(propertiesOf(row.tool));
  const optional = properties.filter(([name]) => !isRequired(row.tool, name) && !Object.hasOwn(row.minimal, name));

  Deno.test(`${row.tool} takes null, empty and added arguments for absent ones`, async () => {
    const nulls = Object.fromEntries(optional.map(([name]) => [name, null]));
    const empty = Object.fromEntries(
      optional.filter(([, { type, enum: words }]) => type !== "string" || words !== undefined).map((
        [name],
      ) => [name, ""]),
    );
    const added = Object.fromEntries(
      Object.entries(ADDED).filter(([name]) => !properties.some(([known]) => known === name)),
    );

    const plain = await effectOf(row, row.minimal);

    assert.equal(plain.isError, false);
    for (const more of [nulls, empty, added]) {
      assert.deepEqual(await effectOf(row, { ...row.minimal, ...more }), plain, JSON.stringify(more));
    }
  });

  Deno.test(`${row.tool} takes numbers, flags and lists given as text`, async () => {
    const texts = Object.fromEntries(Object.entries(row.full).map(([name, value]) => [name, asText(value)]));

    const plain = await effectOf(row, row.full);

    assert.equal(plain.isError, false);
    assert.deepEqual(await effectOf(row, texts), plain);
  });

  Deno.test(`${row.tool} refuses null for what it requires, by name`, async () => {
    await using service = await startService({ env: ENV });

    for (const name of entryOf(row.tool).understood.required ?? []) {
      const { json } = await callTool(service.mcpUrl, row.tool, { ...row.full, [name]: null }, TOKEN_HEADERS);

      assert.equal(json.code, "invalid_arguments", name);
      assert.ok(JSON.stringify(json.details).includes(`"${name}"`), JSON.stringify(json.details));
    }
    assert.equal(service.sandbox.requests.length, 0);
  });
}

Deno.test("an empty text is a value where it has a meaning, and refused where a tool requires more", async () => {
  await using service = await startService({ env: ENV });

  const id = await callTool(service.mcpUrl, "get_app_settings", { app_id: "" }, TOKEN_HEADERS);
  const list = await callTool(service.mcpUrl, "install_letsencrypt", {
    app_id: 200001,
    email: "a@example.com",
    domains: "",
  }, TOKEN_HEADERS);
  const unknown = await callTool(service.mcpUrl, "ping", { tool_call: null }, TOKEN_HEADERS);

  for (const { json } of [id, list, unknown]) assert.equal(json.code, "invalid_arguments", JSON.stringify(json));
});
