import assert from "node:assert/strict";
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
