import assert from "node:assert/strict";
import * as z from "zod";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, type ServiceOptions, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { until } from "../support/until.ts";
import { FakeClock } from "../sandbox/mod.ts";

const APP = { app_id: 200001 };
const TRAFFIC = "analytics_app_traffic";
const ALL = ["top_ips", "top_bots", "top_urls", "top_statuses"];
const AT_ONCE = { polls: 1, seconds: 0 };
const NEVER = { polls: 1_000_000, seconds: 1_000_000 };

const start = (options: ServiceOptions = {}) => startService({ sandbox: { pace: AT_ONCE }, ...options });
const traffic = (service: Service, args: Record<string, unknown>) =>
  callTool(service.mcpUrl, "get_app_analytics_traffic", { ...APP, ...args }, TOKEN_HEADERS);

const shape = z.looseObject({
  status: z.string(),
  reports: z.array(z.looseObject({ resource: z.string(), status: z.string() })),
});
const asked = ({ sandbox }: Service) => sandbox.requestsTo(TRAFFIC).map(({ fields }) => fields.resource);

Deno.test("one call gives several reports, in the order in which they were asked for", async () => {
  await using service = await start();

  const { json } = await traffic(service, { resources: ALL });

  const { status, reports } = shape.parse(json);
  assert.equal(status, "completed");
  assert.deepEqual(reports.map(({ resource }) => resource), ALL);
  for (const { resource, report } of reports) assert.deepEqual(Object.keys(Object(report)), [resource]);
  assert.deepEqual(asked(service).toSorted(), ALL.toSorted());
});

Deno.test("several reports are made at the same time, not one after the other", async () => {
  const clock = new FakeClock();
  await using service = await start({ clock, sandbox: { clock, pace: NEVER } });

  const answer = traffic(service, { resources: ALL, wait_seconds: 30 });

  // Time stands still, so none of them has ended.
  await until(() => asked(service).length === ALL.length);
  await clock.advance(60_000);
  assert.equal(shape.parse((await answer).json).status, "running");
});

Deno.test("a report that still runs says how to get it", async () => {
  await using service = await start({ sandbox: { pace: NEVER } });

  const { json } = await traffic(service, { resources: ALL, wait_seconds: 0 });

  const { status, reports } = shape.parse(json);
  assert.equal(status, "running");
  for (const { operation_id, next_step } of reports) {
    assert.ok(String(next_step).includes(`get_operation_status, operation_id ${operation_id}`));
  }
});

Deno.test("a report that is asked for twice is made once", async () => {
  await using service = await start();

  const { json } = await traffic(service, { resources: ["top_ips", "top_ips"] });

  assert.equal(shape.parse(json).reports.length, 1);
  assert.deepEqual(asked(service), ["top_ips"]);
});

Deno.test("a report that fails does not lose the others, and says why it is missing", async () => {
  await using service = await start();
  const headers = { "Retry-After": "88" };
  service.sandbox.addFault({ operationId: TRAFFIC, kind: { status: 429, headers }, times: 1 });

  const { json, isError } = await traffic(service, { resources: ["top_ips", "top_bots"] });

  assert.equal(isError, false);
  const { status, reports } = shape.parse(json);
  assert.equal(status, "partial");
  const failed = reports.find((report) => report.status === "failed");
  assert.deepEqual([failed?.code, failed?.retry_after], ["upstream_rate_limited", 88]);
  assert.equal(reports.filter((report) => report.status === "completed").length, 1);
});

Deno.test("the call fails where every report fails", async () => {
  await using service = await start();
  service.sandbox.addFault({ operationId: TRAFFIC, kind: { status: 403 } });

  const { json, isError } = await traffic(service, { resources: ALL });

  assert.deepEqual([isError, json.code], [true, "forbidden"]);
});

Deno.test("one report by its former name is understood, and never beside another one", async () => {
  await using service = await start();

  const former = await traffic(service, { resource: "top_bots", duration: "1h" });
  const both = await traffic(service, { resource: "top_bots", resources: ["top_bots"] });
  const contradiction = await traffic(service, { resource: "top_bots", resources: ["top_ips"] });

  assert.deepEqual(shape.parse(former.json).reports.map(({ resource }) => resource), ["top_bots"]);
  assert.deepEqual(shape.parse(both.json).reports.map(({ resource }) => resource), ["top_bots"]);
  assert.equal(contradiction.json.code, "invalid_arguments");
});

Deno.test("running queries need no duration, and a report says when it was made", async () => {
  const clock = new FakeClock(Date.parse("2026-11-20T09:00:00Z"));
  await using service = await start({ clock, sandbox: { clock, pace: AT_ONCE } });

  const args = { ...APP, resources: ["running_queries"] };
  const { json } = await callTool(service.mcpUrl, "get_app_analytics_mysql", args, TOKEN_HEADERS);

  assert.equal(shape.parse(json).reports[0]?.as_of, "2026-11-20T09:00:00Z");
  assert.equal(service.sandbox.requestsTo("analytics_app_mysql")[0]?.fields.duration, "1h");
});
