import assert from "node:assert/strict";
import { HeldPlaces } from "../../src/async/held_places.ts";

Deno.test("what a name holds is counted, however many names come and go beside it", () => {
  const held = new HeldPlaces(10);
  for (let i = 0; i < 3; i++) held.count("stays", 1);

  for (let i = 0; i < 1_000; i++) {
    held.count(`passes ${i}`, 1);
    held.count(`passes ${i}`, -1);
  }
  held.count("stays", -1);

  assert.equal(held.of("stays"), 2);
  assert.equal(held.of("passes 999"), 0);
  assert.equal(held.of("never came"), 0);
});

Deno.test("only so many names are kept that hold nothing", () => {
  for (const places of [1, 1_000]) {
    const held = new HeldPlaces(places);
    let most = 0;
    for (let i = 0; i < 10_000; i++) {
      held.count(`name ${i}`, 1);
      most = Math.max(most, held.size);
      held.count(`name ${i}`, -1);
    }

    assert.ok(most <= Math.max(200, 2 * places), `${most} names with ${places} places`);
  }
});
