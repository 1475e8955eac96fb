import assert from "node:assert/strict";
import { looseNumber } from "../../src/cloudways/models.ts";

Deno.test("a figure is a number, also given as text", () => {
  for (const [given, figure] of [[0, 0], [25554.2, 25554.2], ["25554.2", 25554.2], [" 7 ", 7], ["-1", -1]]) {
    assert.equal(looseNumber.parse(given), figure);
  }
});

Deno.test("anything but a figure is null, never 0", () => {
  for (const given of [undefined, null, "", " ", "n/a", "12%", true, [], [7], {}, NaN, Infinity, "Infinity"]) {
    assert.equal(looseNumber.parse(given), null, JSON.stringify(given));
  }
});
