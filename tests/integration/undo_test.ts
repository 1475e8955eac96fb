/** Taking changes back: receipts, what they are bound to, and the questions of `undo_change`. */
import assert from "node:assert/strict";
import { z } from "zod";
import type { AppState } from "../sandbox/mod.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";

const APP = { app_id: 200001 };

function start(CONFIRM = "off"): Promise<Service> {
  return startService({ env: { CONFIRM, RATE_LIMIT_REQUESTS: "100000" }, sandbox: { pace: { polls: 1, seconds: 0 } } });
}

function shopOf({ sandbox }: Service): AppState {
  const app = sandbox.account().servers[0]?.apps[0];
  assert.ok(app !== undefined);
  return app;
}

const receipt = z.object({ undo: z.object({ receipt: z.string(), until: z.string(), does: z.string() }) })
  .transform(({ undo }) => undo.receipt);

Deno.test("a receipt", async () => {
  await using service = await start();
  const before = shopOf(service).fpm_setting;

  const { json } = await callTool(service.mcpUrl, "update_app_php_settings", {
    ...APP,
    add: ["php_admin_value[memory_limit] = 512M"],
  }, TOKEN_HEADERS);
  console.log(json);
  assert.notEqual(shopOf(service).fpm_setting, before);
  const undone = await callTool(service.mcpUrl, "undo_change", { receipt: receipt.parse(json) }, TOKEN_HEADERS);
  console.log(undone.json);
  assert.equal(shopOf(service).fpm_setting, before);
});
