import assert from "node:assert/strict";
import { RecentLow } from "../../src/telemetry/recent_low.ts";

Deno.test("the lowest value counts for one minute at least, and two at most", () => {
  let now = 5_000;
  const low = new RecentLow(() => now);
  assert.equal(low.lowest, undefined);

  low.seen(3);
  low.seen(7);
  assert.equal(low.lowest, 3);

  now += 60_000;
  low.seen(5);
  assert.equal(low.lowest, 3);

  now += 60_000;
  assert.equal(low.lowest, 5);

  low.seen(4);
  now += 3_600_000;
  assert.equal(low.lowest, undefined);
});
