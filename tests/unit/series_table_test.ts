import assert from "node:assert/strict";
import { ROUTE, word } from "../../src/telemetry/labels.ts";
import { SeriesTable } from "../../src/telemetry/series_table.ts";

Deno.test("the same values find the same series, and others another one", () => {
  const table = new SeriesTable([word("tool"), word("outcome")], () => ({ count: 0 }));

  const first = table.at(["ping", "ok"]);

  assert.equal(table.at(["ping", "ok"]), first);
  assert.notEqual(table.at(["ping", "not_found"]), first);
  assert.notEqual(table.at(["ok", "ping"]), first);
  assert.equal(table.all.length, 3);
});

Deno.test("a value of another form counts as other, and never becomes a label", () => {
  const table = new SeriesTable([ROUTE], () => ({ count: 0 }));

  for (const value of ["/approve/0a1b2c3d", "someone@example.com", "", "/x y"]) table.at([value]).count++;

  assert.deepEqual(table.all.map(({ labels, cell }) => [labels, cell.count]), [[
    [{ name: "route", value: "other" }],
    4,
  ]]);
});

Deno.test("a value that has no room counts as other, and finds that series again", () => {
  const table = new SeriesTable([word("tool")], () => ({ count: 0 }));

  for (let i = 0; i < 5_000; i++) table.at([`tool_${i}`]).count++;

  assert.equal(table.all.length, 301);
  assert.equal(table.at(["other"]).count, 4_700);
});
