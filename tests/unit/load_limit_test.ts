import assert from "node:assert/strict";
import { LoadLimit } from "../../src/http/load_limit.ts";

const bounds = { requests: 3, requestsPerCustomer: 2 };

Deno.test("only as many requests are let in as there is room for, and each leaves once", () => {
  const load = new LoadLimit(bounds);
  const [first, ...others] = [load.enter(), load.enter(), load.enter()];

  const tooMany = load.enter();
  first?.leave();
  first?.leave();
  const next = load.enter();

  assert.equal(tooMany, undefined);
  assert.notEqual(next, undefined);
  assert.equal(load.enter(), undefined);
  assert.equal(load.inside, 3);
  for (const place of [...others, next]) place?.leave();
  assert.equal(load.inside, 0);
});

Deno.test("one customer can't take every place", () => {
  const load = new LoadLimit(bounds);
  const [first, second, third] = [load.enter(), load.enter(), load.enter()];

  const claims = [first?.claim("a"), second?.claim("a"), third?.claim("a"), third?.claim("b")];
  first?.leave();
  const again = load.enter()?.claim("a");

  assert.deepEqual(claims, [true, true, false, true]);
  assert.equal(again, true);
});

Deno.test("a load limit tells when nothing is being worked on", async () => {
  const load = new LoadLimit(bounds);
  const place = load.enter();
  let empty = false;
  const waiting = load.empty().then(() => empty = true);
  await Promise.resolve();

  assert.equal(empty, false);
  place?.leave();
  await waiting;
  await load.empty();

  assert.equal(empty, true);
});
