import assert from "node:assert/strict";
import { LoadLimit } from "../../src/http/load_limit.ts";
import { readMessage } from "../../src/http/mcp_body.ts";
import { BodyError, type BodyProblem, readBody } from "../../src/http/request_body.ts";

const bounds = { requests: 3, requestsPerCustomer: 2, bodyBytes: 10 };

Deno.test("only as many requests are let in as there is room for, and each leaves once", () => {
  const load = new LoadLimit(bounds);
  const [first, ...others] = [load.enter(), load.enter(), load.enter()];

  const tooMany = load.enter();
  first?.leave();
  first?.leave();
  const next = load.enter();

  assert.equal(tooMany, undefined);
  assert.notEqual(next, undefined);
  assert.equal(load.enter(), undefined);
  assert.equal(load.inside, 3);
  for (const place of [...others, next]) place?.leave();
  assert.equal(load.inside, 0);
});

Deno.test("one customer can't take every place", () => {
  const load = new LoadLimit(bounds);
  const [first, second, third] = [load.enter(), load.enter(), load.enter()];

  const claims = [first?.claim("a"), second?.claim("a"), third?.claim("a"), third?.claim("b")];
  first?.leave();
  const again = load.enter()?.claim("a");

  assert.deepEqual(claims, [true, true, false, true]);
  assert.equal(again, true);
});

Deno.test("a body that has been read, or is none, takes no room any more, though its request goes on", async () => {
  for (const body of ['{"a":1}', "no JSON"]) {
    const load = new LoadLimit(bounds);
    const [first, second] = [load.enter(), load.enter()];
    assert.ok(first && second);

    await readMessage(new Request("http://127.0.0.1/mcp", { method: "POST", body }), first);

    assert.equal(second.buffer(10), true);
  }
});

Deno.test("bodies that come all at once share their room, and give it back", () => {
  const load = new LoadLimit(bounds);
  const [first, second] = [load.enter(), load.enter()];

  const came = [first?.buffer(6), second?.buffer(6)];
  first?.bodyDone();
  const later = second?.buffer(10);

  assert.deepEqual(came, [true, false]);
  assert.equal(later, true);
});

Deno.test("a load limit tells when nothing is being worked on", async () => {
  const load = new LoadLimit(bounds);
  const place = load.enter();
  let empty = false;
  const waiting = load.empty().then(() => empty = true);
  await Promise.resolve();

  assert.equal(empty, false);
  place?.leave();
  await waiting;
  await load.empty();

  assert.equal(empty, true);
});

function upload(chunks: readonly string[], { ends }: { ends: boolean }): Request {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      if (ends) controller.close();
    },
  });
  return new Request("http://127.0.0.1/", { method: "POST", body });
}

const isProblem = (problem: BodyProblem) => (error: unknown) => error instanceof BodyError && error.problem === problem;

Deno.test("a body is read up to what it may hold, and no longer than it may take", async () => {
  const text = await readBody(upload(["grü", "n"], { ends: true }));

  assert.equal(text, "grün");
  await assert.rejects(readBody(upload(["123456"], { ends: true }), { maxBytes: 5 }), isProblem("too_large"));
  await assert.rejects(readBody(upload(["123"], { ends: false }), { timeoutMs: 10 }), isProblem("too_slow"));
  await assert.rejects(readBody(upload(["123"], { ends: true }), { buffer: () => false }), isProblem("no_room"));
});

Deno.test("a body that breaks off is no whole one, and not taken for wrong JSON", async () => {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.error(new Error("The connection was closed.")),
  });

  const broken = readBody(new Request("http://127.0.0.1/", { method: "POST", body }));

  await assert.rejects(broken, isProblem("cut_off"));
});
