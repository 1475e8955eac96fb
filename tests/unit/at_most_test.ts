import assert from "node:assert/strict";
import { LRUCache } from "lru-cache";
import { atMost } from "../../src/store/at_most.ts";

Deno.test("a cache of three entries drops the least recently used one for a fourth", () => {
  const gone: [string, string][] = [];
  const cache = new LRUCache<string, number>({
    ...atMost(3),
    dispose: (_value, key, reason) => gone.push([key, reason]),
  });
  for (const [value, key] of ["a", "b", "c"].entries()) cache.set(key, value);

  cache.get("a");
  cache.set("c", 7);
  cache.set("d", 3);

  assert.deepEqual([...cache.keys()].sort(), ["a", "c", "d"]);
  assert.deepEqual(gone, [["c", "set"], ["b", "evict"]]);
});
