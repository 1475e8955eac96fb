import assert from "node:assert/strict";
import { elicitParamsOf, hear, inputRequestOf } from "../../src/confirm/elicitation.ts";
import { isTyped, textToType } from "../../src/confirm/typed_label.ts";

/** The text to type for a label; the id is 7. */
const LABELS: [label: string, typed: string][] = [
  ["Shop", "Shop"],
  ["Blumenläden Köln", "Blumenläden Köln"],
  ["магазин", "магазин"],
  ["🌷 Tulips", "🌷 Tulips"],
  ["x".repeat(60), "x".repeat(60)],
  ["x".repeat(61), "7"],
  ["", "7"],
  [" ", "7"],
  [" Shop", "7"],
  ["two  spaces", "7"],
  ["line\nbreak", "7"],
  ["zero\u200Bwidth", "7"],
  ["left\u202Eright", "7"],
  ["tick`s", "7"],
  ["https://example.com", "7"],
  ["password=hunter2hunter2", "7"],
  ["my-caller-secret", "7"],
];

for (const [label, typed] of LABELS) {
  Deno.test(`the label ${JSON.stringify(label.slice(0, 30))} is approved by typing ${typed.slice(0, 30)}`, () => {
    assert.equal(textToType({ label, id: 7 }, ["my-caller-secret"]), typed);
  });
}

Deno.test("outer spaces and the encoding of accents don't count, everything else does", () => {
  for (const typed of ["Blumenläden", " Blumenläden\n", "Blumenla\u0308den"]) {
    assert.ok(isTyped(typed, "Blumenläden"), typed);
  }
  for (const typed of ["", "blumenläden", "Blumenladen", "Blumen läden", "“Blumenläden”", "7"]) {
    assert.equal(isTyped(typed, "Blumenläden"), false, typed);
  }
});

Deno.test("a yes in a form needs the label, a no does not", () => {
  const say = (content: unknown, afterMs = 1_000, action = "accept") =>
    hear({ action, content }, "form", afterMs, "Shop");

  assert.equal(say({ approve: true, label: " Shop " }, 0), "yes");
  assert.equal(say({ approve: true, label: "shop" }), "wrong_label");
  assert.equal(say({ approve: true, label: "" }), "wrong_label");
  for (const label of [undefined, null, true, 7, ["Shop"]]) assert.equal(say({ approve: true, label }), "nobody");
  assert.equal(say({ approve: false, label: "Shop" }), "no");
  assert.equal(say({ approve: false }), "no");
  assert.equal(say({ approve: "true", label: "Shop" }), "nobody");
  assert.equal(say({ label: "Shop" }), "nobody");
  assert.equal(say({ approve: true, label: "Shop" }, 1_000, "decline"), "no");
  assert.equal(say({ approve: true, label: "Shop" }, 1_000, "cancel"), "nobody");
});

Deno.test("the forms of both eras require a label if there is one, and have no field for it otherwise", () => {
  const schemas = (label: "first" | "again" | undefined) => {
    const question = { message: "m", state: "s", ...(label !== undefined && { label }) };
    return [elicitParamsOf(question, "2025-06-18"), Object(inputRequestOf(question)).params].map(
      ({ requestedSchema: { properties, required } }) => [Object.keys(properties), required],
    );
  };

  assert.deepEqual(schemas(undefined), Array(2).fill([["approve"], ["approve"]]));
  for (const label of ["first", "again"] as const) {
    assert.deepEqual(schemas(label), Array(2).fill([["approve", "label"], ["approve", "label"]]));
  }
});
