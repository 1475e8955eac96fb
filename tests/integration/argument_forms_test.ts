/** Former names of arguments, and empty texts. The tests of tools cover what every tool takes. */
import assert from "node:assert/strict";
import { allTools } from "../../src/tools/all.ts";
import { type Arguments, asText, entryOf } from "../support/argument_forms.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { toolRows } from "../tool_rows/mod.ts";
import type { ToolRow } from "../tool_rows/row.ts";

const ENV = { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000" };
const PACE = { polls: 1, seconds: 0 };
/** What a call with these arguments does at Cloudways, on a fresh account. */
async function effectOf({ tool, setUp }: ToolRow, args: Arguments) {
  await using service = await startService({ sandbox: { pace: PACE }, env: ENV });
  setUp?.(service.sandbox);
  const { isError, json } = await callTool(service.mcpUrl, tool, args, TOKEN_HEADERS);
  const sent = service.sandbox.requests.map(({ method, path, fields }) => ({ method, path, fields }));
  return { isError, code: json.code, sent };
}

/** Every former name of an argument, with each value under that name and its present form. */
const formerNames = allTools.flatMap(({ name: tool, formerly }) =>
  Object.entries(formerly).flatMap(([former, { name, values }]) => {
    const words = values ?? Object.fromEntries(wordsOf(tool, name).map((word) => [word, word]));
    return Object.entries(words).map(([word, now]) => ({ tool, former, name, word, now }));
  })
);

function wordsOf(tool: string, argument: string): string[] {
  const words = entryOf(tool).understood.properties[argument]?.enum;
  return Array.isArray(words) ? words.map(String) : [];
}

Deno.test("former names are not listed, and belong to arguments that are", () => {
  assert.deepEqual(formerNames.map(({ tool, former, word, now }) => [`${tool}.${former}`, word, now]), [
    ...["start", "stop", "restart"].map((word) => ["change_service_state.state", word, word]),
    ["enforce_app_https.status", "enable", true],
    ["enforce_app_https.status", "disable", false],
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

Deno.test("an empty text is a value if it has a meaning, and refused if a tool requires more", async () => {
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
