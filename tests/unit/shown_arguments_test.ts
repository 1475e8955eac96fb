import assert from "node:assert/strict";
import { recordedArguments } from "../../src/calls/shown_arguments.ts";
import { type DeclaredInputs, readDeclaration } from "../../src/confirm/declared_input.ts";

const NONE: DeclaredInputs = new Map();

Deno.test("arguments that are not recorded are not read, however many there are", () => {
  const looked: string[] = [];
  const watched = (name: string) => ({
    get inside() {
      looked.push(name);
      return "text";
    },
  });
  const list = Array.from({ length: 30 }, (_, index) => watched(`item ${index}`));
  const members = Object.fromEntries(list.map((_, index) => [`member_${index}`, watched(`member ${index}`)]));

  const recorded = recordedArguments({ list, members }, NONE, []);

  assert.deepEqual(recorded, {
    list: [...Array.from({ length: 20 }, () => ({ inside: "text" })), "… 10 more"],
    members: Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`member_${index}`, { inside: "text" }])),
  });
  assert.equal(looked.length, 40);
});

Deno.test("a secret at the cut of a text is completely hidden", () => {
  const recorded = recordedArguments({ text: `${"a ".repeat(98)}EXAMPLE-SECRET` }, NONE, ["EXAMPLE-SECRET"]);

  assert.deepEqual(recorded, { text: `${"a ".repeat(98)}[hi…` });
});

Deno.test("an input declared as a secret is not recorded, whatever its name", () => {
  const declared: DeclaredInputs = new Map([["word", readDeclaration({ secret: true })]]);

  const recorded = recordedArguments({ word: "open sesame", other: "open sesame" }, declared, []);
  const absent = recordedArguments({ other: "open sesame" }, declared, []);

  assert.deepEqual(recorded, { word: "[hidden]", other: "open sesame" });
  assert.deepEqual(absent, { other: "open sesame" });
});
