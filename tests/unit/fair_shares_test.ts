import assert from "node:assert/strict";
import fc from "fast-check";
import { FairSemaphore } from "../../src/async/fair_semaphore.ts";
import { FairShares, type Owner } from "../../src/async/fair_shares.ts";

/** Takes all places that this owner may have. */
function takeAll(shares: FairShares, owner: Owner): number {
  let taken = 0;
  while (shares.take(owner)) taken++;
  return taken;
}

Deno.test("the next customer finds a place after any owners have taken all they may", () => {
  const owner = fc.oneof(
    fc.record({ customer: fc.nat({ max: 50 }).map(String) }),
    fc.record({ stranger: fc.nat({ max: 5_000 }).map(String) }),
  );

  fc.assert(
    fc.property(fc.integer({ min: 100, max: 3_000 }), fc.array(owner, { maxLength: 300 }), (places, owners) => {
      const shares = new FairShares({ places });
      for (const each of owners) takeAll(shares, each);

      assert.ok(takeAll(shares, { customer: "bystander" }) > 0);
      assert.ok(shares.held <= places);
    }),
    { numRuns: 200 },
  );
});

Deno.test("released places can be taken again, and the counts return to zero", () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 5 })), { maxLength: 200 }), (steps) => {
    const shares = new FairShares({ places: 20 });
    const held: Owner[] = [];
    for (const [isCustomer, name] of steps) {
      const owner: Owner = isCustomer ? { customer: String(name) } : { stranger: String(name) };
      if (shares.take(owner)) held.push(owner);
    }

    assert.equal(shares.held, held.length);
    for (const owner of held) shares.giveBack(owner);
    assert.equal(shares.held, 0);
    assert.equal(takeAll(shares, { customer: "0" }), takeAll(new FairShares({ places: 20 }), { customer: "0" }));
  }));
});

Deno.test("one or two places can all be taken, by any owner", () => {
  for (const owner of [{ customer: "a" }, { stranger: "a" }, { stranger: "a", credentials: "b" }]) {
    assert.equal(takeAll(new FairShares({ places: 1 }), owner), 1);
    assert.equal(takeAll(new FairShares({ places: 2 }), owner), 2);
  }
  for (const places of [0, -1, 1.5, NaN, Infinity]) assert.throws(() => new FairShares({ places }), RangeError);
});

const tick = () => new Promise<void>((resolve) => setTimeout(resolve));

Deno.test("a customer whose work hangs in every place it can get leaves places to others", async () => {
  const slots = new FairSemaphore(500);
  const hung = Array.from({ length: 600 }, () => slots.acquire({ customer: "attacker" }));
  for (let i = 0; i < 200; i++) hung.push(slots.acquire({ stranger: `address ${i}` }));
  await tick();

  const place = slots.tryAcquire({ customer: "bystander" });

  assert.notEqual(place, undefined);
});

Deno.test("waiting owners are served in turn, and none twice before another", async () => {
  const slots = new FairSemaphore(1);
  const first = await slots.acquire({ customer: "a" });
  const served: string[] = [];
  const wait = async (customer: string) => {
    const release = await slots.acquire({ customer });
    served.push(customer);
    release();
  };

  const waiting = ["a", "a", "a", "b", "c"].map(wait);
  first();
  await Promise.all(waiting);

  assert.deepEqual(served, ["a", "b", "c", "a", "a"]);
});

Deno.test("a caller that stops waiting takes no turn, and no place is lost", async () => {
  const slots = new FairSemaphore(1);
  const first = await slots.acquire({ customer: "a" });
  const leaving = new AbortController();
  const gone = slots.acquire({ customer: "b" }, leaving.signal);
  const next = slots.acquire({ customer: "c" });

  leaving.abort(new Error("gone"));
  await assert.rejects(gone, /gone/);
  first();
  first();
  (await next)();

  assert.notEqual(slots.tryAcquire({ customer: "d" }), undefined);
  assert.equal(slots.tryAcquire({ customer: "e" }), undefined);
  await assert.rejects(slots.acquire({ customer: "f" }, leaving.signal), /gone/);
});
