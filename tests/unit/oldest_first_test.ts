import assert from "node:assert/strict";
import fc from "fast-check";
import { Member, OldestFirst } from "../../src/async/oldest_first.ts";

class One extends Member<One> {
  constructor(readonly id: number) {
    super();
  }
}

Deno.test("it holds what a Set would hold, in the same order", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -20, max: 20 })), (changes) => {
    const ones = Array.from({ length: 21 }, (_, id) => new One(id));
    const list = new OldestFirst<One>();
    const expected = new Set<number>();
    for (const change of changes) {
      const one = ones[Math.abs(change)];
      assert.ok(one !== undefined);
      if (change < 0) assert.equal(list.remove(one), expected.delete(one.id));
      else if (!expected.has(one.id)) {
        list.add(one);
        expected.add(one.id);
      }
      assert.deepEqual([...list].map(({ id }) => id), [...expected]);
      assert.equal(list.size, expected.size);
      assert.equal(list.oldest?.id, [...expected][0]);
    }
  }));
});

Deno.test("what has left holds nothing of the list", () => {
  const list = new OldestFirst<One>();
  const [first, second, third] = [new One(1), new One(2), new One(3)];
  for (const one of [first, second, third]) list.add(one);

  list.remove(second);

  assert.equal(second.older, undefined);
  assert.equal(second.newer, undefined);
  assert.deepEqual([...list], [first, third]);
});
