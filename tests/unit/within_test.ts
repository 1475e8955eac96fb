import assert from "node:assert/strict";
import { within } from "../../src/async/within.ts";

const never = new Promise<string>(() => {});

Deno.test("the result of work that ends in time is returned, and onLate is not called", async () => {
  const unexpected = () => assert.fail("it was in time");

  assert.equal(await within(60_000, Promise.resolve("done"), unexpected), "done");
  await assert.rejects(within(60_000, Promise.reject(new Error("broken")), unexpected), /broken/);
});

Deno.test("once the time is up, the result or error of onLate is returned or thrown", async () => {
  const late = () => {
    throw new Error("too late");
  };

  assert.equal(await within(1, never, () => "late"), "late");
  assert.equal(await within(1, never, () => Promise.resolve("later")), "later");
  await assert.rejects(within(1, never, late), /too late/);
});

Deno.test("the error of late work is ignored", async () => {
  const work = Promise.withResolvers<string>();

  const given = await within(1, work.promise, () => "late");
  work.reject(new Error("broken"));
  await new Promise((resolve) => setTimeout(resolve));

  assert.equal(given, "late");
});

Deno.test({
  name: "the timer ends with the wait, after a result and after an error",
  // Makes Deno fail a test that leaves a timer running.
  sanitizeOps: true,
  async fn() {
    await within(60_000, Promise.resolve(), () => {});
    await within(60_000, Promise.reject(new Error("broken")), () => {}).catch(() => {});
  },
});
