/** Plans: several changes that a person approves at once, each done once, exactly as approved. */
import assert from "node:assert/strict";
import { type Service, startService } from "../support/harness.ts";
import { allowOffice, apply, applyWithYes, planId, questionOf, statesOf, whitelisted } from "../support/plans.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";

const SERVERS = [100001, 100002];

/** A service whose limits are no subject here. */
function start(env: Record<string, string> = {}): Promise<Service> {
  return startService({ env: { RATE_LIMIT_REQUESTS: "100000", ...env }, sandbox: { pace: { polls: 1, seconds: 0 } } });
}

Deno.test("a plan is made without a change, and done after one yes, once", async () => {
  await using service = await start();

  const plan_id = await planId(service, SERVERS.map((id) => allowOffice(id)));
  const asked = await questionOf(service, plan_id);
  const before = whitelisted(service.sandbox);
  const done = await applyWithYes(service, plan_id, asked);
  const again = await apply(service, plan_id).catch(() => undefined);

  assert.deepEqual(before, []);
  assert.equal(done.isError, false, JSON.stringify(done.json));
  assert.equal(done.json.status, "completed");
  assert.deepEqual(statesOf(done), ["done", "done"]);
  assert.deepEqual(whitelisted(service.sandbox), SERVERS);
  assert.equal(again, undefined);
  void TOKEN_HEADERS;
});
