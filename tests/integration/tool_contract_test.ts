import assert from "node:assert/strict";
import { allTools } from "../../src/tools/all.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { callModern } from "../support/rpc_2026.ts";
import { operations } from "../sandbox/facts.ts";
import { outputProblems } from "../support/tool_contract.ts";
import { toolRows } from "../tool_rows/mod.ts";

const ENV = { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000" };
/** Work ends at the first look, so that no test waits. */
const PACE = { polls: 1, seconds: 0 };

Deno.test("every tool has one row in the contract table, and every row a tool", () => {
  assert.deepEqual(toolRows.map(({ tool }) => tool).sort(), allTools.map(({ name }) => name).sort());
});

/** Ids of a server or application in an answer itself that stand there without its label. */
function unnamed(answer: Record<string, unknown>): string[] {
  // The record of an operation is shown as it is.
  if ("estimated_minutes_remaining" in answer) return [];
  return ["server", "app"].filter((what) => `${what}_id` in answer && typeof answer[`${what}_label`] !== "string");
}

for (const row of toolRows) {
  for (const forms of ["live", "documented"] as const) {
    for (const kind of ["minimal", "full"] as const) {
      Deno.test(`${row.tool} with ${kind} arguments and ${forms} replies keeps its contract`, async () => {
        await using service = await startService({ sandbox: { forms, pace: PACE }, env: ENV });
        row.setUp?.(service.sandbox);

        const answer = await callTool(service.mcpUrl, row.tool, row[kind], TOKEN_HEADERS);

        assert.equal(answer.isError, false, JSON.stringify(answer.json));
        assert.deepEqual(answer.structured, answer.json);
        assert.deepEqual(outputProblems(service.app.catalogue, row.tool, answer.json), []);
        assert.deepEqual(unnamed(answer.json), [], "ids stand beside labels");
        assert.ok(service.sandbox.requests.every(({ status = 0 }) => status < 400 || status === 404));
        if (kind === "minimal") {
          const asked = new Set(service.sandbox.requests.map(({ operationId }) => operationId));
          assert.deepEqual(
            [...asked].filter((id) => id !== "operation_status").sort(),
            row.asks.filter((id) => id !== "operation_status").sort(),
          );
        }
      });
    }
  }

  Deno.test(`${row.tool} refuses wrong arguments by name, and sends nothing`, async () => {
    await using service = await startService({ env: ENV });
    const wrong = [...row.wrong, { args: { ...row.minimal, no_such_argument: 1 }, names: "no_such_argument" }];

    for (const { args, names } of wrong) {
      const { json } = await callTool(service.mcpUrl, row.tool, args, TOKEN_HEADERS);
      assert.equal(json.code, "invalid_arguments", `${JSON.stringify(args)}: ${JSON.stringify(json)}`);
      assert.ok(String(json.message).includes(names), `${JSON.stringify(args)}: ${json.message}`);
    }
    assert.equal(service.sandbox.requests.length, 0);
  });
}

Deno.test("whatever reads by starting work at Cloudways says so in its description", () => {
  const working = operations.filter(({ sideEffect, async }) => sideEffect === "read" && async !== "none");
  const ids = new Set(working.map(({ id }) => id));
  const readers = new Set(allTools.filter(({ effect }) => effect === "read").map(({ name }) => name));
  const rows = toolRows.filter(({ tool, asks }) => readers.has(tool) && asks.some((id) => ids.has(id)));

  assert.ok(rows.length >= 7);
  for (const { tool } of rows) {
    const description = allTools.find(({ name }) => name === tool)?.description ?? "";
    assert.match(description, /starts? work on the server/i, tool);
  }
});

Deno.test("an object where none belongs is refused in words, whatever is in it", async () => {
  await using service = await startService({ env: ENV });
  const noText = { toString: 0, valueOf: 0 };

  for (const query of [{ length: noText }, { length: [noText] }, { size: -1 }, [{ length: noText }]]) {
    const { json } = await callTool(service.mcpUrl, "find_resources", { query }, TOKEN_HEADERS);

    assert.equal(json.code, "invalid_arguments", JSON.stringify(json));
    assert.match(String(json.message), /query: .*expected string, received (object|array)/);
  }
});

Deno.test("an argument named __proto__ is refused like any other that a tool does not know", async () => {
  await using service = await startService({ env: ENV });
  const args = JSON.parse('{"query":"shop","__proto__":{"limit":1}}');

  const legacy = await callTool(service.mcpUrl, "find_resources", args, TOKEN_HEADERS);
  const modern = await callModern({ url: service.mcpUrl, name: "find_resources", args, headers: TOKEN_HEADERS });

  assert.equal(modern.kind, "result");
  for (const { json } of [legacy, modern.answer]) {
    assert.equal(json.code, "invalid_arguments", JSON.stringify(json));
    assert.match(String(json.message), /"__proto__"/);
  }
  assert.equal(service.sandbox.requests.length, 0);
});

Deno.test("the operations named in the contract table are those of the facts", () => {
  const known = new Set(operations.map(({ id }) => id));

  assert.deepEqual(toolRows.flatMap(({ asks }) => asks).filter((id) => !known.has(id)), []);
});
