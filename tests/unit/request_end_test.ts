/** When a request to Cloudways ends that gets no answer: after its own time, or with what it is sent for. */
import assert from "node:assert/strict";
import { CommonDeadline } from "../../src/async/common_deadline.ts";
import { RequestEnd, type SentFor } from "../../src/cloudways/request_end.ts";

const LONG_MS = 60_000;
const SHORT_MS = 60;

function ended({ signal }: RequestEnd): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(signal.reason)));
}

/** A call, and how often its signal was asked for. */
class Call implements SentFor {
  readonly abort = new AbortController();
  readonly mayWatchLater: boolean;
  asked = 0;

  constructor(mayWatchLater: boolean) {
    this.mayWatchLater = mayWatchLater;
  }

  get signal(): AbortSignal {
    this.asked++;
    return this.abort.signal;
  }
}

Deno.test("requests that share a timer end each in its time, like with AbortSignal.timeout", async () => {
  using timeout = new CommonDeadline(SHORT_MS);
  using later = new CommonDeadline(LONG_MS);
  const start = async () => {
    const begun = performance.now();
    using end = new RequestEnd(timeout, new AbortController(), later);
    const reason = await ended(end);
    return { reason, ms: performance.now() - begun };
  };
  const first = start();
  await new Promise((resolve) => setTimeout(resolve, SHORT_MS / 2));

  for (const { reason, ms } of await Promise.all([first, start()])) {
    assert.ok(reason instanceof DOMException && reason.name === "TimeoutError");
    // Timers may fire within the millisecond before.
    assert.ok(ms >= SHORT_MS - 1, `${ms} ms`);
  }
});

Deno.test("a request that is disposed does not end any more, but others do", async () => {
  using timeout = new CommonDeadline(20);
  using later = new CommonDeadline(10);
  const call = new Call(false);
  const young = new Call(true);
  const disposed = [call, young].map((sentFor) => new RequestEnd(timeout, sentFor, later));
  using other = new RequestEnd(timeout, new AbortController(), later);
  for (const end of disposed) end[Symbol.dispose]();

  await ended(other);
  for (const { abort } of [call, young]) abort.abort();

  assert.deepEqual(disposed.map(({ signal }) => signal.aborted), [false, false]);
  assert.equal(young.asked, 0);
});

Deno.test("a request ends with its call, at once if that has ended, and with the same reason", () => {
  const reason = new Error("the client left");
  using timeout = new CommonDeadline(LONG_MS);
  using later = new CommonDeadline(LONG_MS);
  const call = new Call(false);
  using before = new RequestEnd(timeout, call, later);
  assert.equal(before.signal.aborted, false);

  call.abort.abort(reason);
  using after = new RequestEnd(timeout, call, later);

  assert.equal(before.signal.reason, reason);
  assert.equal(after.signal.reason, reason);
});

Deno.test("a young call is watched later: it ends a request that takes longer than that", async () => {
  const reason = new Error("the client left");
  using timeout = new CommonDeadline(LONG_MS);
  using later = new CommonDeadline(20);
  const call = new Call(true);
  using quick = new RequestEnd(timeout, call, later);
  quick[Symbol.dispose]();
  using gone = new RequestEnd(timeout, call, later);
  call.abort.abort(reason);
  assert.equal(call.asked, 0);

  assert.equal(await ended(gone), reason);
  assert.equal(call.asked, 1);
});

Deno.test("a young call that ends while it is watched ends its request, too", async () => {
  const reason = new Error("the client left");
  using timeout = new CommonDeadline(LONG_MS);
  using later = new CommonDeadline(20);
  const call = new Call(true);
  using end = new RequestEnd(timeout, call, later);
  await new Promise((resolve) => later.begin(() => resolve(undefined)));
  assert.equal(end.signal.aborted, false);

  call.abort.abort(reason);

  assert.equal(end.signal.reason, reason);
});
