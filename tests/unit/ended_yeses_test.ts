import assert from "node:assert/strict";
import { EndedYeses, markOf } from "../../src/confirm/ended_yeses.ts";
import { StoreError } from "../../src/store/store.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";

const NEVER = { hasMark: () => Promise.resolve(false) };

Deno.test("of any number of concurrent calls one ends a yes, and no later one does while the yes could be used", async () => {
  const clock = new FakeClock();
  const yeses = new EndedYeses({ clock, records: NEVER });
  const mark = await markOf("page", "0".repeat(32));

  const atOnce = await Promise.all(Array.from({ length: 10 }, () => yeses.end("anna", mark)));
  await clock.advance(30 * 60_000);
  const atItsEnd = await yeses.end("anna", mark);

  assert.deepEqual(atOnce.filter(Boolean).length, 1);
  assert.equal(atItsEnd, false);
});

Deno.test("if the table of used yeses is full, only that customer's yeses stop counting, until the oldest expire", async () => {
  const clock = new FakeClock();
  const yeses = new EndedYeses({ clock, records: NEVER, maxPerCustomer: 2 });
  for (const mark of ["a", "b"]) assert.equal(await yeses.end("anna", mark), true);

  await assert.rejects(yeses.end("anna", "c"), StoreError);
  const other = await yeses.end("bert", "d");
  await clock.advance(32 * 60_000);

  assert.equal(other, true);
  assert.equal(await yeses.end("anna", "e"), true);
});

Deno.test("a mark differs for a page and a form, and reveals neither", async () => {
  const marks = [await markOf("page", "abc123"), await markOf("form", "abc123")];

  assert.equal(new Set(marks).size, 2);
  for (const mark of marks) assert.match(mark, /^[0-9a-f]{32}$/);
});
