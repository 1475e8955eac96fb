import assert from "node:assert/strict";
import { WorkInHand } from "../../src/calls/work_in_hand.ts";

Deno.test("without work there is nothing to wait for", async () => {
  await new WorkInHand().none();
});

Deno.test("the wait lasts until the last of the work has ended, and what began meanwhile", async () => {
  const work = new WorkInHand();
  let isOver = false;
  work.begin();
  work.begin();
  const waits = [work.none(), work.none()].map((wait) => wait.then(() => isOver = true));

  work.end();
  work.begin();
  work.end();
  await Promise.resolve();
  assert.ok(!isOver);

  work.end();
  await Promise.all(waits);
  assert.ok(isOver);
});

Deno.test("work that begins as the last ends is waited for", async () => {
  const work = new WorkInHand();
  let isOver = false;
  work.begin();
  const wait = work.none().then(() => isOver = true);

  work.end();
  work.begin();
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  assert.ok(!isOver);

  work.end();
  await wait;
});
