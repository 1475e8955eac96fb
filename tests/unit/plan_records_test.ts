/** Plans in the store: begun once, carried out by one call at a time, each step taken once. */
import assert from "node:assert/strict";
import { MAX_PLANS, PLAN_MS, PlanRecords, RUN_MS } from "../../src/calls/plans/records.ts";
import { Box } from "../../src/crypto/box.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { SealedStore } from "../../src/store/sealed.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";
import { CUSTOMER, KEYS, OTHER_CUSTOMER } from "../support/approvals.ts";

const MADE = { boundTo: "", steps: [{ tool: "restart_server", args: { server_id: 1 } }], continueOnError: false };
const APPROVED = [{ binding: "a".repeat(64), does: "Restart server 1.", hits: { server_id: 1 } }];
const CALL_MS = 100_000;

/** Two replicas over one store. */
async function start() {
  const clock = new FakeClock();
  const store = new MemoryStore({ clock });
  const ring = await KeyRing.create({ encryptionKeys: [KEYS[0]] });
  const replica = () => new PlanRecords({ store, sealed: new SealedStore(store, new Box(ring)), clock });
  const [a, b] = [replica(), replica()];
  const keep = async () => {
    const plan = await a.keep(CUSTOMER, MADE);
    assert.ok(plan !== undefined);
    return plan;
  };
  return { clock, a, b, keep, [Symbol.asyncDispose]: () => store.close() };
}

Deno.test("a plan is begun once, with what was approved first", async () => {
  await using started = await start();
  const { a, b, keep } = started;
  const plan = await keep();

  const first = await a.begin(CUSTOMER, plan, APPROVED);
  const second = await b.begin(CUSTOMER, plan, [{ binding: "b".repeat(64), does: "Something else.", hits: {} }]);

  assert.deepEqual([first?.approved, second], [APPROVED, undefined]);
  assert.deepEqual((await b.run(CUSTOMER, plan.id, ""))?.approved, APPROVED);
});

Deno.test("a plan and its run open for one customer, one bound and a time", async () => {
  await using started = await start();
  const { a, clock, keep } = started;
  const plan = await keep();
  await a.begin(CUSTOMER, plan, APPROVED);
  const found = async (customer: string, boundTo: string) => [
    await a.plan(customer, plan.id, boundTo) !== undefined,
    await a.run(customer, plan.id, boundTo) !== undefined,
  ];

  const own = await found(CUSTOMER, "");
  const others = [await found(OTHER_CUSTOMER, ""), await found(CUSTOMER, "servers:1")];
  await clock.advance(PLAN_MS);
  const later = await found(CUSTOMER, "");
  await clock.advance(RUN_MS - PLAN_MS);

  assert.deepEqual(own, [true, true]);
  assert.deepEqual(others, [[false, false], [false, false]]);
  assert.deepEqual(later, [false, true]);
  assert.deepEqual(await found(CUSTOMER, ""), [false, false]);
});

Deno.test("one call at a time carries a plan out, until it gives that back or its time is up", async () => {
  await using started = await start();
  const { a, b, clock, keep } = started;
  const { id } = await keep();
  const lease = (records: PlanRecords) => records.lease(CUSTOMER, id, clock.now() + CALL_MS);

  const first = await lease(a);
  const meanwhile = [await lease(b), await b.isLeased(CUSTOMER, id)];
  await first?.();
  const second = await lease(b);
  await clock.advance(CALL_MS);
  const third = await lease(a);
  await second?.();

  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  assert.deepEqual(meanwhile, [undefined, true]);
  assert.equal(await b.isLeased(CUSTOMER, id), true, "a late call gives back only what is its own");
});

Deno.test("each step is taken by one of many calls, and its mark outlives the plan", async () => {
  await using started = await start();
  const { a, b, clock, keep } = started;
  const plan = await keep();
  await a.begin(CUSTOMER, plan, APPROVED);

  await clock.advance(RUN_MS - 1);
  const taken = await Promise.all([a, b, a, b].map((one) => one.take(CUSTOMER, plan.id, 0, { state: "begun" })));
  await clock.advance(1);

  assert.equal(taken.filter((isTaken) => isTaken).length, 1);
  assert.equal(await b.take(CUSTOMER, plan.id, 0, { state: "begun" }), false);
});

Deno.test("a customer has a bounded number of plans that wait for a yes", async () => {
  await using started = await start();
  const { a, keep } = started;
  const plans = [];
  for (let n = 0; n < MAX_PLANS; n++) plans.push(await keep());
  const [first] = plans;
  assert.ok(first !== undefined);

  const tooMany = await a.keep(CUSTOMER, MADE);
  const others = await a.keep(OTHER_CUSTOMER, MADE);
  await a.begin(CUSTOMER, first, APPROVED);

  assert.equal(tooMany, undefined);
  assert.ok(others !== undefined);
  assert.ok(await a.keep(CUSTOMER, MADE) !== undefined, "a plan that was begun waits no more");
});
