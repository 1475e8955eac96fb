import assert from "node:assert/strict";
import { run } from "../support/process.ts";
import { createRandom } from "../sandbox/prng.ts";
import { bucketPeaks } from "../soak/bucket_check.ts";
import { Ledger } from "../soak/ledger.ts";
import { judgeMemory, type MemorySample } from "../soak/memory.ts";
import { checkWrites } from "../soak/upstream_checks.ts";

Deno.test("a soak is refused if an option is not a number", async () => {
  const { code, stderr } = await run("deno", ["task", "--quiet", "soak", "--seconds=soon"]);

  assert.equal(code, 1);
  assert.match(stderr, /--seconds must be a whole number above 0: soon/);
});

const write = (label: string, asks = false) => ({ label, operation: "app_clone", asks });

/** What a soak reports about these writes. */
function breachesOf(writes: Parameters<typeof checkWrites>[0], { approved = "", done = "" }): string[] {
  const ledger = new Ledger();
  ledger.approved.add(approved);
  if (done !== "") ledger.done.add(done);
  checkWrites(writes, ledger);
  return [...ledger.breaches.keys()];
}

Deno.test("a soak reports a write that came twice, lacks its yes, or never came", () => {
  assert.deepEqual(breachesOf([write("a"), write("b", true)], { approved: "b", done: "a" }), []);
  assert.deepEqual(breachesOf([write("a"), write("a")], {}), ["once"]);
  assert.deepEqual(breachesOf([write("a", true)], { approved: "b" }), ["yes"]);
  assert.deepEqual(breachesOf([write("a")], { done: "b" }), ["done"]);
});

Deno.test("a soak reports a bucket that gives more than it holds", () => {
  const limit = { capacity: 10, windowSeconds: 10, replicas: 2 };
  const burst = Array.from({ length: 13 }, (_, i) => i);
  const steady = Array.from({ length: 100 }, (_, i) => i * 1_000);
  const doubled = steady.flatMap((at) => [at, at + 500]);
  const isExceeded = (arrivals: number[], troubles: { from: number; to: number }[] = []) =>
    Object.values(bucketPeaks(arrivals, limit, troubles)).some(({ level, allowed }) => level > allowed);

  assert.equal(isExceeded(burst.slice(0, 12)), false, "what the bucket holds, and a bunch of late requests");
  assert.equal(isExceeded(steady), false);
  assert.equal(isExceeded(burst), true);
  assert.equal(isExceeded(doubled), true);
  assert.equal(isExceeded(burst, [{ from: 0, to: 100 }]), false, "each replica has its own bucket then");
});

Deno.test("a soak reports memory that grows, and not memory that goes up and down", () => {
  const random = createRandom(1);
  const life = (mbPerMinute: number) => ({
    name: "a replica",
    samples: Array.from({ length: 600 }, (_, seconds): MemorySample => {
      const mb = 200 + random.between(-40, 40) + seconds / 60 * mbPerMinute;
      return { seconds, residentMb: mb, heapMb: mb };
    }),
  });

  const flat = judgeMemory(life(0));
  const growing = judgeMemory(life(20));

  assert.deepEqual([flat.resident.grows, flat.heap.grows], [false, false]);
  assert.deepEqual([growing.resident.grows, growing.heap.grows], [true, true]);
  assert.ok(Math.abs(growing.heap.slopeMbPerMinute - 20) < 3, String(growing.heap.slopeMbPerMinute));
});
