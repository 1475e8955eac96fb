/** How answers of Cloudways are read: whole, whatever pieces they come in, and never more than the bound. */
import assert from "node:assert/strict";
import { FairSemaphore } from "../../src/async/fair_semaphore.ts";
import { CloudwaysHttp } from "../../src/cloudways/http.ts";
import { path } from "../../src/cloudways/path.ts";

/** Sends one read to a server that answers so. */
async function textOf(answer: () => Response): Promise<string> {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  const baseUrl = new URL(`http://127.0.0.1:${server.addr.port}`);
  const http = new CloudwaysHttp({ baseUrl, slots: new FairSemaphore(1), timeoutMs: 20_000, writeTimeoutMs: 20_000 });
  try {
    const request = { method: "GET", path: path`/project`, owner: { customer: "one" } } as const;
    return (await http.send(request, new AbortController().signal)).text;
  } finally {
    http.close();
  }
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

Deno.test("the bound of an answer counts it unpacked", async () => {
  const reading = textOf(() => packed(new Uint8Array(33 * 1024 * 1024)));

  await assert.rejects(reading, { code: "upstream_error", message: /larger than/ });
});

Deno.test("an answer that is exactly as long as the bound is read", async () => {
  const read = await textOf(() => packed(new Uint8Array(32 * 1024 * 1024)));

  assert.equal(read.length, 32 * 1024 * 1024);
});
