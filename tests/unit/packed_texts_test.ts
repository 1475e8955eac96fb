/** Texts of records are packed for the cache, and come back as they were. */
import assert from "node:assert/strict";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { packTexts, unpackTexts } from "../../src/cloudways/packed_texts.ts";

const record = (id: number) =>
  JSON.stringify({ id, label: `Shop ${id}`, domain: `shop-${id}.example.com`, aliases: [] });

Deno.test("texts of JSON come back as they were, whatever is in them", async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.json({ stringUnit: "binary" })), async (texts) => {
    assert.deepEqual(await unpackTexts(await packTexts(texts)), texts);
  }));
});

Deno.test("many texts are packed in several parts, and a long one in its own", async () => {
  const texts = [...Array.from({ length: 9_000 }, (_, id) => record(id)), JSON.stringify("x".repeat(1_000_000)), "{}"];

  const packed = await packTexts(texts);

  assert.ok(packed.length >= 4, String(packed.length));
  assert.deepEqual(await unpackTexts(packed), texts);
});

Deno.test("records with the same members take a fraction of their characters", async () => {
  const texts = Array.from({ length: 50 }, (_, id) => record(id));

  const packed = await packTexts(texts);

  assert.ok(packed.join("").length < texts.join("").length / 3);
});

Deno.test("what was not packed here does not open, and neither does what opens to far too much", async () => {
  const [good = ""] = await packTexts([record(1)]);
  const bomb = new Uint8Array(deflateRawSync(new Uint8Array(65 * 1024 * 1024))).toBase64();

  for (const bad of ["", "é", record(1), btoa("{}"), good.slice(0, -8), bomb]) {
    assert.equal(await unpackTexts([good, bad]), undefined, bad.slice(0, 40));
  }
});
