import assert from "node:assert/strict";
import { within } from "../../src/async/within.ts";

const never = new Promise<string>(() => {});

Deno.test("work that ends in time gives what it gives, and nobody is told that it is late", async () => {
  const unexpected = () => assert.fail("it was in time");

  assert.equal(await within(60_000, Promise.resolve("done"), unexpected), "done");
  await assert.rejects(within(60_000, Promise.reject(new Error("broken")), unexpected), /broken/);
});

Deno.test("once the time is up, what takes the place of the work is given or thrown", async () => {
  const late = () => {
    throw new Error("too late");
  };

  assert.equal(await within(1, never, () => "late"), "late");
  assert.equal(await within(1, never, () => Promise.resolve("later")), "later");
  await assert.rejects(within(1, never, late), /too late/);
});

Deno.test("work that fails after its time fails nobody", async () => {
  const work = Promise.withResolvers<string>();

  const given = await within(1, work.promise, () => "late");
  work.reject(new Error("broken"));
  await new Promise((resolve) => setTimeout(resolve));

  assert.equal(given, "late");
});

Deno.test({
  name: "the timer ends with the wait, however that ends",
  // With it Deno fails a test that leaves a timer running.
  sanitizeOps: true,
  async fn() {
    await within(60_000, Promise.resolve(), () => {});
    await within(60_000, Promise.reject(new Error("broken")), () => {}).catch(() => {});
  },
});
