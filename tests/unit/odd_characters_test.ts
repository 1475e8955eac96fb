import assert from "node:assert/strict";
import fc from "fast-check";
import { findOddCharacter, spelledName, spelledValue, TEXT_FORMS, writeOut } from "../../src/text/odd_characters.ts";
import { cleanText } from "../../src/text/clean.ts";

/** A character, and the forms of text that must not hold it in the middle. */
const CHARACTERS: readonly { character: string; kind: RegExp; oddIn: readonly string[] }[] = [
  { character: "\u200b", kind: /zero-width/, oddIn: TEXT_FORMS },
  { character: "\u200d", kind: /zero-width/, oddIn: TEXT_FORMS },
  { character: "\ufeff", kind: /zero-width/, oddIn: TEXT_FORMS },
  { character: "\u00ad", kind: /zero-width/, oddIn: TEXT_FORMS },
  { character: "\ufe0f", kind: /zero-width/, oddIn: TEXT_FORMS },
  { character: "\u202e", kind: /reading direction/, oddIn: TEXT_FORMS },
  { character: "\u2066", kind: /reading direction/, oddIn: TEXT_FORMS },
  { character: "\u200f", kind: /reading direction/, oddIn: TEXT_FORMS },
  { character: "\u{e0041}", kind: /tag/, oddIn: TEXT_FORMS },
  { character: "\u0000", kind: /control/, oddIn: TEXT_FORMS },
  { character: "\u001b", kind: /control/, oddIn: TEXT_FORMS },
  { character: "\u009b", kind: /control/, oddIn: TEXT_FORMS },
  { character: "\r", kind: /line break/, oddIn: TEXT_FORMS },
  { character: "\u2028", kind: /line break/, oddIn: TEXT_FORMS },
  { character: "\n", kind: /line break/, oddIn: ["line", "spaced"] },
  { character: "\t", kind: /tab/, oddIn: ["line", "spaced"] },
  { character: "\u00a0", kind: /space/, oddIn: TEXT_FORMS },
  { character: "\u3000", kind: /space/, oddIn: TEXT_FORMS },
  { character: "  ", kind: /space/, oddIn: ["line"] },
  { character: "\ud800", kind: /no character/, oddIn: TEXT_FORMS },
  { character: "\ufffe", kind: /no character/, oddIn: TEXT_FORMS },
  { character: " ", kind: /./, oddIn: [] },
  { character: "ü", kind: /./, oddIn: [] },
  { character: "日", kind: /./, oddIn: [] },
  { character: "👍", kind: /./, oddIn: [] },
];

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...CHARACTERS.map(({ character }) => character), "\\u{41}"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  ),
});

function readBack(text: string): string {
  return text.replace(/\\u\{([0-9A-F]+)\}/g, (_, hex: string) => String.fromCodePoint(parseInt(hex, 16)));
}

Deno.test("each kind of odd character is found at its place, in the forms of text that must not hold it", () => {
  for (const { character, kind, oddIn } of CHARACTERS) {
    for (const form of TEXT_FORMS) {
      const found = findOddCharacter(`日x${character}y`, form);

      assert.equal(found !== undefined, oddIn.includes(form), `${JSON.stringify(character)} in ${form}`);
      if (found === undefined) continue;
      assert.match(found.kind, kind);
      assert.equal(found.position, character === "  " ? 4 : 3);
    }
  }
  for (const text of [" x", "x "]) {
    assert.match(findOddCharacter(text, "line")?.kind ?? "", /space/);
    assert.equal(findOddCharacter(text, "spaced"), undefined);
  }
});

Deno.test("one line has an odd character exactly where cleaning would change it", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      assert.equal(findOddCharacter(text, "line") === undefined, cleanText(text) === text);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("escaped text can be read back, and holds no invisible character", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const written = writeOut(text);

      assert.equal(readBack(written), text);
      assert.equal(cleanText(written), written);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("misleading letters are spelled as code points, and Latin letters are not", () => {
  assert.equal(spelledValue("m\u0430in"), "m\\u{430}in");
  assert.equal(spelledValue("e\u0301"), "e\\u{301}");
  for (const plain of ["main", "läuft", "Łódź", "é", "⟨8 characters⟩"]) {
    assert.equal(spelledValue(plain), undefined, plain);
  }
  for (const odd of ["fea–ture", "ｍain", "Shıp", "mаin", "❤\ufe0f", "a⁄b", "𝐦ain"]) {
    assert.notEqual(spelledValue(odd), undefined, odd);
  }
  for (const name of ["Bücher – Łódź 🛒", "Shop", "Crème brûlée & Söhne"]) assert.equal(spelledName(name), undefined);
  for (const name of ["Shоp", "Магазин", "ｍain", "Shıp", "e\u0301", "𝐦ain", "書店"]) {
    assert.notEqual(spelledName(name), undefined, name);
  }
});
