import assert from "node:assert/strict";
import { type Folded, Folder } from "../../src/telemetry/folder.ts";

const MINUTE = 60_000;

function startFolder() {
  const folded: Folded<number>[] = [];
  let ms = 0;
  const folder = new Folder<number>({ now: () => ms, onFolded: (one) => folded.push(one) });
  return { folder, folded, advance: (by: number) => ms += by };
}

Deno.test("the first few of a kind in a minute pass, the others are counted", () => {
  const { folder, folded, advance } = startFolder();

  const through = [1, 2, 3, 4].map((item) => folder.letsThrough("a", item, 2));
  advance(MINUTE - 1);
  const late = folder.letsThrough("a", 5, 2);
  advance(1);
  const next = folder.letsThrough("a", 6, 2);

  assert.deepEqual([...through, late, next], [true, true, false, false, false, true]);
  assert.deepEqual(folded, [{ newest: 5, count: 3, milliseconds: MINUTE }]);
});

Deno.test("each kind has its own minute, which can end when another kind is added", () => {
  const { folder, folded, advance } = startFolder();
  for (const item of [1, 2]) folder.letsThrough("a", item);
  advance(MINUTE / 2);
  for (const item of [3, 4, 5]) folder.letsThrough("b", item);

  advance(MINUTE / 2);
  folder.letsThrough("c", 6);
  const afterOne = folded.map(({ count }) => count);
  folder.endAll();

  assert.deepEqual(afterOne, [1]);
  assert.deepEqual(folded.map(({ count }) => count), [1, 2]);
});

Deno.test("a kind that was not begun passes, and is not counted", () => {
  const { folder, folded } = startFolder();

  const counted = [folder.add("a", 1), folder.add("a", 2)];
  folder.begin("a", 3);
  counted.push(folder.add("a", 4));
  folder.endAll();

  assert.deepEqual(counted, [false, false, true]);
  assert.deepEqual(folded.map(({ count }) => count), [1]);
});

Deno.test("with too many kinds the oldest interval ends early, and no count is lost", () => {
  const { folder, folded } = startFolder();
  for (let kind = 0; kind < 10_100; kind++) {
    for (const item of [1, 2]) folder.letsThrough(String(kind), item);
  }

  assert.deepEqual([folder.size, folded.length], [10_000, 100]);
  folder.endAll();
  assert.equal(folded.length, 10_100);
});
