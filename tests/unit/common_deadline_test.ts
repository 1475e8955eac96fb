import assert from "node:assert/strict";
import { CommonDeadline } from "../../src/async/common_deadline.ts";

const late = (): never => {
  throw new Error("late");
};
const never = () => new Promise<never>(() => {});

Deno.test("work that ends in time gives its result or its error", async () => {
  using deadline = new CommonDeadline(60_000);

  assert.equal(await deadline.wait(Promise.resolve(1), late), 1);
  await assert.rejects(deadline.wait(Promise.reject(new Error("failed")), late), /failed/);
});

Deno.test("each piece of work has its whole time, whatever was begun before it", async () => {
  const MS = 60;
  using deadline = new CommonDeadline(MS);
  const ended: string[] = [];
  const wait = (name: string) => {
    const begun = performance.now();
    return deadline.wait(never(), late).catch((error: Error) => {
      ended.push(`${name} ${error.message}`);
      return performance.now() - begun;
    });
  };
  const first = wait("first");
  await new Promise((resolve) => setTimeout(resolve, MS / 2));
  const second = wait("second");
  const quick = deadline.wait(Promise.resolve("quick"), late);

  assert.equal(await quick, "quick");
  const waited = await Promise.all([first, second]);

  assert.deepEqual(ended, ["first late", "second late"]);
  // Timers may fire within the millisecond before.
  for (const ms of waited) assert.ok(ms >= MS - 1, `${ms} ms`);
});

Deno.test("work that is waited for after all others ended is late in its turn", async () => {
  using deadline = new CommonDeadline(20);
  await assert.rejects(deadline.wait(never(), late), /late/);
  await assert.rejects(deadline.wait(never(), late), /late/);
});

Deno.test("what has ended in time is not called late, and what has not is", async () => {
  using deadline = new CommonDeadline(20);
  const called: string[] = [];
  const all = ["first", "second", "third"].map((name) => deadline.begin(() => called.push(name)));

  all[1]?.[Symbol.dispose]();
  // Begun last, so the others are late before it.
  await assert.rejects(deadline.wait(never(), late), /late/);

  assert.deepEqual(called, ["first", "third"]);
});

Deno.test("work that ends with other work that is late keeps no later work from being late", async () => {
  using deadline = new CommonDeadline(10);
  const third = Promise.withResolvers<string>();

  deadline.begin(() => second[Symbol.dispose]());
  const second = deadline.begin(() => third.reject(new Error("second")));
  deadline.begin(() => third.resolve("third"));

  assert.equal(await third.promise, "third");
});
