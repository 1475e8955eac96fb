import assert from "node:assert/strict";
import { isoTimesIn } from "../../src/cloudways/times.ts";

/** Names and values of records, and the resulting values. */
const ROWS: readonly [string, unknown, unknown][] = [
  ["created_at", "2026-08-06 10:00:00", "2026-08-06T10:00:00Z"],
  ["createdAt", "2026-08-06T10:00:00", "2026-08-06T10:00:00Z"],
  ["added_on", "2026-08-06 10:00:00", "2026-08-06T10:00:00Z"],
  ["last_run_time", "2026-08-06 10:00:00.123", "2026-08-06T10:00:00Z"],
  ["Expiry Date", "2026-08-06 10:00:00", "2026-08-06T10:00:00Z"],
  ["until", "2026-08-06 10:00:00 +0200", "2026-08-06T10:00:00+02:00"],
  ["date", "2026-08-06", "2026-08-06"],
  ["from", "0000-00-00 00:00:00", null],
  ["expires", "", null],
  ["renewed_at", 1786000000, "2026-08-06T07:06:40.000Z"],
  ["renewed_at", "1786000000", "2026-08-06T07:06:40.000Z"],
  ["created", 1786000000, "2026-08-06T07:06:40.000Z"],
  ["max_input_time", "60", "60"],
  ["at", null, null],
  ["from", "shop@example.com", "shop@example.com"],
  ["label", "2026-08-06 10:00:00", "2026-08-06 10:00:00"],
  ["restore_point", "2026-08-06 10:00:00", "2026-08-06 10:00:00"],
  ["format", "2026-08-06 10:00:00", "2026-08-06 10:00:00"],
];

Deno.test("a time under a name of a time gets its zone, at any depth, and nothing else changes", () => {
  for (const [name, value, expected] of ROWS) {
    assert.deepEqual(isoTimesIn({ [name]: value }), { [name]: expected }, name);
    assert.deepEqual(isoTimesIn([{ a: [{ [name]: value }] }]), [{ a: [{ [name]: expected }] }], name);
  }
});
