import assert from "node:assert/strict";
import fc from "fast-check";
import { documentOf, quoted } from "../../src/tools/basic/weekly_report/markdown.ts";

/** What is left of a quoted text once the characters that are escaped are gone. */
function unescaped(text: string): string {
  return quoted(text).slice(1, -1).replace(/\\[!-/:-@[-`{-~]/g, "");
}

/** Characters that begin or end something in Markdown, and what dialects look for in plain text. */
const ACTIVE = /[\\`*_{}[\]()<>#+!|~&:@$^=./“”-]/;

Deno.test("nothing in a quoted text is Markdown, whatever the text is", () => {
  const marked = fc.string({ unit: fc.constantFrom(..."\\`*_{}[]()<>#+-.!|~&:@^=$“”\"' ab1") });
  for (const texts of [marked, fc.string({ unit: "grapheme" })]) {
    fc.assert(fc.property(texts, (text) => assert.doesNotMatch(unescaped(text), ACTIVE)));
  }
});

const LINKS = [
  "http://evil.example",
  "www.evil.example",
  "evil.example",
  "[x](//evil.example)",
  "<ftp://evil.example>",
];

for (const link of LINKS) {
  Deno.test(`${link} does not become a link`, () => {
    assert.doesNotMatch(quoted(link), /:\/\/|www\.|\w\.\w|\]\(|(?<!\\)</);
  });
}

Deno.test("an e-mail address is spelled, since renderers link escaped ones too", () => {
  assert.doesNotMatch(quoted("owner@example.com"), /@/);
});

Deno.test("a plain name stays readable", () => {
  assert.equal(quoted("Söhne & Co (EU)"), "“Söhne \\& Co \\(EU\\)”");
});

Deno.test("a section without lines is left out", () => {
  const lines = documentOf("Title", "In short.", [{ heading: "Empty", lines: [] }, {
    heading: "Full",
    lines: ["One"],
  }]);

  assert.deepEqual(lines, ["# Title", "", "In short.", "", "## Full", "", "- One"]);
});
