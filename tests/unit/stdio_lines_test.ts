import assert from "node:assert/strict";
import { LineTooLongError, readLines } from "../../src/mcp/stdio/lines.ts";

async function linesOf(chunks: readonly string[], maxBytes = 100): Promise<string[]> {
  const input = ReadableStream.from(chunks.map((chunk) => new TextEncoder().encode(chunk)));
  const lines: string[] = [];
  for await (const line of readLines(input, maxBytes)) lines.push(new TextDecoder().decode(line));
  return lines;
}

for (
  const { chunks, lines } of [
    { chunks: [], lines: [] },
    { chunks: ["one\ntwo\n"], lines: ["one", "two"] },
    { chunks: ["o", "ne\nt", "w", "o", "\n"], lines: ["one", "two"] },
    { chunks: ["one\n\ntwo"], lines: ["one", "", "two"] },
    { chunks: ["one", "\n", "\n"], lines: ["one", ""] },
  ]
) {
  Deno.test(`an input that comes as ${JSON.stringify(chunks)} has the lines ${JSON.stringify(lines)}`, async () => {
    assert.deepEqual(await linesOf(chunks), lines);
  });
}

Deno.test("a line may be up to its limit, and no longer", async () => {
  const long = "x".repeat(10);

  const lines = await linesOf([`${long}\n`, long.slice(1), "x\n"], 10);

  assert.deepEqual(lines, [long, long]);
  await assert.rejects(linesOf([`${long}\n`, long, "x"], 10), LineTooLongError);
});
