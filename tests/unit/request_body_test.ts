import assert from "node:assert/strict";
import { BodyError, type BodyProblem, BodyReader } from "../../src/http/request_body.ts";

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

Deno.test("a body is read up to its size limit and its time limit", async () => {
  const reader = new BodyReader();
  const text = await reader.read(upload(["grü", "n"], { ends: true }));

  assert.equal(text, "grün");
  await assert.rejects(reader.read(upload(["123456"], { ends: true }), { maxBytes: 5 }), isProblem("too_large"));
  await assert.rejects(reader.read(upload(["123"], { ends: false }), { timeoutMs: 10 }), isProblem("too_slow"));
  await assert.rejects(
    new BodyReader({ bodies: 9, bytes: 2 }).read(upload(["123"], { ends: true })),
    isProblem("no_room"),
  );
});

Deno.test("a body that breaks off is reported as incomplete, not as malformed JSON", async () => {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.error(new Error("The connection was closed.")),
  });

  const broken = new BodyReader().read(new Request("http://127.0.0.1/", { method: "POST", body }));

  await assert.rejects(broken, isProblem("cut_off"));
});

/** A body that comes piece by piece. */
function slowUpload() {
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
  const writer = writable.getWriter();
  return {
    request: new Request("http://127.0.0.1/", { method: "POST", body: readable }),
    send: (text: string) => writer.write(new TextEncoder().encode(text)),
    end: () => writer.close(),
  };
}

Deno.test("with too many bodies the oldest is dropped, and the others complete", async () => {
  const reader = new BodyReader({ bodies: 2, bytes: 100 });
  const uploads = [slowUpload(), slowUpload(), slowUpload()];
  const [first, second, third] = uploads.map(({ request }) => reader.read(request));
  assert.ok(first);

  await assert.rejects(first, isProblem("no_room"));
  for (const { send, end } of uploads.slice(1)) {
    await send("12");
    await end();
  }

  assert.deepEqual(await Promise.all([second, third]), ["12", "12"]);
});

Deno.test("many bodies from one address don't drop those of another", async () => {
  const reader = new BodyReader({ bodies: 4, bytes: 100 });
  const bystander = slowUpload();
  const read = reader.read(bystander.request, { address: "bystander" });

  const others = Array.from({ length: 20 }, () => reader.read(slowUpload().request, { address: "attacker" }));
  const refused = Promise.allSettled(others.slice(0, 17));
  await bystander.send("12");
  await bystander.end();

  assert.equal(await read, "12");
  assert.ok((await refused).every(({ status }) => status === "rejected"));
});

Deno.test("with too many bytes the oldest body is dropped, and frees its room", async () => {
  const reader = new BodyReader({ bodies: 9, bytes: 10 });
  const uploads = [slowUpload(), slowUpload()];
  const [first, second] = uploads.map(({ request }) => reader.read(request));
  assert.ok(first);
  const refused = assert.rejects(first, isProblem("no_room"));

  await uploads[0]?.send("123456");
  await uploads[1]?.send("123456");
  await refused;
  await uploads[1]?.send("7890");
  await uploads[1]?.end();

  assert.equal(await second, "1234567890");
});

Deno.test("a complete or dropped body takes no room", async () => {
  const reader = new BodyReader({ bodies: 1, bytes: 10 });

  const one = await reader.read(upload(["1234567890"], { ends: true }));
  await assert.rejects(reader.read(upload(["123456"], { ends: false }), { timeoutMs: 10 }), isProblem("too_slow"));
  const other = await reader.read(upload(["1234567890"], { ends: true }));

  assert.equal(one, other);
});

// If it is cancelled earlier, the runtime never frees the 64 KiB buffer of the pending read.
Deno.test("a dropped body is cancelled only after its pending read has ended", async () => {
  let cancelled = false;
  const { promise: started, resolve } = Promise.withResolvers<
    ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>
  >();
  const ended = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: resolve,
    cancel: () => {
      cancelled = true;
      ended.resolve();
    },
  });
  const request = new Request("http://127.0.0.1/", { method: "POST", body });

  await assert.rejects(new BodyReader().read(request, { timeoutMs: 10 }), isProblem("too_slow"));
  const tooEarly = cancelled;
  (await started).enqueue(new Uint8Array(1));
  await ended.promise;

  assert.equal(tooEarly, false);
});
