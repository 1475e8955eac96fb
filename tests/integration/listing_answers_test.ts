import assert from "node:assert/strict";
import * as z from "zod";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { DEMO_ACCOUNT, FakeClock } from "../sandbox/mod.ts";

const page = z.looseObject({
  servers: z.array(z.looseObject({ id: z.number(), apps: z.array(z.looseObject({ id: z.number() })) })),
  next_after_id: z.number().nullable(),
  left_out: z.never().optional(),
});

const listServers = async (service: Service, args: Record<string, unknown>) =>
  (await callTool(service.mcpUrl, "list_servers", args, TOKEN_HEADERS)).json;

for (const detail of ["concise", "full"]) {
  Deno.test(`500 servers are listed to the end, each once and in order, with detail ${detail}`, async () => {
    await using service = await startService({
      sandbox: { accounts: [{ ...DEMO_ACCOUNT, servers: 500, appsPerServer: 2 }] },
    });
    const { servers } = service.sandbox.account();
    // Cloudways promises no order.
    servers.reverse();
    const listed: z.output<typeof page>["servers"] = [];
    let more: Record<string, unknown> = {};

    while (true) {
      const json = await listServers(service, { detail, ...more });
      assert.ok(JSON.stringify(json).length <= 60_000);
      const { servers, next_after_id } = page.parse(json);
      listed.push(...servers);
      if (next_after_id === null) break;
      more = { after_id: next_after_id };
    }

    const expected = servers.toSorted((a, b) => a.id - b.id);
    assert.deepEqual(listed.map(({ id }) => id), expected.map(({ id }) => id));
    assert.deepEqual(
      listed.flatMap(({ apps }) => apps.map(({ id }) => id)),
      expected.flatMap(({ apps }) => apps.map(({ id }) => id)),
    );
  });
}

Deno.test("list_servers with after_id begins behind that server", async () => {
  await using service = await startService();
  const [first, second] = service.sandbox.account().servers;
  assert.ok(first !== undefined && second !== undefined);

  const { servers, next_after_id } = page.parse(await listServers(service, { after_id: first.id }));

  assert.deepEqual(servers.map(({ id }) => id), [second.id]);
  assert.equal(next_after_id, null);
});

const TOOLS: [string, Record<string, unknown>][] = [
  ["list_servers", {}],
  ["find_resources", { query: "shop" }],
  ["list_domains", {}],
  ["list_staging_apps", {}],
  ["get_app_details", { app_id: 200001 }],
  ["get_server_details", { server_id: 100001 }],
];

Deno.test("what comes from the listing says when Cloudways was asked, also while it is cached", async () => {
  const clock = new FakeClock(Date.parse("2026-11-20T09:00:00Z"));
  await using service = await startService({ clock, sandbox: { clock } });
  await callTool(service.mcpUrl, "list_servers", {}, TOKEN_HEADERS);
  await clock.advance(30_000);

  for (const [tool, args] of TOOLS) {
    const { json } = await callTool(service.mcpUrl, tool, args, TOKEN_HEADERS);
    assert.equal(json.as_of, "2026-11-20T09:00:00Z", tool);
  }
  await clock.advance(31_000);
  const { json } = await callTool(service.mcpUrl, "list_servers", {}, TOKEN_HEADERS);

  assert.equal(json.as_of, "2026-11-20T09:01:01Z");
});
