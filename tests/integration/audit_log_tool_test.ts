/** What a customer reads in the audit log: one entry for each action, however a person was asked. */
import assert from "node:assert/strict";
import * as z from "zod";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { decide } from "../support/decide.ts";
import { type Service, startService } from "../support/harness.ts";
import { allowOffice, planId } from "../support/plans.ts";
import { callTool } from "../support/rpc.ts";
import { callModern, YES } from "../support/rpc_2026.ts";
import { FakeClock } from "../sandbox/mod.ts";

const STOP = { name: "stop_server", args: { server_id: 100001, wait_seconds: 0 } };

const entrySchema = z.looseObject({
  number: z.int(),
  time: z.iso.datetime(),
  tool: z.string(),
  result: z.string(),
  outcome: z.string(),
  approval: z.string().optional(),
  server_id: z.int().optional(),
  server_label: z.string().optional(),
  app_ids: z.array(z.int()).optional(),
  operation_id: z.string().optional(),
});

async function entriesOf(service: Service, args: Record<string, unknown> = {}) {
  const { isError, json } = await callTool(service.mcpUrl, "get_audit_log", args, TOKEN_HEADERS);
  assert.equal(isError, false, JSON.stringify(json));
  return z.array(entrySchema).parse(json.records);
}

/** The newest entry in three words. */
async function storyOf(service: Service, args?: Record<string, unknown>): Promise<string[]> {
  const entries = await entriesOf(service, args);
  return entries.map(({ result, outcome, approval }) => [result, outcome, approval ?? "-"].join(" "));
}

async function askOnPage({ mcpUrl, url }: Service) {
  const { json } = await callTool(mcpUrl, STOP.name, STOP.args, TOKEN_HEADERS);
  const { pathname } = new URL(String(Object(json.details).approval_url));
  return (decision: string) => decide(url, pathname, { decision });
}

Deno.test("a change after a yes on the page is one entry from the question to the end", async () => {
  await using service = await startService();

  const press = await askOnPage(service);
  const asked = await storyOf(service);
  await press("approve");
  const approved = await storyOf(service);
  await callTool(service.mcpUrl, STOP.name, STOP.args, TOKEN_HEADERS);
  const done = await storyOf(service);

  assert.deepEqual([asked, approved, done], [
    ["waiting asked page"],
    ["waiting approved page"],
    ["done ok page"],
  ]);
  const [entry] = await entriesOf(service);
  const server = service.sandbox.account().servers[0];
  assert.deepEqual([entry?.server_id, entry?.server_label, entry?.app_ids], [
    100001,
    server?.label,
    server?.apps.map(({ id }) => id),
  ]);
  assert.match(entry?.operation_id ?? "", /^\d+$/);
});

Deno.test("a no on the page, and the call that gets it, are one entry", async () => {
  await using service = await startService();

  const press = await askOnPage(service);
  await press("deny");
  const denied = await storyOf(service);
  await callTool(service.mcpUrl, STOP.name, STOP.args, TOKEN_HEADERS);

  assert.deepEqual(denied, ["denied denied page"]);
  assert.deepEqual(await storyOf(service), ["denied confirmation_declined page"]);
});

Deno.test("a change after a yes in a form is one entry, and the next call of the same tool another", async () => {
  await using service = await startService({ sandbox: { pace: { polls: 1, seconds: 0 } } });
  const call = { url: service.mcpUrl, ...STOP, headers: TOKEN_HEADERS };

  for (let turn = 0; turn < 2; turn++) {
    const asked = await callModern(call);
    assert.ok(asked.kind === "question");
    const done = await callModern({ ...call, answered: { state: asked.state, reply: YES } });
    assert.equal(done.kind, "result");
  }

  assert.deepEqual(await storyOf(service), ["done ok form", "done ok form"]);
});

Deno.test("a question without an answer in time is no longer shown as waiting", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock } });

  await askOnPage(service);
  await clock.advance(11 * 60_000);

  assert.deepEqual(await storyOf(service), ["failed not_answered page"]);
});

Deno.test("a question about a plan is shown as waiting for thirty minutes", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, env: { PUBLIC_URL: "http://127.0.0.1:7000" }, sandbox: { clock } });
  const plan_id = await planId(service, [allowOffice(100001)]);
  await callTool(service.mcpUrl, "apply_plan", { plan_id }, TOKEN_HEADERS);

  await clock.advance(29 * 60_000);
  const [before] = await storyOf(service);
  await clock.advance(2 * 60_000);
  const [after] = await storyOf(service);

  assert.equal(before, "waiting asked page");
  assert.equal(after, "failed not_answered page");
});

Deno.test("changes without a question, refusals and failures have their results, and can be filtered", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock, pace: { polls: 1, seconds: 0 } } });
  await callTool(service.mcpUrl, "clear_app_cache", { app_id: 200001 }, TOKEN_HEADERS);
  await clock.advance(60_000);
  const later = new Date(clock.now()).toISOString();
  await callTool(service.mcpUrl, "clear_app_cache", { app_id: "x" }, TOKEN_HEADERS);
  await clock.advance(1_000);
  service.sandbox.addFault({ operationId: "app_backup", kind: { status: 403, body: { error: "insufficient_scope" } } });
  await callTool(service.mcpUrl, "backup_app", { app_id: 200001 }, TOKEN_HEADERS);

  assert.deepEqual(await storyOf(service), [
    "failed forbidden not_needed",
    "invalid invalid_arguments -",
    "done ok not_needed",
  ]);
  assert.deepEqual(await storyOf(service, { result: "done" }), ["done ok not_needed"]);
  assert.deepEqual(await storyOf(service, { tool: "backup_app" }), ["failed forbidden not_needed"]);
  assert.equal((await entriesOf(service, { since: later })).length, 2);
  assert.equal((await entriesOf(service, { since: later, result: "done" })).length, 0);
  assert.equal((await entriesOf(service, { since: "2000-01-01" })).length, 3);
});

Deno.test("entries are paged by number, each once", async () => {
  await using service = await startService({ env: { RATE_LIMIT_REQUESTS: "1000" } });
  for (let n = 0; n < 5; n++) {
    await callTool(service.mcpUrl, "manage_app_varnish", { app_id: 200001, action: "purge" }, TOKEN_HEADERS);
  }

  const numbers: number[] = [];
  let before: unknown;
  do {
    const args = { limit: 2, ...(typeof before === "number" && { before }) };
    const { json } = await callTool(service.mcpUrl, "get_audit_log", args, TOKEN_HEADERS);
    numbers.push(...z.array(entrySchema).parse(json.records).map(({ number }) => number));
    before = json.next_before;
  } while (before !== null);

  assert.deepEqual(numbers, [10, 8, 6, 4, 2]);
});
