/** A replica is killed while it applies a plan. Another one goes on, sends nothing twice, and says what is not known. */
import assert from "node:assert/strict";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { startService } from "../support/harness.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { allowOffice, planId, statesOf, whitelisted } from "../support/plans.ts";
import { freePort } from "../support/free_port.ts";
import { type ProgramEnv, startServer } from "../support/process.ts";
import { rawClient, redisOfFile } from "../support/redis_server.ts";
import { callTool } from "../support/rpc.ts";
import { until } from "../support/until.ts";
import { DEMO_ACCOUNT, FakeClock, type Fault, startSandbox } from "../sandbox/mod.ts";

const emptyRedis = redisOfFile();

const SERVERS = [100001, 100002, 100003];
const READ = "security_get_whitelisted_ips";
const WRITE = "security_update_whitelisted_ips";
/** Longer than any call may take. */
const LATER_MS = 10 * 60_000;

/**
 * When the process dies in the second step, by the request that is never answered. Of each list it reads one for the
 * question; of the first step it reads three more, and of the second one more before it takes the step.
 */
const DEATHS: Record<string, { answered: Fault; last: Fault; written: number[] }> = {
  "between the intent and the change": {
    answered: { operationId: READ, times: 3 + 3 + 1, kind: { delayMs: 0 } },
    last: { operationId: READ, times: 1, kind: "hang" },
    written: [100001],
  },
  "between the change and its answer": {
    answered: { operationId: WRITE, times: 1, kind: { delayMs: 0 } },
    last: { operationId: WRITE, times: 1, kind: "hang", afterEffect: true },
    written: [100001, 100002],
  },
};

for (const [when, { answered, last, written }] of Object.entries(DEATHS)) {
  for (const continue_on_error of [false, true]) {
    const goesOn = continue_on_error ? "the rest is done" : "the rest is not begun";

    Deno.test(`after a death ${when} that step is unknown and never sent again, and ${goesOn}`, async () => {
      const redis = await emptyRedis();
      await using raw = rawClient(redis);
      const accounts = [{ ...DEMO_ACCOUNT, servers: 3 }];
      await using sandbox = await startSandbox({ accounts, rateLimitPerMinute: 100_000 });
      const env: ProgramEnv = {
        CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
        REDIS_URL: redis.url,
        ENCRYPTION_KEY: TEST_KEYS[0],
        RATE_LIMIT_REQUESTS: "100000",
        CONFIRM: "off",
      };
      await using dying = await startServer("deno run", { ...env, PORT: String(freePort()) });
      const clock = new FakeClock(Date.now());
      await using other = await startService({ env, sandbox, clock });
      const plan_id = await planId(other, SERVERS.map((id) => allowOffice(id)), { continue_on_error });
      sandbox.addFault(answered);
      sandbox.addFault(last);
      const asked: Record<string, number> = { [READ]: sandbox.requestsTo(READ).length, [WRITE]: 0 };
      const [operation = "", count = 0] = [last.operationId, (answered.times ?? 0) + 1];

      const applying = callTool(dying.mcpUrl, "apply_plan", { plan_id }, TOKEN_HEADERS).catch(() => undefined);
      await until(() => sandbox.requestsTo(operation).length >= (asked[operation] ?? 0) + count, 60_000);
      const marks = await raw.keys("cw:plan_step:*");
      dying.program.signal("SIGKILL");
      await applying;
      const early = await callTool(other.mcpUrl, "apply_plan", { plan_id }, TOKEN_HEADERS);
      const sentEarly = whitelisted(sandbox);
      await clock.advance(LATER_MS);
      const late = await callTool(other.mcpUrl, "apply_plan", { plan_id }, TOKEN_HEADERS);
      const again = await callTool(other.mcpUrl, "apply_plan", { plan_id }, TOKEN_HEADERS);

      assert.equal(marks.length, 2, "the intents of both steps are in the store");
      assert.equal(early.json.code, "upstream_busy", JSON.stringify(early.json));
      assert.deepEqual(sentEarly, written);
      assert.equal(late.json.code, "operation_failed", JSON.stringify(late.json));
      assert.deepEqual(statesOf(late), ["done", "unknown", continue_on_error ? "done" : "not_begun"]);
      assert.equal(again.json.code, "validation_failed");
      assert.deepEqual(statesOf(again), statesOf(late));
      assert.deepEqual(whitelisted(sandbox), continue_on_error ? [...written, 100003] : written);
    });
  }
}
