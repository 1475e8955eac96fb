import assert from "node:assert/strict";
import { SingleFlight } from "../../src/async/single_flight.ts";

/** Work that the test ends, with the count of its starts and whether it was aborted. */
function makeWork() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const work = { began: 0, aborted: false, resolve, reject };
  const begin = (signal: AbortSignal) => {
    work.began++;
    signal.addEventListener("abort", () => work.aborted = true);
    return promise;
  };
  return { work, begin };
}

const forever = new AbortController().signal;

Deno.test("callers of the same thing share one piece of work", async () => {
  const flights = new SingleFlight<string>();
  const { work, begin } = makeWork();

  const results = [1, 2, 3].map(() => flights.run("a", begin, forever));
  work.resolve("done");

  assert.deepEqual(await Promise.all(results), ["done", "done", "done"]);
  assert.equal(work.began, 1);
});

Deno.test("work goes on for other callers when the one that started it leaves", async () => {
  const flights = new SingleFlight<string>();
  const { work, begin } = makeWork();
  const leaving = new AbortController();
  const first = flights.run("a", begin, leaving.signal);
  const second = flights.run("a", begin, forever);

  leaving.abort(new Error("gone"));
  await assert.rejects(first, { message: "gone" });
  const abortedMeanwhile = work.aborted;
  work.resolve("done");

  assert.equal(await second, "done");
  assert.equal(abortedMeanwhile, false);
  assert.equal(work.began, 1);
});

Deno.test("work is aborted when its last caller leaves, and the next caller starts new work", async () => {
  const flights = new SingleFlight<string>();
  const { work, begin } = makeWork();
  const leaving = new AbortController();
  const only = flights.run("a", begin, leaving.signal);

  leaving.abort(new Error("gone"));
  await assert.rejects(only, { message: "gone" });
  const next = flights.run("a", begin, forever);
  work.resolve("done");

  assert.equal(work.aborted, true);
  assert.equal(await next, "done");
  assert.equal(work.began, 2);
});

Deno.test("every caller gets the error, and the next caller starts new work", async () => {
  const flights = new SingleFlight<string>();
  const { work, begin } = makeWork();
  const results = [flights.run("a", begin, forever), flights.run("a", begin, forever)];

  work.reject(new Error("failed"));
  for (const result of results) await assert.rejects(result, { message: "failed" });

  assert.equal(await flights.run("a", () => Promise.resolve("again"), forever), "again");
});

Deno.test("work under different keys is not shared", async () => {
  const flights = new SingleFlight<string>();

  const results = ["a", "b"].map((key) => flights.run(key, () => Promise.resolve(key), forever));

  assert.deepEqual(await Promise.all(results), ["a", "b"]);
});
