import assert from "node:assert/strict";
import { CallProgress, type ProgressUpdate } from "../../src/mcp/progress.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";

function start() {
  const clock = new FakeClock();
  const updates: (ProgressUpdate & { at: number })[] = [];
  const start = clock.monotonic();
  const send = (one: ProgressUpdate) => void updates.push({ ...one, at: (clock.monotonic() - start) / 1000 });
  const work = Promise.withResolvers<string>();
  const progress = new CallProgress({ clock, send });
  return { clock, updates, work, progress, done: progress.during(work.promise) };
}

async function advance(clock: FakeClock, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) await clock.advance(1_000);
}

Deno.test("a client gets progress at once, and at least every ten seconds until the call ends", async () => {
  const { clock, updates, work, done } = start();

  await advance(clock, 60);
  work.resolve("answer");
  assert.equal(await done, "answer");
  const { length } = updates;
  await advance(clock, 30);

  const times = [0, ...updates.map(({ at }) => at), 60];
  assert.equal(updates[0]?.at, 0);
  for (let n = 1; n < times.length; n++) assert.ok((times[n] ?? 0) - (times[n - 1] ?? 0) <= 10, JSON.stringify(times));
  assert.equal(updates.length, length, "no progress after the end of a call");
  assert.equal(clock.sleeping, 0);
});

Deno.test("no progress is sent after a call has failed", async () => {
  const { clock, work, done } = start();

  work.reject(new Error("failed"));

  await assert.rejects(done, /failed/);
  assert.equal(clock.sleeping, 0);
});

Deno.test("progress always rises, whenever a tool reports it, and never exceeds its total", async () => {
  const { clock, updates, work, progress, done } = start();

  progress.report("Still running.", 0, 20);
  progress.report("Still running.", 0, 20);
  await advance(clock, 5);
  progress.report("Still running.", 5, 20);
  await advance(clock, 40);
  progress.report("Still running.", 3, 4);
  work.resolve("");
  await done;

  for (let n = 1; n < updates.length; n++) assert.ok((updates[n]?.progress ?? 0) > (updates[n - 1]?.progress ?? 0));
  for (const { progress, total } of updates) assert.ok(total === undefined || total >= progress);
  assert.deepEqual(updates.slice(0, 4).map(({ progress, total }) => [progress, total]), [
    [0, undefined],
    [1, 21],
    [2, 22],
    [5, 20],
  ]);
});
