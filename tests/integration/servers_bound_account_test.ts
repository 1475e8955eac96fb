/** The bound of the account itself: what it lets through whatever a tool asks for. */
import assert from "node:assert/strict";
import * as z from "zod";
import { Catalogue } from "../../src/calls/catalogue.ts";
import { path } from "../../src/cloudways/path.ts";
import { allTools } from "../../src/tools/all.ts";
import { defineTool } from "../../src/tools/define/tool.ts";
import { BOUND_HEADERS, FOREIGN, OWN } from "../support/bound_pair.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";

/** Operations end at the first look, so that no test waits. */
const AT_ONCE = { pace: { polls: 1, seconds: 0 } };
const LISTING_PATH = "/api/v2/server";

Deno.test("a tool that passes an id on unchecked reaches nothing outside the bound", async () => {
  const reply = z.unknown();
  const input = z.strictObject({ server_id: z.int().optional(), app_id: z.int().optional() });
  const careless = defineTool({
    name: "careless",
    title: "Careless",
    toolset: "basic",
    effect: "write",
    description: "Passes ids on.",
    accountWide: false,
    input: () => input,
    output: () => z.looseObject({}),
    handler: async (ids, { account }) => {
      await account.servers();
      const tries = [
        () => account.read({ operation: "app_settings_get", path: path`/app/get_settings_value`, query: ids, reply }),
        () =>
          account.write({ operation: "server_restart", method: "POST", path: path`/server/restart`, form: ids, reply }),
        () =>
          account.write({
            operation: "staging_app_clone_to_server",
            method: "POST",
            path: path`/staging/app/cloneToOtherServer`,
            form: { ...ids, destination_server_id: FOREIGN.server_id },
            reply,
          }),
        () =>
          account.read({
            operation: "server_disk_usage_get",
            path: path`/server/${ids.server_id ?? 1}/diskUsage`,
            reply,
          }),
        () => account.read({ operation: "team_member_list", path: path`/member`, reply }),
      ];
      const codes = await Promise.all(tries.map((attempt) => attempt().then(() => "done", ({ code }) => String(code))));
      return { codes };
    },
  });
  await using service = await startService({ catalogue: new Catalogue([careless]) });
  const { sandbox } = service;
  const sentWith = async (args: Record<string, unknown>) => {
    sandbox.reset();
    const { json } = await callTool(service.mcpUrl, "careless", args, BOUND_HEADERS);
    return {
      codes: json.codes,
      sent: sandbox.requests.map(({ path }) => path).filter((path) => path !== LISTING_PATH),
    };
  };

  const foreign = await sentWith({ server_id: FOREIGN.server_id, app_id: FOREIGN.app_id });
  const pair = await sentWith({ server_id: OWN.server_id, app_id: FOREIGN.app_id });

  assert.deepEqual(foreign, { codes: ["not_found", "not_found", "not_found", "not_found", "forbidden"], sent: [] });
  assert.deepEqual(pair, {
    codes: ["not_found", "not_found", "not_found", "done", "forbidden"],
    sent: ["/api/v2/server/100001/diskUsage"],
  });
});

Deno.test("restore points of another server that were seen before are not known to a bound caller", async () => {
  const noted = defineTool({
    name: "noted",
    title: "Noted",
    toolset: "basic",
    effect: "read",
    description: "Counts applications with known restore points.",
    accountWide: false,
    input: () => z.strictObject({}),
    output: () => z.looseObject({}),
    handler: async (_input, { account }) => ({
      apps: (await account.lastBackups(FOREIGN.server_id)).size,
      on_each: (await account.lastBackupsOnEach([{ id: FOREIGN.server_id }])).map(({ size }) => size),
    }),
  });
  await using service = await startService({ catalogue: new Catalogue([...allTools, noted]), sandbox: AT_ONCE });
  await callTool(service.mcpUrl, "get_app_restore_points", { app_id: FOREIGN.app_id }, TOKEN_HEADERS);
  const countFor = async (headers: Record<string, string>) => {
    const { json: { apps, on_each } } = await callTool(service.mcpUrl, "noted", {}, headers);
    return { apps, on_each };
  };

  assert.deepEqual(await countFor(TOKEN_HEADERS), { apps: 1, on_each: [1] });
  assert.deepEqual(await countFor(BOUND_HEADERS), { apps: 0, on_each: [] });
});
