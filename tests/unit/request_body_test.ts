import assert from "node:assert/strict";
import { until } from "../support/until.ts";
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
  using reader = new BodyReader();
  using impatient = new BodyReader({ bodies: 9, bytes: 100, timeoutMs: 10 });
  using small = new BodyReader({ bodies: 9, bytes: 2 });
  const text = await reader.read(upload(["grü", "n"], { ends: true }));

  assert.equal(text, "grün");
  await assert.rejects(reader.read(upload(["123456"], { ends: true }), { maxBytes: 5 }), isProblem("too_large"));
  await assert.rejects(impatient.read(upload(["123"], { ends: false })), isProblem("too_slow"));
  await assert.rejects(small.read(upload(["123"], { ends: true })), isProblem("no_room"));
});

Deno.test("a body that breaks off is reported as incomplete, not as malformed JSON", async () => {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.error(new Error("The connection was closed.")),
  });

  using reader = new BodyReader();
  const broken = reader.read(new Request("http://127.0.0.1/", { method: "POST", body }));

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
  using reader = new BodyReader({ bodies: 2, bytes: 100 });
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
  using reader = new BodyReader({ bodies: 4, bytes: 100 });
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
  using reader = new BodyReader({ bodies: 9, bytes: 10 });
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
  using reader = new BodyReader({ bodies: 1, bytes: 10, timeoutMs: 500 });

  const one = await reader.read(upload(["1234567890"], { ends: true }));
  await assert.rejects(reader.read(upload(["123456"], { ends: false })), isProblem("too_slow"));
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

  using reader = new BodyReader({ bodies: 9, bytes: 100, timeoutMs: 10 });
  await assert.rejects(reader.read(request), isProblem("too_slow"));
  const tooEarly = cancelled;
  (await started).enqueue(new Uint8Array(1));
  await ended.promise;

  assert.equal(tooEarly, false);
});

/** A server that answers with what its reader says, and a way to send it the beginning of a body of known length. */
function startServer(reader: BodyReader) {
  const seen: string[] = [];
  const say = async (request: Request) => {
    const said = await reader.read(request).catch((error) => error instanceof BodyError ? error.problem : "error");
    seen.push(said);
    return new Response(said, { headers: { connection: "close" } });
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, say);
  const { port } = server.addr;
  return {
    seen,
    send: async (length: number, part: string) => {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port });
      const head = `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`;
      await connection.write(new TextEncoder().encode(head + part));
      return connection;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** The body of the answer on a connection, which is then closed. */
async function answerOn(connection: Deno.TcpConn): Promise<string> {
  let text = "";
  for await (const bytes of connection.readable) {
    text += new TextDecoder().decode(bytes);
    const [head = "", body = ""] = text.split("\r\n\r\n");
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
    if (new TextEncoder().encode(body).length === length) return body;
  }
  return text;
}

Deno.test("a small body of known length is read, and given up when it is slow or breaks off", async () => {
  using reader = new BodyReader();
  using impatient = new BodyReader({ bodies: 9, bytes: 100, timeoutMs: 10 });
  await using server = startServer(reader);
  await using hasty = startServer(impatient);

  const whole = await answerOn(await server.send(5, "grün"));
  const slow = await answerOn(await hasty.send(5, "123"));
  const broken = await server.send(5, "123");
  broken.close();
  await until(() => server.seen.length === 2);

  assert.deepEqual([whole, slow, server.seen[1]], ["grün", "too_slow", "cut_off"]);
});

Deno.test("a small body of known length takes its place and its bytes from the start, and frees them", async () => {
  using reader = new BodyReader({ bodies: 2, bytes: 10 });
  await using server = startServer(reader);

  const first = await server.send(6, "1");
  const second = await server.send(6, "1");
  const dropped = await answerOn(first);
  await second.write(new TextEncoder().encode("23456"));
  const kept = await answerOn(second);
  const next = await answerOn(await server.send(10, "1234567890"));

  assert.deepEqual([dropped, kept, next], ["no_room", "123456", "1234567890"]);
});
