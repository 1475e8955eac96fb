/** How answers of Cloudways are read: whole, whatever pieces they come in, and never more than the bound. */
import assert from "node:assert/strict";
import { FairSemaphore } from "../../src/async/fair_semaphore.ts";
import { CloudwaysHttp } from "../../src/cloudways/http.ts";
import { path } from "../../src/cloudways/path.ts";

/** Sends one read to a server that answers so. */
async function textOf(answer: () => Response): Promise<string> {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  return await textFrom(new URL(`http://127.0.0.1:${server.addr.port}`));
}

async function textFrom(baseUrl: URL): Promise<string> {
  const http = new CloudwaysHttp({ baseUrl, slots: new FairSemaphore(1), timeoutMs: 20_000, writeTimeoutMs: 20_000 });
  try {
    const request = { method: "GET", path: path`/project`, owner: { customer: "one" } } as const;
    return (await http.send(request, new AbortController())).text;
  } finally {
    http.close();
  }
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await connection.write(bytes.subarray(written));
}

function inPieces(text: string, bytes: number): ReadableStream<Uint8Array> {
  const all = new TextEncoder().encode(text);
  let sent = 0;
  return new ReadableStream({
    pull(body) {
      if (sent >= all.length) return body.close();
      body.enqueue(all.slice(sent, sent + bytes));
      sent += bytes;
    },
  });
}

function packed(bytes: Uint8Array<ArrayBuffer>): Response {
  const body = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(body, { headers: { "content-encoding": "gzip" } });
}

for (const length of [0, 1, 16_383, 16_384, 16_385, 32_768, 300_000]) {
  Deno.test(`an answer of ${length} characters is read whole, in one piece and in many`, async () => {
    // Characters of one to four bytes, so that pieces end within characters.
    const text = "aé€😀".repeat(length).slice(0, length).toWellFormed();

    const inOne = await textOf(() => new Response(text));
    const inMany = await textOf(() => new Response(inPieces(text, 4_099)));

    assert.ok(inOne === text);
    assert.ok(inMany === text);
  });
}

Deno.test("an answer without a body is an empty text", async () => {
  assert.equal(await textOf(() => new Response(null, { status: 204 })), "");
});

Deno.test("a packed answer is read unpacked", async () => {
  const text = JSON.stringify({ projects: "aé€😀".repeat(20_000) });

  const read = await textOf(() => packed(new TextEncoder().encode(text)));

  assert.ok(read === text);
});

Deno.test("the bound of an answer that says how long it is packed counts it unpacked", async () => {
  const bytes = new Uint8Array(await packed(new Uint8Array(33 * 1024 * 1024)).arrayBuffer());

  const reading = textOf(() => new Response(bytes, { headers: { "content-encoding": "gzip" } }));

  await assert.rejects(reading, { code: "upstream_error", message: /larger than/ });
});

Deno.test("an answer that says itself that it is longer than the bound is refused", async () => {
  const reading = textOf(() => new Response(new Uint8Array(32 * 1024 * 1024 + 1)));

  await assert.rejects(reading, { code: "upstream_error", message: /larger than/ });
});

Deno.test("the bound of an answer that comes in chunks does not depend on the length that it names", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const chunk = new TextEncoder().encode(`100000\r\n${"x".repeat(0x100000)}\r\n`);
  const answer = async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(4_096));
    await connection.write(new TextEncoder().encode(
      "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n",
    ));
    // The reader hangs up at the bound.
    for (let written = 0; written < 40; written++) await writeAll(connection, chunk);
  };
  const answering = answer().catch(() => {});

  const reading = textFrom(new URL(`http://127.0.0.1:${listener.addr.port}`));

  await assert.rejects(reading, { code: "upstream_error", message: /larger than/ });
  await answering;
});

Deno.test("the bound of an answer counts it unpacked", async () => {
  const reading = textOf(() => packed(new Uint8Array(33 * 1024 * 1024)));

  await assert.rejects(reading, { code: "upstream_error", message: /larger than/ });
});

Deno.test("an answer that is exactly as long as the bound is read", async () => {
  const read = await textOf(() => packed(new Uint8Array(32 * 1024 * 1024)));

  assert.equal(read.length, 32 * 1024 * 1024);
});
