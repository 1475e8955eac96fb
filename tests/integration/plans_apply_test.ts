/** Applying a plan: exactly the approved steps, each at most once, and the truth about each. */
import assert from "node:assert/strict";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import {
  allowOffice,
  apply,
  applyWithYes,
  OFFICE,
  planId,
  questionOf,
  statesOf,
  whitelisted,
  writesOf,
} from "../support/plans.ts";
import { callTool } from "../support/rpc.ts";
import { callModern } from "../support/rpc_2026.ts";
import { until } from "../support/until.ts";
import { yesTo } from "../support/yes.ts";
import { DEMO_ACCOUNT, FakeClock, type Sandbox, type SandboxOptions, startSandbox } from "../sandbox/mod.ts";

const SERVERS = [100001, 100002, 100003];
const STEPS = SERVERS.map((id) => allowOffice(id));
const WRITE = "security_update_whitelisted_ips";
const SANDBOX: SandboxOptions = {
  accounts: [{ ...DEMO_ACCOUNT, servers: 3 }],
  rateLimitPerMinute: 100_000,
  pace: { polls: 1, seconds: 0 },
};

function start(env: Record<string, string> = {}, sandbox: SandboxOptions = {}): Promise<Service> {
  return startService({ env: { RATE_LIMIT_REQUESTS: "100000", ...env }, sandbox: { ...SANDBOX, ...sandbox } });
}

function applyOnce({ mcpUrl }: Service, plan_id: string, more: Record<string, unknown> = {}) {
  return callTool(mcpUrl, "apply_plan", { plan_id, ...more }, TOKEN_HEADERS);
}

/** Has a plan approved and its first step done. It takes Cloudways so long that the others wait for another call. */
async function applyFirstStep(service: Service, plan_id: string, clock: FakeClock): Promise<void> {
  const { sandbox } = service;
  sandbox.addFault({ operationId: WRITE, times: 1, kind: { delayMs: 60_000 } });
  const applying = apply(service, plan_id);
  await until(() => sandbox.requestsTo(WRITE).length === 1);
  await clock.untilSleeping();
  await clock.advance(60_000);
  await applying;
}

function serverOf(sandbox: Sandbox, id: number) {
  const server = sandbox.account().servers.find((one) => one.id === id);
  assert.ok(server);
  return server;
}

Deno.test("a plan that was applied sends nothing again, and says what came of it", async () => {
  await using service = await start();
  const plan_id = await planId(service, STEPS);
  const asked = await questionOf(service, plan_id);
  const done = await applyWithYes(service, plan_id, asked);

  const again = [await applyOnce(service, plan_id), await applyWithYes(service, plan_id, asked)];

  assert.deepEqual(statesOf(done), ["done", "done", "done"]);
  for (const one of again) {
    assert.equal(one.json.code, "validation_failed", JSON.stringify(one.json));
    assert.deepEqual(statesOf(one), ["done", "done", "done"]);
  }
  assert.deepEqual(whitelisted(service.sandbox), SERVERS);
});

Deno.test("a step whose target changed since the question is asked about again, and nothing is sent", async () => {
  await using service = await start();
  const plan_id = await planId(service, STEPS);
  const { state, message } = await questionOf(service, plan_id);
  serverOf(service.sandbox, 100002).whitelist.sftp.ips.push("198.51.100.9");

  const args = { plan_id };
  const call = { url: service.mcpUrl, name: "apply_plan", args, headers: TOKEN_HEADERS };
  const again = await callModern({ ...call, answered: { state, reply: yesTo(message) } });

  assert.ok(again.kind === "question", JSON.stringify(again));
  assert.ok(again.message.includes("198.51.100.9") && !message.includes("198.51.100.9"));
  assert.deepEqual(writesOf(service.sandbox), []);
});

Deno.test("the yes to a plan counts for no plan with one step changed", async () => {
  await using service = await start();
  const asked = await questionOf(service, await planId(service, STEPS));
  const other = await planId(service, [...STEPS.slice(0, 2), allowOffice(100003, { add: ["203.0.113.8"] })]);

  const args = { plan_id: other };
  const call = { url: service.mcpUrl, name: "apply_plan", args, headers: TOKEN_HEADERS };
  const answered = await callModern({ ...call, answered: { state: asked.state, reply: yesTo(asked.message) } });

  assert.ok(answered.kind === "question", JSON.stringify(answered));
  assert.deepEqual(writesOf(service.sandbox), []);
});

/** Applies a plan, and does something while the first change is on its way. */
async function applyWhile(
  more: { continue_on_error?: boolean },
  meanwhile: (service: Service, planId: string) => Promise<void> | void,
) {
  await using stack = new AsyncDisposableStack();
  const clock = new FakeClock();
  const sandbox = stack.use(await startSandbox({ ...SANDBOX, clock }));
  const service = stack.use(await startService({ env: { RATE_LIMIT_REQUESTS: "100000" }, sandbox }));
  const plan_id = await planId(service, STEPS, more);
  sandbox.addFault({ operationId: WRITE, times: 1, kind: { delayMs: 1_000 } });
  const applying = apply(service, plan_id);
  await clock.untilSleeping();
  await meanwhile(service, plan_id);
  await clock.advance(1_000);
  return { done: await applying, written: whitelisted(sandbox) };
}

Deno.test("a step whose target changes while the plan is carried out is refused, and the rest stops", async () => {
  const { done, written } = await applyWhile({}, ({ sandbox }) => {
    serverOf(sandbox, 100002).whitelist.sftp.ips.push("198.51.100.9");
  });

  assert.equal(done.json.code, "operation_failed", JSON.stringify(done.json));
  assert.deepEqual(statesOf(done), ["done", "refused", "not_begun"]);
  assert.deepEqual(written, [100001]);
});

Deno.test("after a refused step a plan goes on where it was planned so", async () => {
  const { done, written } = await applyWhile({ continue_on_error: true }, ({ sandbox }) => {
    serverOf(sandbox, 100002).label = "Another server";
  });

  assert.deepEqual(statesOf(done), ["done", "refused", "done"]);
  assert.deepEqual(written, [100001, 100003]);
});

Deno.test("a step that somebody else has done meanwhile is already so, and fails nothing", async () => {
  const { done, written } = await applyWhile({}, ({ sandbox }) => {
    serverOf(sandbox, 100002).whitelist.sftp.ips.push(OFFICE);
  });

  assert.equal(done.json.status, "completed", JSON.stringify(done.json));
  assert.deepEqual(statesOf(done), ["done", "already_so", "done"]);
  assert.deepEqual(written, [100001, 100003]);
});

Deno.test("while one call carries a plan out, another one does nothing and says so", async () => {
  let other: Awaited<ReturnType<typeof applyOnce>> | undefined;
  const { done, written } = await applyWhile({}, async (service, plan_id) => {
    other = await applyOnce(service, plan_id);
  });

  assert.equal(other?.json.code, "upstream_busy", JSON.stringify(other?.json));
  assert.deepEqual(statesOf(done), ["done", "done", "done"]);
  assert.deepEqual(written, SERVERS);
});

/** How Cloudways answers the second change, and what is true of that step then. */
const FAILURES = {
  "a refusal": { kind: { status: 422, body: { error: "No" } }, state: "failed" },
  "an error after which nobody knows": { kind: { status: 503, body: { message: "No" } }, state: "unknown" },
  "a connection that breaks": { kind: "drop", state: "unknown" },
} as const;

for (const [what, { kind, state }] of Object.entries(FAILURES)) {
  for (const continue_on_error of [false, true]) {
    const goesOn = continue_on_error ? "goes on as planned" : "stops";

    Deno.test(`after ${what} a plan ${goesOn}, tells it, and sends nothing again`, async () => {
      await using service = await start({ CONFIRM: "off" });
      const plan_id = await planId(service, STEPS, { continue_on_error });
      service.sandbox.addFault({ operationId: WRITE, times: 1, kind: { delayMs: 0 } });
      service.sandbox.addFault({ operationId: WRITE, times: 1, kind });

      const done = await applyOnce(service, plan_id);
      const again = await applyOnce(service, plan_id);

      const last = continue_on_error ? "done" : "not_begun";
      assert.equal(done.json.code, "operation_failed", JSON.stringify(done.json));
      assert.equal(again.json.code, "validation_failed");
      for (const one of [done, again]) assert.deepEqual(statesOf(one), ["done", state, last]);
      assert.deepEqual(whitelisted(service.sandbox), continue_on_error ? SERVERS : SERVERS.slice(0, 2));
    });
  }
}

Deno.test("a plan that many calls apply at once sends each step once", async () => {
  await using service = await start({ CONFIRM: "off" });
  const plan_id = await planId(service, STEPS);

  const answers = await Promise.all(Array.from({ length: 6 }, () => applyOnce(service, plan_id)));

  assert.deepEqual(whitelisted(service.sandbox), SERVERS);
  assert.equal(answers.filter(({ isError }) => !isError).length, 1, JSON.stringify(answers.map(({ json }) => json)));
});

Deno.test("a plan goes on with the next call under the same yes when the time was up, for a day", async () => {
  const clock = new FakeClock();
  await using sandbox = await startSandbox({ ...SANDBOX, clock });
  await using service = await startService({ env: { RATE_LIMIT_REQUESTS: "100000" }, clock, sandbox });
  const plan_id = await planId(service, STEPS);
  sandbox.addFault({ operationId: WRITE, times: 1, kind: { delayMs: 60_000 } });
  const applying = apply(service, plan_id);
  await until(() => sandbox.requestsTo(WRITE).length === 1);
  await clock.untilSleeping();
  await clock.advance(60_000);

  const first = await applying;
  const reads = sandbox.requestsTo("security_get_whitelisted_ips").length;
  await clock.advance(23 * 3600_000);
  const second = await applyOnce(service, plan_id);

  assert.equal(first.json.status, "running", JSON.stringify(first.json));
  assert.deepEqual(statesOf(first), ["done", "not_begun", "not_begun"]);
  assert.equal(reads, 3 * SERVERS.length + 3, "nothing is read of a step that can't be sent any more");
  assert.equal(second.json.status, "completed", JSON.stringify(second.json));
  assert.deepEqual(whitelisted(sandbox), SERVERS);
});

Deno.test("a day after the yes no step of the plan is done any more", async () => {
  const clock = new FakeClock();
  await using sandbox = await startSandbox({ ...SANDBOX, clock });
  await using service = await startService({ env: { RATE_LIMIT_REQUESTS: "100000" }, clock, sandbox });
  const plan_id = await planId(service, STEPS);
  await applyFirstStep(service, plan_id, clock);

  await clock.advance(24 * 3600_000);
  const late = await applyOnce(service, plan_id);

  assert.equal(late.json.code, "not_found");
  assert.deepEqual(whitelisted(sandbox), [100001]);
});

Deno.test("the work that a step started is waited for before the next step, also by later calls", async () => {
  const clock = new FakeClock();
  await using sandbox = await startSandbox({ ...SANDBOX, clock, pace: { polls: 1_000, seconds: 60 } });
  const env = { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000" };
  await using service = await startService({ env, clock, sandbox });
  const steps = SERVERS.slice(0, 2).map((server_id) => ({
    tool: "restart_server",
    arguments: { server_id, wait_seconds: 0 },
  }));
  const plan_id = await planId(service, steps);
  const next = () => clock.runUntil(applyOnce(service, plan_id, { wait_seconds: 0 }));

  const first = await next();
  const sentFirst = sandbox.requestsTo("server_restart").length;
  await clock.advance(60_000);
  const second = await next();
  await clock.advance(60_000);
  const last = await next();

  assert.deepEqual(statesOf(first), ["started", "not_begun"]);
  assert.equal(sentFirst, 1);
  assert.deepEqual(statesOf(second), ["done", "started"]);
  assert.equal(last.json.status, "completed", JSON.stringify(last.json));
  assert.deepEqual(sandbox.requestsTo("server_restart").map(({ fields }) => fields.server_id), SERVERS.slice(0, 2));
});

Deno.test("work that fails at Cloudways stops the plan", async () => {
  await using service = await start({ CONFIRM: "off" });
  const steps = SERVERS.map((server_id) => ({ tool: "restart_server", arguments: { server_id } }));
  service.sandbox.failNextOperations(1);

  const done = await applyOnce(service, await planId(service, steps));

  assert.deepEqual(statesOf(done), ["failed", "not_begun", "not_begun"]);
  assert.equal(service.sandbox.requestsTo("server_restart").length, 1);
});

Deno.test("applying waits for requests where they are used up, and never sends more than are allowed", async () => {
  const clock = new FakeClock();
  await using sandbox = await startSandbox({ ...SANDBOX, clock });
  const env = { CONFIRM: "off", RATE_LIMIT_REQUESTS: "12", RATE_LIMIT_WINDOW: "60" };
  await using service = await startService({ env, clock, sandbox });
  const plan_id = await planId(service, STEPS);
  const next = () => clock.runUntil(applyOnce(service, plan_id));

  const answers = [await next()];
  while (answers.at(-1)?.json.status === "running") answers.push(await next());

  assert.equal(answers.at(-1)?.json.status, "completed", JSON.stringify(answers.at(-1)?.json));
  assert.deepEqual(whitelisted(sandbox), SERVERS);
});

Deno.test("bounds that were narrowed since the yes hold for the steps that are left", async () => {
  const clock = new FakeClock();
  await using sandbox = await startSandbox({ ...SANDBOX, clock });
  await using service = await startService({ env: { RATE_LIMIT_REQUESTS: "100000" }, clock, sandbox });
  const plan_id = await planId(service, STEPS);
  await applyFirstStep(service, plan_id, clock);
  const later = (narrowed: Record<string, string>) =>
    callTool(service.mcpUrl, "apply_plan", { plan_id }, { ...TOKEN_HEADERS, ...narrowed });

  const onOne = await later({ "x-mcp-servers": "100002" });
  const reading = await later({ "x-mcp-readonly": "true" });
  const without = await later({ "x-mcp-exclude-tools": "update_whitelisted_ips" });

  assert.deepEqual([onOne.json.code, reading.json.code], ["not_found", "read_only"]);
  assert.deepEqual(statesOf(without), ["done", "refused", "not_begun"]);
  assert.deepEqual(whitelisted(sandbox), [100001]);
});
