/** Arguments in the forms in which languages, gateways and models write them, for every tool. */
import assert from "node:assert/strict";
import { Catalogue, type CatalogueEntry } from "../../src/calls/catalogue.ts";
import { allTools } from "../../src/tools/all.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
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

/** Every former name of every tool, with what a call said under it and what it says now. */
const formerNames = allTools.flatMap(({ name: tool, formerly }) =>
  Object.entries(formerly).flatMap(([former, { name, values }]) => {
    const words = values ?? Object.fromEntries(wordsOf(tool, name).map((word) => [word, word]));
    return Object.entries(words).map(([word, now]) => ({ tool, former, name, word, now }));
  })
);

function wordsOf(tool: string, argument: string): string[] {
  const words = propertiesOf(tool)[argument]?.enum;
  return Array.isArray(words) ? words.map(String) : [];
}

Deno.test("former names stand in no list, and are those of arguments that are listed", () => {
  assert.deepEqual([...new Set(formerNames.map(({ tool, former }) => `${tool}.${former}`))], [
    "change_service_state.state",
    "enforce_app_https.status",
  ]);
  for (const { tool, former, name } of formerNames) {
    const { listed: { inputSchema }, understood } = entryOf(tool);
    assert.ok(Object.hasOwn(inputSchema.properties, name), `${tool}.${name}`);
    assert.ok(!Object.hasOwn(understood.properties, former), `${tool}.${former}`);
  }
});

for (const { tool, former, name, word, now } of formerNames) {
  Deno.test(`${tool} takes ${former}: ${word} for ${name}: ${now}`, async () => {
    const row = toolRows.find((candidate) => candidate.tool === tool);
    assert.ok(row);
    const { [name]: _today, ...rest } = row.full;

    const plain = await effectOf(row, { ...rest, [name]: now });

    assert.equal(plain.isError, false);
    const same = [
      { [former]: word },
      { [former]: word, [name]: null },
      { [former]: word, [name]: now },
      { [former]: word, [name]: asText(now) },
      { [former]: null, [name]: now },
      { [former]: "", [name]: now },
      { [former]: asText(now) },
    ];
    for (const args of same) assert.deepEqual(await effectOf(row, { ...rest, ...args }), plain, JSON.stringify(args));
  });

  Deno.test(`${tool} refuses ${former}: ${word} beside another ${name}, and what says neither`, async () => {
    const row = toolRows.find((candidate) => candidate.tool === tool);
    assert.ok(row);
    const { [name]: _today, ...rest } = row.full;
    const other = typeof now === "boolean" ? !now : wordsOf(tool, name).find((candidate) => candidate !== now);

    for (const args of [{ [former]: word, [name]: other }, { [former]: "sometimes" }, { [former]: {} }, {}]) {
      const { code, sent } = await effectOf(row, { ...rest, ...args });

      assert.equal(code, "invalid_arguments", JSON.stringify(args));
      assert.deepEqual(sent, []);
    }
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
