import assert from "node:assert/strict";
import * as z from "zod";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { FakeClock } from "../sandbox/mod.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const HOUR = 3_600_000;

const shape = z.looseObject({
  alerts: z.array(z.looseObject({ server_id: z.number(), ids: z.array(z.number()) })),
  next_before_id: z.number().nullable(),
});

async function getAlerts(service: Service, args: Record<string, unknown>) {
  const { json } = await callTool(service.mcpUrl, "get_alerts", args, TOKEN_HEADERS);
  const { alerts, next_before_id } = shape.parse(json);
  return { alerts, next_before_id, ids: alerts.flatMap(({ ids }) => ids).toSorted((a, b) => b - a) };
}

/** An alert every five hours, back from now. */
async function start(): Promise<Service> {
  const clock = new FakeClock(NOW);
  const service = await startService({ clock, sandbox: { clock, epoch: NOW } });
  return service;
}

const idsOf = ({ sandbox }: Service, isWanted: (alert: { server_id: number | null }, index: number) => boolean) =>
  sandbox.account().alerts.filter(isWanted).map(({ id }) => id);

Deno.test("get_alerts since a time gives exactly the later alerts, over all their pages, and ends there", async () => {
  await using service = await start();

  const { ids, next_before_id } = await getAlerts(service, { since: new Date(NOW - 29 * 5 * HOUR).toISOString() });

  assert.deepEqual(ids, idsOf(service, (_alert, index) => index <= 29));
  assert.equal(next_before_id, null);
  assert.equal(service.sandbox.requests.length, 2);
});

Deno.test("get_alerts of one server gives its alerts from every page", async () => {
  await using service = await start();

  const { alerts, ids, next_before_id } = await getAlerts(service, { server_id: 100002 });

  assert.ok(alerts.every(({ server_id }) => server_id === 100002));
  assert.deepEqual(ids, idsOf(service, ({ server_id }) => server_id === 100002));
  assert.equal(next_before_id, null);
});

Deno.test("get_alerts reads no more than five pages at once, and goes on where it stopped", async () => {
  await using service = await start();
  const { alerts } = service.sandbox.account();
  const [first] = alerts;
  assert.ok(first !== undefined);
  alerts.splice(0, Infinity, ...Array.from({ length: 130 }, (_, index) => ({ ...first, id: 9_000 - index })));
  const elsewhere = alerts.at(-1);
  assert.ok(elsewhere !== undefined);
  elsewhere.server_id = 100_777;

  const begun = await getAlerts(service, { server_id: 100_777 });
  const gone = await getAlerts(service, { server_id: 100_777, before_id: begun.next_before_id });

  assert.deepEqual([begun.ids, begun.next_before_id], [[], 8_901]);
  assert.deepEqual(gone.ids, [elsewhere.id]);
});

Deno.test("an alert whose time Cloudways doesn't tell is not left out", async () => {
  await using service = await start();
  for (const alert of service.sandbox.account().alerts) alert.created_at = "";

  const { ids } = await getAlerts(service, { since: "2026-11-20" });

  assert.deepEqual(ids, idsOf(service, () => true));
});
