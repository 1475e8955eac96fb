import assert from "node:assert/strict";
import type { Owner } from "../../src/async/fair_shares.ts";
import { type Admission, LoadLimit } from "../../src/http/load_limit.ts";

const bounds = { requests: 8, requestsPerCustomer: 3, requestsOfStrangers: 4 };
const A: Owner = { customer: "a" };

function enter(load: LoadLimit, owner: Owner): Admission {
  const place = load.enter(owner);
  if (typeof place === "string") throw new Error(`no place: ${place}`);
  return place;
}

/** Enters until it is refused; returns the count and the reason. */
function fill(load: LoadLimit, owner: Owner): [number, string] {
  for (let entered = 0;; entered++) {
    const place = load.enter(owner);
    if (typeof place === "string") return [entered, place];
  }
}

Deno.test("only as many requests enter as there is room for, and each leaves once", () => {
  const load = new LoadLimit({ requests: 1, requestsPerCustomer: 1, requestsOfStrangers: 1 });
  const first = enter(load, A);

  const tooMany = load.enter({ customer: "b" });
  first.leave();
  first.leave();
  const next = enter(load, { customer: "b" });

  assert.equal(tooMany, "load");
  assert.equal(load.inside, 1);
  next.leave();
  assert.equal(load.inside, 0);
});

Deno.test("one customer can't take more than its bound, and each limit has its name", () => {
  const load = new LoadLimit(bounds);

  assert.deepEqual(fill(load, A), [3, "load_customer"]);
  assert.deepEqual(fill(load, { stranger: "192.0.2.1" }), [2, "load_strangers"]);
  assert.deepEqual(fill(load, { stranger: "192.0.2.2" }), [0, "load_strangers"]);
  assert.deepEqual(fill(load, { customer: "b" }), [2, "load_customer"]);
  assert.deepEqual(fill(load, { customer: "c" }), [1, "load"]);
});

Deno.test("however many callers take all they can, the next one finds a place", () => {
  const load = new LoadLimit();

  for (let customer = 0; customer < 60; customer++) {
    const [entered] = fill(load, { customer: `customer ${customer}` });

    assert.ok(entered > 0, `customer ${customer}`);
  }
});

Deno.test("strangers from any number of addresses leave half to accepted customers, and one address leaves some to others", () => {
  const load = new LoadLimit();

  const alone = fill(load, { stranger: "address", credentials: "a" })[0];
  const sameAddress = fill(load, { stranger: "address", credentials: "b" })[0];
  const second = fill(load, { stranger: "second" })[0];
  for (let address = 0; address < 5_000; address++) fill(load, { stranger: `address ${address}` });

  assert.equal(alone, 512);
  assert.ok(sameAddress > 50, `${sameAddress} from the same address`);
  assert.ok(second > 50, `${second} from another address`);
  assert.ok(fill(load, { customer: "bystander" })[0] > 256);
});

Deno.test("a stranger that is accepted moves to the customers' places", () => {
  const load = new LoadLimit(bounds);
  const owner = { stranger: "192.0.2.1" };
  const claims = Array.from({ length: 4 }, () => enter(load, owner).claim("a"));

  const refused = claims.pop();

  assert.deepEqual(claims, [true, true, true]);
  assert.equal(refused, false);
  assert.equal(load.inside, 3);
  assert.deepEqual(fill(load, owner), [2, "load_strangers"]);
});

Deno.test("a load limit reports when no request is in progress", async () => {
  const load = new LoadLimit(bounds);
  const place = enter(load, A);
  let empty = false;
  const waiting = load.empty().then(() => empty = true);
  await Promise.resolve();

  assert.equal(empty, false);
  place.leave();
  await waiting;
  await load.empty();

  assert.equal(empty, true);
});
