/**
 * Blocking a country by an assistant that knows only the default list: it finds the tool by what people say, calls it
 * through `call_tool`, and a person says yes.
 */
import assert from "node:assert/strict";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callModern } from "../support/rpc_2026.ts";
import { yesTo } from "../support/yes.ts";

const ARGS = { server_id: 100001, add: ["AF"] };

function callDefault({ mcpUrl }: Service, name: string, args: Record<string, unknown>, answered?: Answered) {
  return callModern({ url: mcpUrl, name, args, headers: TOKEN_HEADERS, ...(answered && { answered }) });
}

type Answered = NonNullable<Parameters<typeof callModern>[0]["answered"]>;

Deno.test("through discovery a country is blocked once a person has said yes", async () => {
  await using service = await startService({});
  const [server] = service.sandbox.account().servers;
  assert.ok(server !== undefined);
  const blocked = server.protection.countries;
  const before = [...blocked];

  const found = await callDefault(service, "find_tools", { query: "no visitors from one country" });
  assert.ok(found.kind === "result");
  const [tool] = Object(found.answer.json.tools);
  const args = { name: tool.name, arguments: JSON.stringify(ARGS) };
  const asked = await callDefault(service, "call_tool", args);
  assert.ok(asked.kind === "question", JSON.stringify(asked));
  const unasked = [...blocked];
  const done = await callDefault(service, "call_tool", args, { state: asked.state, reply: yesTo(asked.message) });

  assert.equal(tool.name, "update_server_country_blocks");
  assert.ok(done.kind === "result" && !done.answer.isError, JSON.stringify(done));
  assert.deepEqual(done.answer.json.blocked, [{ code: "AF", name: "AFGHANISTAN" }]);
  assert.deepEqual([unasked, blocked], [before, [...before, "AF"]]);
  assert.deepEqual(service.sandbox.requestsTo("security_suite_server_countries_blacklist_update")[0]?.fields, {
    server_id: 100001,
    countrylist: ["AF"],
  });
});
