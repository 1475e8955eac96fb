/** The rules of a diagnosis, without a server. */
import assert from "node:assert/strict";
import type { Cause } from "../../src/tools/basic/diagnosis/causes.ts";
import type { Facts } from "../../src/tools/basic/diagnosis/facts.ts";
import { fallOf, type Line, risesOf } from "../../src/tools/basic/diagnosis/graph_lines.ts";
import { MAX_CHARACTERS, shortened } from "../../src/tools/basic/diagnosis/shortened.ts";
import { spanOf } from "../../src/tools/basic/diagnosis/span.ts";
import { COUNTS, figureOf, rowsOf } from "../../src/tools/basic/diagnosis/table_rows.ts";
import { trafficCauses } from "../../src/tools/basic/diagnosis/traffic_causes.ts";
import { appRecord, serverRecord } from "../../src/cloudways/models.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const STEP = 300_000;
const span = spanOf(undefined, NOW);

/** A line whose newest value was measured one step ago. */
function line(...values: number[]): Line {
  const points = values.map((value, index) => ({ at: NOW - (values.length - index) * STEP, value }));
  const last = points.at(-1);
  assert.ok(last !== undefined);
  return { target: "Idle CPU", points, last, stepMs: STEP };
}

const minutesAgo = (minutes: number) => NOW - minutes * 60_000;

Deno.test("a figure fell when it was first below its threshold for good", () => {
  const fall = fallOf(line(70, 80, 60, 10, 5, 6), 15, span);

  assert.deepEqual(fall, { mean: 7, before: 70, since: minutesAgo(15) });
});

Deno.test("one value that is not below does not end a fall, two do", () => {
  assert.equal(fallOf(line(70, 80, 10, 5, 16, 5, 6), 15, span)?.since, minutesAgo(25));
  assert.equal(fallOf(line(70, 80, 10, 16, 16, 5, 6, 5), 15, span)?.since, minutesAgo(15));
});

Deno.test("since when is not known of a figure that was always below, and nothing is told of one that is not", () => {
  assert.equal(fallOf(line(5, 5, 5, 5), 15, span)?.since, undefined);
  assert.equal(fallOf(line(5, 5, 90, 90, 90), 15, span), undefined);
  assert.equal(fallOf(line(90, 90, 90, 15, 15, 15), 15, span), undefined);
});

Deno.test("a figure that was low all the time since, but for now, still counts", () => {
  const began = spanOf("2026-11-20T11:00:00Z", NOW);
  const values = [...Array.from({ length: 12 }, () => 90), ...Array.from({ length: 9 }, () => 1), 20, 20, 20];

  assert.equal(fallOf(line(...values), 15, began)?.before, 90);
});

Deno.test("a count rises by one or more", () => {
  assert.deepEqual(risesOf(line(0, 0.9, 0, 1, 1, 3)).map(({ value }) => value), [1, 3]);
  assert.deepEqual(risesOf(line(2, 2, 2)), []);
});

Deno.test("rows are read whatever the columns are called, and what is no row is left out", () => {
  const report = { created_at: "x", top: { rows: [{ Page: "/a", Hits: "7" }, "odd", null, { Id: "1", Query: "q" }] } };

  const rows = rowsOf(report);

  assert.deepEqual(rows.map((row) => [row.label, figureOf(row, COUNTS)]), [["/a", 7], ["q", 0]]);
  assert.deepEqual(rowsOf({}), []);
  assert.deepEqual(rowsOf({ result: "text" }), []);
});

const row = (label: string, count: number) => ({ label, figures: new Map([["count", count]]) });

function trafficOf(readings: Partial<Facts>): Cause[] {
  const app = appRecord.parse({ id: 1 });
  const server = serverRecord.parse({ id: 2, status: "running" });
  return trafficCauses({ found: { app, server }, span, readAt: {}, ...readings });
}

Deno.test("traffic of one address counts by its share and its rate together", () => {
  const kinds = (count: number, all: number) =>
    trafficOf({ addresses: [row("198.51.100.7", count)], statuses: [row("200", all)] }).map(({ kind }) => kind);

  assert.deepEqual(kinds(1200, 3000), ["one_address"]);
  assert.deepEqual(kinds(1199, 1199), []);
  assert.deepEqual(kinds(1200, 3001), []);
});

Deno.test("traffic of one bot and one path counts by share and rate together", () => {
  const bot = (count: number, all: number) =>
    trafficOf({ bots: [row("b", count)], statuses: [row("200", all)] }).length;
  const path = (count: number, all: number) =>
    trafficOf({ paths: [row("/blog/xmlrpc.php?x=1", count)], statuses: [row("200", all)] }).length;

  assert.deepEqual([bot(600, 2000), bot(599, 599), bot(600, 2001)], [1, 0, 0]);
  assert.deepEqual([path(600, 3000), path(599, 599), path(600, 3001)], [1, 0, 0]);
});

Deno.test("few errors are no cause, however large their share", () => {
  const errors = (...rows: [string, number][]) =>
    trafficOf({ statuses: rows.map(([status, count]) => row(status, count)) }).map(({ kind }) => kind);

  assert.deepEqual(errors(["500", 19]), []);
  assert.deepEqual(errors(["500", 20]), ["server_errors"]);
  assert.deepEqual(errors(["404", 500], ["200", 10]), []);
});

Deno.test("an answer that is too long loses figures first, then the least sure causes", () => {
  const text = "x".repeat(3_000);
  const causes = [1, 2, 3].map((sure) => ({ sure, text }));

  const short = shortened({ figures: { a: text, b: text }, causes, kept: text });
  const shorter = shortened({ figures: { a: text }, causes: [...causes, ...causes], kept: text });

  assert.deepEqual([Object.keys(short.figures), short.causes.length], [[], 2]);
  assert.deepEqual([Object.keys(shorter.figures), shorter.causes.length], [[], 2]);
  for (const answer of [short, shorter]) assert.ok(JSON.stringify(answer).length <= MAX_CHARACTERS);
});
