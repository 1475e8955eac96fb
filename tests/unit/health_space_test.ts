/** How much of an answer is left, counted in characters of JSON. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { sizeOf, Space } from "../../src/tools/basic/health/space.ts";

const values = fc.array(fc.oneof(fc.string({ maxLength: 12 }), fc.nat(9), fc.array(fc.boolean())), { maxLength: 9 });

Deno.test("of a list that does not fit, only what fits and one value more is looked at", () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 2, max: 60 }), (all, left) => {
      const space = new Space(left);
      let looked = 0;

      const begun = space.begun(all.values().map((value) => (looked++, value)));

      assert.deepEqual(begun, all.slice(0, begun.length));
      assert.equal(looked, begun.length);
      assert.equal(begun.length === all.length && space.has(begun), space.has(all));
      assert.ok(sizeOf(begun.slice(0, -1)) <= left);
    }),
    { numRuns: 2_000 },
  );
});
