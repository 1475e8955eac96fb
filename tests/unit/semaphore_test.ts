import assert from "node:assert/strict";
import fc from "fast-check";
import { Semaphore } from "../../src/async/semaphore.ts";

Deno.test("a semaphore grants as many places as its limit, and the next caller waits", async () => {
  const semaphore = new Semaphore(2);

  const first = await semaphore.acquire();
  await semaphore.acquire();
  const third = semaphore.acquire();

  assert.deepEqual([semaphore.held, semaphore.waiting], [2, 1]);
  first();
  await third;
  assert.deepEqual([semaphore.held, semaphore.waiting], [2, 0]);
});

Deno.test("waiting callers are served in the order they came", async () => {
  const semaphore = new Semaphore(1);
  const served: number[] = [];
  const release = await semaphore.acquire();

  const all = [1, 2, 3].map(async (caller) => {
    const done = await semaphore.acquire();
    served.push(caller);
    done();
  });
  release();
  await Promise.all(all);

  assert.deepEqual(served, [1, 2, 3]);
});

Deno.test("no later caller gets a place before a waiting one", async () => {
  const semaphore = new Semaphore(1);
  const release = await semaphore.acquire();
  const waiting = semaphore.acquire();

  release();

  assert.equal(semaphore.tryAcquire(), undefined);
  await waiting;
});

Deno.test("a caller whose signal aborts stops waiting and takes no place", async () => {
  const semaphore = new Semaphore(1);
  const release = await semaphore.acquire();
  const abort = new AbortController();
  const reason = new Error("client gone");

  const waiting = semaphore.acquire(abort.signal);
  abort.abort(reason);

  await assert.rejects(waiting, reason);
  assert.equal(semaphore.waiting, 0);
  release();
  assert.equal(semaphore.held, 0);
});

Deno.test("a signal that has aborted already takes no place, even if one is free", async () => {
  const semaphore = new Semaphore(1);

  await assert.rejects(semaphore.acquire(AbortSignal.abort(new Error("client gone"))), /client gone/);

  assert.equal(semaphore.held, 0);
});

Deno.test("an abort after the place was granted changes nothing", async () => {
  const semaphore = new Semaphore(1);
  const abort = new AbortController();
  const first = await semaphore.acquire();
  const waiting = semaphore.acquire(abort.signal);

  first();
  abort.abort();
  const second = await waiting;

  assert.equal(semaphore.held, 1);
  second();
  assert.equal(semaphore.held, 0);
});

Deno.test("giving a place back twice gives one place back", async () => {
  const semaphore = new Semaphore(1);
  const release = await semaphore.acquire();
  release();
  await semaphore.acquire();

  release();

  assert.equal(semaphore.held, 1);
  assert.equal(semaphore.tryAcquire(), undefined);
});

Deno.test("a limit that is not a positive integer is refused", () => {
  for (const limit of [0, -1, 1.5, NaN, Infinity]) assert.throws(() => new Semaphore(limit), RangeError);
});

Deno.test("never more places than the limit are held, and none in the end, with random aborts", async () => {
  const callers = fc.array(fc.record({ turns: fc.nat(5), aborts: fc.boolean() }), { maxLength: 30 });

  await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 4 }), callers, async (limit, all) => {
    const semaphore = new Semaphore(limit);
    let inside = 0;
    let most = 0;

    await Promise.allSettled(all.map(async ({ turns, aborts }) => {
      const abort = new AbortController();
      const place = semaphore.acquire(abort.signal);
      if (aborts) queueMicrotask(() => abort.abort());
      const release = await place;
      most = Math.max(most, ++inside);
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      inside--;
      release();
    }));

    assert.ok(most <= limit);
    assert.deepEqual([semaphore.held, semaphore.waiting], [0, 0]);
  }));
});
