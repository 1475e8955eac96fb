/** The bench: what it makes of its rounds, and where it writes them. */
import assert from "node:assert/strict";
import { PARTS } from "../../bench/parts.ts";
import { quietRounds, ratioOf, type Round, spreadOf } from "../../bench/rounds.ts";
import { checkPage, ratio } from "../../bench/tables.ts";

function roundOf(perSecond: number, disturbed = false): Round {
  return { perSecond, disturbed, cpuMs: 1, p50: 1, p99: 1, driver: 0 };
}

Deno.test("the page of figures has a place for everything that the bench writes", async () => {
  const places = Object.values(PARTS).flatMap((part) => part.places);

  await assert.doesNotReject(checkPage(["machine", ...places]));
  await assert.rejects(checkPage(["nowhere"]));
});

Deno.test("rounds side by side are compared, and those that other programs disturbed don't count", () => {
  const floor = [roundOf(100), roundOf(200), roundOf(1_000, true), roundOf(400)];
  const own = [roundOf(50), roundOf(50), roundOf(1), roundOf(1, true)];

  assert.deepEqual(ratioOf(own, floor), { median: 0.25, min: 0.25, max: 0.5 });
});

Deno.test("where all rounds were disturbed, all count", () => {
  const rounds = [roundOf(10, true), roundOf(20, true)];

  assert.deepEqual(quietRounds(rounds), rounds);
  assert.deepEqual(ratioOf(rounds, rounds), { median: 1, min: 1, max: 1 });
});

Deno.test("what could not be measured is left out of the middle, and shown as a dash", () => {
  assert.deepEqual(spreadOf([3, NaN, 1, Infinity, 2]), { median: 2, min: 1, max: 3 });
  assert.equal(ratio(spreadOf([]).median), "–");
});
