import assert from "node:assert/strict";
import * as z from "zod";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, type ServiceOptions, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { FakeClock, type SandboxOptions } from "../sandbox/mod.ts";
import type { AppState } from "../sandbox/state.ts";

const APP = { app_id: 200001 };
const AT_ONCE = { polls: 1, seconds: 0 };
const NEVER = { polls: 1_000_000, seconds: 1_000_000 };
const NOW = "2026-11-20T12:00:00Z";
const HOUR = 3_600_000;

async function start(sandbox: SandboxOptions = {}, options: ServiceOptions = {}) {
  const clock = new FakeClock(Date.parse(NOW));
  const service = await startService({
    env: { CONFIRM: "off" },
    clock,
    sandbox: { clock, epoch: clock.now(), pace: AT_ONCE, ...sandbox },
    ...options,
  });
  return { service, clock, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

const call = async (service: Service, tool: string, args: Record<string, unknown> = APP) =>
  (await callTool(service.mcpUrl, tool, args, TOKEN_HEADERS)).json;

function shopOf({ sandbox }: Service): AppState {
  const shop = sandbox.account().servers[0]?.apps[0];
  assert.ok(shop !== undefined);
  return shop;
}

const list = z.looseObject({
  restore_points: z.array(z.object({ time: z.string(), utc: z.string().nullable(), age: z.string().nullable() })),
  newest_automatic: z.object({ time: z.string(), utc: z.string(), age: z.string() }).nullable(),
});
const restorePoints = async (service: Service) => list.parse(await call(service, "get_app_restore_points"));

Deno.test("backup_app gives the restore point it made, and restore_app takes it under the same name", async () => {
  await using started = await start();
  const { service } = started;

  const { time } = await call(service, "backup_app");
  const restored = await call(service, "restore_app", { ...APP, time });

  assert.equal(time, "2026-11-20T12:00:00");
  assert.ok((await restorePoints(service)).restore_points.some((point) => point.time === time));
  assert.equal(restored.time, time);
  assert.equal(shopOf(service).restoredTo, time);
});

Deno.test("backup_app never gives an older point as the one it made", async () => {
  await using started = await start();
  const { service, clock } = started;
  // The list is behind: it does not have the new one yet.
  const body = { backup_dates: ["2026-11-20T11:00:00"], local_backup_exists: false };
  service.sandbox.addFault({ operationId: "app_backup_status_get", kind: { status: 200, body } });
  await clock.advance(1000);

  const json = await call(service, "backup_app");

  assert.deepEqual([json.status, json.time], ["completed", null]);
  assert.match(String(json.next_step), /get_app_restore_points/);
});

Deno.test("a backup that is made stays a success where its restore point can't be read", async () => {
  await using started = await start();
  const { service } = started;
  service.sandbox.addFault({ operationId: "app_backup_status_get", kind: { status: 403 } });

  const json = await call(service, "backup_app");

  assert.deepEqual([json.status, json.time], ["completed", null]);
});

Deno.test("a backup that still runs is not looked for", async () => {
  await using started = await start({ pace: NEVER });
  const { service } = started;

  const json = await call(service, "backup_app", { ...APP, wait_seconds: 0 });

  assert.deepEqual([json.status, json.time], ["running", null]);
  assert.deepEqual(service.sandbox.requestsTo("app_backup_status_get"), []);
});

Deno.test("restore points come newest first, and the newest automatic one is named, however old", async () => {
  await using started = await start();
  const { service } = started;
  shopOf(service).backups = ["2026-10-01T03:00:00", "2026-10-02T03:00:00"];
  await call(service, "backup_app");

  const { restore_points, newest_automatic } = await restorePoints(service);

  assert.deepEqual(restore_points.map(({ time }) => time), [
    "2026-11-20T12:00:00",
    "2026-10-02T03:00:00",
    "2026-10-01T03:00:00",
  ]);
  assert.deepEqual(newest_automatic, { time: "2026-10-02T03:00:00", utc: "2026-10-02T03:00:00Z", age: "49 days" });
});

Deno.test("a backup of the whole server counts as asked for", async () => {
  await using started = await start();
  const { service } = started;
  shopOf(service).backups = ["2026-11-20T03:00:00"];
  await call(service, "backup_server", { server_id: 100001 });

  const { restore_points, newest_automatic } = await restorePoints(service);

  assert.equal(restore_points[0]?.time, "2026-11-20T12:00:00");
  assert.equal(newest_automatic?.time, "2026-11-20T03:00:00");
});

Deno.test("a backup of another application says nothing of a restore point", async () => {
  await using started = await start();
  const { service } = started;
  await call(service, "backup_app", { app_id: 200002 });
  shopOf(service).backups = ["2026-11-20T12:00:00"];

  assert.equal((await restorePoints(service)).newest_automatic?.time, "2026-11-20T12:00:00");
});

Deno.test("a backup that was asked for long before says nothing of a restore point", async () => {
  await using started = await start();
  const { service, clock } = started;
  await call(service, "backup_app");
  await clock.advance(5 * HOUR);
  shopOf(service).backups = ["2026-11-20T17:00:00"];

  assert.equal((await restorePoints(service)).newest_automatic?.time, "2026-11-20T17:00:00");
});

Deno.test("a backup that Cloudways refused made no restore point", async () => {
  await using started = await start();
  const { service } = started;
  service.sandbox.addFault({ operationId: "app_backup", kind: { status: 403 } });
  await call(service, "backup_app");
  shopOf(service).backups = ["2026-11-20T12:00:30"];

  assert.equal((await restorePoints(service)).newest_automatic?.time, "2026-11-20T12:00:30");
});

Deno.test("an application without restore points has no automatic one", async () => {
  await using started = await start();
  shopOf(started.service).backups = [];

  const { restore_points, newest_automatic } = await restorePoints(started.service);

  assert.deepEqual([restore_points, newest_automatic], [[], null]);
});

Deno.test("restore_app still takes the point under its former name", async () => {
  await using started = await start();
  const [point] = shopOf(started.service).backups;

  const json = await call(started.service, "restore_app", { ...APP, restore_point: point });

  assert.equal(json.time, point);
});
