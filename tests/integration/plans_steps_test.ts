/** Every tool that changes something, as a step of a plan: it asks, sends and is refused as its own call is. */
import assert from "node:assert/strict";
import { allTools } from "../../src/tools/all.ts";
import { askingCalls } from "../support/asking_calls.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { askToApply, plan, planId, statesOf, writesOf } from "../support/plans.ts";
import { callTool } from "../support/rpc.ts";
import { callModern } from "../support/rpc_2026.ts";
import { toolRows } from "../tool_rows/mod.ts";
import type { Sandbox } from "../sandbox/mod.ts";

/** Tools that no plan may hold. */
const NEVER = [
  "apply_plan",
  "create_app_user",
  "delete_app",
  "delete_dns_domains",
  "delete_server",
  "offer_server_transfer",
  "remove_team_member",
  "reset_admin_password",
  "reset_app_user_password",
  "reset_database_password",
  "reset_master_password",
  "reset_staging_password",
];

const changing = new Set(allTools.filter(({ effect, forwards }) => effect !== "read" && !forwards).map((t) => t.name));
const rows = toolRows.filter(({ tool }) => changing.has(tool));

function start(env: Record<string, string>, setUp?: (sandbox: Sandbox) => void): Promise<Service> {
  return startService({
    env: { RATE_LIMIT_REQUESTS: "100000", ...env },
    sandbox: { rateLimitPerMinute: 100_000, pace: { polls: 1, seconds: 0 } },
  }).then((service) => {
    setUp?.(service.sandbox);
    return service;
  });
}

function sentBy({ sandbox }: Service) {
  return writesOf(sandbox).map(({ method, path, fields }) => ({ method, path, fields }));
}

for (const row of rows) {
  const step = { tool: row.tool, arguments: row.minimal };

  if (NEVER.includes(row.tool)) {
    Deno.test(`${row.tool} is no step of a plan`, async () => {
      await using service = await start({}, row.setUp);

      const { json } = await plan(service, [{ ...step, arguments: row.full }]);

      assert.equal(json.code, "invalid_arguments", JSON.stringify(json));
      assert.equal(Object(json.details).step, 1);
      assert.doesNotMatch(JSON.stringify(json), /hidden/);
      assert.deepEqual(writesOf(service.sandbox), []);
    });
    continue;
  }

  Deno.test(`${row.tool} sends the same as a step of a plan as by itself`, async () => {
    await using direct = await start({ CONFIRM: "off" }, row.setUp);
    await using planned = await start({ CONFIRM: "off" }, row.setUp);

    const own = await callTool(direct.mcpUrl, row.tool, row.minimal, TOKEN_HEADERS);
    const plan_id = await planId(planned, [step]);
    const applied = await callTool(planned.mcpUrl, "apply_plan", { plan_id }, TOKEN_HEADERS);

    assert.equal(own.isError, false, JSON.stringify(own.json));
    assert.deepEqual(statesOf(applied), ["done"], JSON.stringify(applied.json));
    assert.deepEqual(sentBy(planned), sentBy(direct));
    assert.ok(sentBy(planned).length > 0);
  });
}

for (const call of askingCalls.filter(({ tool }) => changing.has(tool) && !NEVER.includes(tool))) {
  Deno.test(`the question of a plan shows a step of ${call.tool} as its own call would be asked about`, async () => {
    await using service = await start({}, call.setUp);
    const { tool, args } = call;
    const plan_id = await planId(service, [{ tool, arguments: args }]);

    const own = await callModern({ url: service.mcpUrl, name: tool, args, headers: TOKEN_HEADERS });
    const planned = await askToApply(service, plan_id);

    assert.ok(own.kind === "question" && planned.kind === "question", JSON.stringify([own, planned]));
    const [first = "", ...others] = own.message.split("\n");
    const lines = planned.message.split("\n");
    assert.ok(lines.includes(`Step 1: ${first}`), planned.message);
    for (const line of others) assert.ok(lines.includes(line), `${line}\nis missing in\n${planned.message}`);
  });
}
