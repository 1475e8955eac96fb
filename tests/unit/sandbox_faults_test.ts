import assert from "node:assert/strict";
import { FakeClock, type Fault, type Sandbox, type SandboxOptions, startSandbox } from "../sandbox/mod.ts";
import { send, serverForm } from "../sandbox/test_client.ts";
import { until } from "../support/until.ts";

async function withFault(fault: Fault, check: (sandbox: Sandbox) => Promise<void>, options: SandboxOptions = {}) {
  await using sandbox = await startSandbox(options);
  const remove = sandbox.addFault(fault);
  await check(sandbox);
  remove();
  assert.equal((await send(sandbox, "GET", "/providers")).status, 200);
  sandbox.assertNoViolations();
}

Deno.test("faults answer with a status, as JSON or HTML, as often as asked", async () => {
  const kind = { status: 503, html: true, headers: { "Retry-After": "7" } };
  await withFault({ operationId: "list_providers", times: 1, kind }, async (sandbox) => {
    const faulty = await send(sandbox, "GET", "/providers");
    const untouched = await send(sandbox, "GET", "/regions");
    const after = await send(sandbox, "GET", "/providers");

    assert.deepEqual([faulty.status, untouched.status, after.status], [503, 200, 200]);
    assert.equal(faulty.headers.get("Retry-After"), "7");
    assert.match(faulty.text, /<html>/);
  });
  await withFault({ path: /^\/prov/, kind: { status: 422, body: { message: "No" } } }, async (sandbox) => {
    assert.deepEqual((await send(sandbox, "GET", "/providers")).json, { message: "No" });
  });
});

Deno.test("faults send garbage, greetings, redirects and half answers", async () => {
  await withFault({ kind: "garbage" }, async (sandbox) => {
    const reply = await send(sandbox, "GET", "/providers");
    assert.equal(reply.status, 200);
    assert.throws(() => JSON.parse(reply.text));
  });
  await withFault({ kind: "greeting" }, async (sandbox) => {
    assert.equal((await send(sandbox, "GET", "/providers")).text, "You have reached Cloudways API.");
  });
  await withFault({ kind: { redirect: "http://127.0.0.1:1/" } }, async (sandbox) => {
    const reply = await send(sandbox, "GET", "/providers");
    assert.deepEqual([reply.status, reply.headers.get("Location")], [302, "http://127.0.0.1:1/"]);
  });
  await withFault({ kind: "truncate" }, async (sandbox) => {
    await assert.rejects(send(sandbox, "GET", "/server"));
  });
});

Deno.test("a dropped connection has no effect, unless only the answer is lost", async () => {
  await withFault({ method: "POST", kind: "drop" }, async (sandbox) => {
    await assert.rejects(send(sandbox, "POST", "/service/varnish", { form: { ...serverForm, action: "disable" } }));
    assert.equal(sandbox.account().servers[0]?.services.varnish_enabled, 1);
  });
  await withFault({ method: "POST", kind: "drop", afterEffect: true }, async (sandbox) => {
    await assert.rejects(send(sandbox, "POST", "/service/varnish", { form: { ...serverForm, action: "disable" } }));
    assert.equal(sandbox.account().servers[0]?.services.varnish_enabled, 0);
  });
});

Deno.test("a late answer waits on the sandbox's clock", async () => {
  const clock = new FakeClock();
  await withFault({ kind: { delayMs: 60_000 } }, async (sandbox) => {
    const reply = send(sandbox, "GET", "/providers");
    await clock.untilSleeping();
    await clock.advance(60_000);

    assert.equal((await reply).status, 200);
  }, { clock });
});

Deno.test("a hanging request ends when the sandbox closes", async () => {
  const sandbox = await startSandbox();
  sandbox.addFault({ kind: "hang" });
  sandbox.addFault({ operationId: "list_regions", kind: { delayMs: 1e8 } });

  const hanging = assert.rejects(send(sandbox, "GET", "/providers"));
  await until(() => sandbox.requests.length > 0);
  await sandbox[Symbol.asyncDispose]();

  await hanging;
});
