/** Long work lets other work have its turn, though it does not look at the clock before each part. */
import assert from "node:assert/strict";
import { Turns } from "../../src/async/turns.ts";

/** Longer than work runs before it yields. */
const LONG_MS = 12;

function workFor(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

Deno.test("of long parts after many quick ones no more than eight are begun before other work has its turn", async () => {
  const turns = new Turns();
  for (let part = 0; part < 100; part++) await turns.next();
  let hadTurn = false;
  setTimeout(() => hadTurn = true, 0);

  let begun = 0;
  while (!hadTurn && begun < 100) {
    begun++;
    workFor(LONG_MS);
    await turns.next();
  }

  assert.ok(hadTurn && begun <= 8, `${begun} parts`);
});

Deno.test("of parts that are not quick no more are begun than fit in before other work has its turn", async () => {
  const turns = new Turns();
  for (let part = 0; part < 100; part++) await turns.next();
  const begun: number[] = [];
  for (let turn = 0; turn < 4; turn++) {
    let hadTurn = false;
    setTimeout(() => hadTurn = true, 0);
    let parts = 0;
    for (; !hadTurn && parts < 100; parts++) {
      workFor(LONG_MS / 4);
      await turns.next();
    }
    begun.push(parts);
  }

  assert.ok(begun.slice(1).every((parts) => parts <= 4), `${begun} parts`);
});
