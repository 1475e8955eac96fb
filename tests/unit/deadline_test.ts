import assert from "node:assert/strict";
import { CommonDeadline } from "../../src/async/common_deadline.ts";
import { Deadline } from "../../src/async/deadline.ts";

Deno.test("a deadline aborts like AbortSignal.timeout does", async () => {
  using deadline = new Deadline(1);
  const { signal } = deadline;

  await new Promise((resolve) => signal.addEventListener("abort", resolve));

  assert.ok(signal.reason instanceof DOMException);
  assert.equal(signal.reason.name, "TimeoutError");
});

Deno.test("a deadline aborts with the given reason", async () => {
  const reason = new Error("no place");
  using deadline = new Deadline(1, () => reason);
  const { signal } = deadline;

  await new Promise((resolve) => signal.addEventListener("abort", resolve));

  assert.equal(signal.reason, reason);
});

Deno.test({
  name: "a disposed deadline leaves no timer behind, and does not abort",
  // Makes Deno fail a test that leaves a timer running.
  sanitizeOps: true,
  fn() {
    const deadline = new Deadline(60_000);

    deadline[Symbol.dispose]();
    deadline[Symbol.dispose]();

    assert.equal(deadline.signal.aborted, false);
  },
});

Deno.test({
  name: "a deadline whose signal nobody asks for sets no timer",
  sanitizeOps: true,
  fn() {
    const deadline = new Deadline(60_000);

    assert.ok(deadline instanceof Deadline);
  },
});

Deno.test("the time of a deadline begins when it is made", async () => {
  using deadline = new Deadline(50);
  await new Promise((resolve) => setTimeout(resolve, 60));
  const { signal } = deadline;

  // A timer that is set later and for less time than the deadline has in all.
  await new Promise((resolve) => setTimeout(resolve, 40));

  assert.ok(signal.aborted);
});

Deno.test("a deadline aborts with an outer signal, at once if that has aborted, and no more once it is disposed", () => {
  const reason = new Error("the client left");
  const outer = new AbortController();
  using deadline = new Deadline(60_000, undefined, outer.signal);
  const disposed = new Deadline(60_000, undefined, outer.signal);
  assert.equal([deadline, disposed].some(({ signal }) => signal.aborted), false);
  disposed[Symbol.dispose]();

  outer.abort(reason);
  using late = new Deadline(60_000, undefined, outer.signal);

  assert.equal(deadline.signal.reason, reason);
  assert.equal(late.signal.reason, reason);
  assert.equal(disposed.signal.aborted, false);
});

Deno.test("deadlines that share a timer abort like others, each in its time", async () => {
  const MS = 60;
  using common = new CommonDeadline(MS);
  const start = () => {
    const begun = performance.now();
    const deadline = new Deadline(common);
    const waited = new Promise<number>((resolve) =>
      deadline.signal.addEventListener("abort", () => resolve(performance.now() - begun))
    );
    return { deadline, waited };
  };
  const first = start();
  await new Promise((resolve) => setTimeout(resolve, MS / 2));
  const second = start();

  // Timers may fire within the millisecond before.
  for (const ms of await Promise.all([first.waited, second.waited])) assert.ok(ms >= MS - 1, `${ms} ms`);

  assert.equal(first.deadline.signal.reason.name, "TimeoutError");
  assert.equal(second.deadline.signal.reason.name, "TimeoutError");
});

Deno.test("a deadline that shares a timer does not abort once it is disposed, but others do", async () => {
  using common = new CommonDeadline(20);
  const [disposed, other] = [new Deadline(common), new Deadline(common)];
  const { signal } = disposed;
  disposed[Symbol.dispose]();

  await new Promise((resolve) => other.signal.addEventListener("abort", resolve));

  assert.equal(signal.aborted, false);
});

Deno.test("a deadline that shares a timer aborts with an outer signal", () => {
  const reason = new Error("the client left");
  const outer = new AbortController();
  using common = new CommonDeadline(60_000);
  using deadline = new Deadline(common, undefined, outer.signal);
  const { signal } = deadline;

  outer.abort(reason);

  assert.equal(signal.reason, reason);
});

Deno.test("a deadline whose time is up before its signal is asked for has aborted, disposed or not", async () => {
  using common = new CommonDeadline(20);
  using late = new Deadline(common);
  const disposed = new Deadline(common);
  await new Promise((resolve) => new Deadline(common).signal.addEventListener("abort", resolve));
  disposed[Symbol.dispose]();

  assert.deepEqual([late, disposed].map(({ signal }) => signal.reason?.name), ["TimeoutError", "TimeoutError"]);
});
