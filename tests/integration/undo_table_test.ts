/**
 * Every tool whose changes can be taken back, called as its rows in the tool table call it: the change, its undo and the
 * undo of that leave the account as it was before, before, and after the change.
 */
import assert from "node:assert/strict";
import { allTools } from "../../src/tools/all.ts";
import type { Sandbox } from "../sandbox/mod.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { memberOf } from "../../src/text/member.ts";
import { notBackCases, receiptOf, stateOf, undoCases } from "../support/undo_cases.ts";

function start(setUp: (sandbox: Sandbox) => void): Promise<Service> {
  return startService({
    env: { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000" },
    sandbox: { pace: { polls: 1, seconds: 0 } },
  }).then((service) => {
    setUp(service.sandbox);
    return service;
  });
}

const writes = ({ sandbox }: Service) => sandbox.requests.filter(({ method }) => method !== "GET").length;

Deno.test("every tool that changes something says what undoes it", () => {
  const undecided = allTools.filter(({ effect, forwards, undo }) =>
    effect !== "read" && !forwards && undo === undefined
  );

  assert.deepEqual(undecided.map(({ name }) => name), []);
});

Deno.test("every tool whose changes can be taken back is in the table", () => {
  const reversing = allTools.filter(({ undo }) => undo !== undefined && "reverses" in undo).map(({ name }) => name);

  assert.deepEqual([...new Set(undoCases.map(({ tool }) => tool))].sort(), reversing.sort());
});

/** What was there before the undo is not told. */
const ONE_WAY: ReadonlySet<string> = new Set(["set_app_cors_headers", "update_server_ip_rules"]);

for (const { tool, args, setUp, present } of undoCases) {
  Deno.test(`${tool} (${present}) is taken back, and that too, each once`, async () => {
    await using service = await start(setUp);
    const call = (name: string, given: Record<string, unknown>) => callTool(service.mcpUrl, name, given, TOKEN_HEADERS);
    const before = stateOf(service.sandbox);

    const done = await call(tool, args);
    const changed = stateOf(service.sandbox);
    const receipt = receiptOf(done.json);
    const undone = await call("undo_change", { receipt });
    const back = stateOf(service.sandbox);
    const redone = ONE_WAY.has(tool) ? undefined : await call("undo_change", { receipt: receiptOf(undone.json) });
    const again = stateOf(service.sandbox);
    const sent = writes(service);
    const replayed = await call("undo_change", { receipt });

    assert.notDeepEqual(changed, before, "it changes something");
    assert.deepEqual(back, before);
    assert.deepEqual(again, redone === undefined ? before : changed);
    assert.equal(redone?.isError ?? false, false, JSON.stringify(redone?.json));
    assert.equal(replayed.json.code, "not_found");
    assert.equal(writes(service), sent, "a used receipt sends nothing");
  });
}

for (const { tool, args, why, setUp } of notBackCases) {
  Deno.test(`${tool} with ${JSON.stringify(args)} gives no receipt: ${why}`, async () => {
    await using service = await start(setUp);

    const { json, isError } = await callTool(service.mcpUrl, tool, args, TOKEN_HEADERS);

    assert.equal(isError, false, JSON.stringify(json));
    assert.equal(memberOf(json.undo, "receipt"), undefined);
  });
}
