import assert from "node:assert/strict";
import fc from "fast-check";
import { cleanKeepingSpaces, cleanText } from "../../src/text/clean.ts";
import { cleanDeep } from "../../src/text/clean_deep.ts";

const FORBIDDEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00AD\u061C\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E0FFF}]/u;

/** Strings with many characters that are cleaned away, among ordinary ones. */
const hostile = fc.array(
  fc.oneof(
    fc.constantFrom(
      "\n",
      "\r\n",
      "\t",
      "\0",
      "\x1b[31m",
      "\x7f",
      "\x9b",
      "\u2028",
      "\u202e",
      "\u2066",
      "\u200b",
      "\u200d",
    ),
    fc.constantFrom(
      "\u00ad",
      "\ufeff",
      "\ufe0f",
      "\ufe0e",
      "\u{e0100}",
      "\u{e0041}",
      "\u3164",
      "\ud800",
      "\udc00",
      "\ufffe",
    ),
    fc.constantFrom(" ", "  ", "\u00a0", "\u3000", "❤", "👍", "1", "é", "e\u0301", "日", "م", "नि"),
    fc.string({ unit: "binary", maxLength: 3 }),
  ),
).map((parts) => parts.join(""));

Deno.test("cleaned text has no control character, invisible character or line break", () => {
  fc.assert(fc.property(hostile, (text) => {
    const clean = cleanText(text);

    assert.ok(!FORBIDDEN.test(clean), JSON.stringify(clean));
    assert.ok(!/ {2}|^ | $/.test(clean), JSON.stringify(clean));
    assert.ok(clean.isWellFormed());
  }));
});

Deno.test("cleaning twice changes nothing more", () => {
  fc.assert(fc.property(hostile, fc.option(fc.nat(12), { nil: undefined }), (text, maxLength) => {
    const options = maxLength === undefined ? {} : { maxLength };
    const once = cleanText(text, options);

    assert.equal(cleanText(once, options), once);
  }));
});

Deno.test("cut text has at most as many code points as allowed", () => {
  fc.assert(fc.property(hostile, fc.nat(12), (text, maxLength) => {
    const cut = cleanText(text, { maxLength });

    assert.ok([...cut].length <= maxLength);
    assert.ok(cut.isWellFormed());
  }));
});

Deno.test("text is cut with an ellipsis, only if it is too long", () => {
  assert.equal(cleanText("abcdef", { maxLength: 4 }), "abc…");
  assert.equal(cleanText("abc def", { maxLength: 5 }), "abc…");
  assert.equal(cleanText("abcd", { maxLength: 4 }), "abcd");
  assert.equal(cleanText("👍👍👍", { maxLength: 3 }), "👍👍👍");
  assert.equal(cleanText("👍👍👍", { maxLength: 2 }), "👍…");
  assert.equal(cleanText("abc", { maxLength: 0 }), "");
});

Deno.test("line breaks and tabs become one space", () => {
  assert.equal(cleanText(" a\r\n\r\nb\tc\u2028d\u0085e "), "a b c d e");
});

Deno.test("ordinary text in any language stays", () => {
  const texts = [
    "Shop – Übersicht (Köln)",
    "Ελληνικά, русский, עברית, العربية, ไทย, हिन्दी, 日本語, 한국어, ትግርኛ",
    "naïve e\u0301 crème",
    "❤️ 👍🏽 🇩🇪 ✓ €5 ½",
    "\u0600123",
    "a < b & c > d \"quoted\" 'single' `code` \\n",
  ];

  assert.deepEqual(texts.map((text) => cleanText(text)), texts);
});

Deno.test("joined emoji are split into their parts", () => {
  assert.equal(cleanText("👩\u200d💻"), "👩💻");
});

Deno.test("a variation selector stays only where it colours an emoji", () => {
  assert.equal(cleanText("❤\ufe0f\ufe0f\ufe0f a\ufe0f\u{e0101}b"), "❤\ufe0f ab");
});

Deno.test("text hidden in Unicode tags is gone", () => {
  const tags = [..."ignore"].map((char) => String.fromCodePoint(0xe0000 + (char.codePointAt(0) ?? 0))).join("");

  assert.equal(cleanText(`shop${tags}`), "shop");
});

Deno.test("opaque text keeps its spaces, and is cleaned otherwise", () => {
  const hostile = " a  b\u00a0\nc\u202e\u200bd\u0007 ";

  assert.equal(cleanKeepingSpaces(hostile), " a  b\u00a0 cd ");
  assert.deepEqual(cleanDeep({ " n  m": [hostile] }, cleanKeepingSpaces), { "n m": [" a  b\u00a0 cd "] });
});

Deno.test("every text and name in a value is cleaned, numbers and flags stay", () => {
  const value = { "la\u200bbel": "a\nb", list: [1, true, null, { x: "\u202eabc" }], long: "x".repeat(10_000) };

  assert.deepEqual(cleanDeep(value), {
    label: "a b",
    list: [1, true, null, { x: "abc" }],
    long: "x".repeat(10_000),
  });
});

Deno.test("a name that cleaning makes equal to another does not replace it", () => {
  assert.deepEqual(cleanDeep({ "i\u200bd": 2, id: 1 }), { id: 1 });
  assert.deepEqual(cleanDeep({ id: 1, "i\u200bd": 2 }), { id: 1 });
});

Deno.test("a cleaned value is a copy, and values that JSON can't hold are left out", () => {
  const value = { a: ["x"], none: undefined, run: () => 1, date: new Date(0), big: 2n };

  assert.deepEqual(cleanDeep(value), { a: ["x"], date: "1970-01-01T00:00:00.000Z", big: "2" });
  assert.equal(cleanDeep(undefined), null);
});

Deno.test("any JSON value keeps its shape", () => {
  fc.assert(fc.property(fc.jsonValue({ stringUnit: fc.constantFrom("a", "b", "é", "日") }), (value) => {
    assert.equal(JSON.stringify(cleanDeep(value)), JSON.stringify(value));
  }));
});
