import assert from "node:assert/strict";
import { parseTraceparent } from "../../src/telemetry/traceparent.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

Deno.test("a traceparent tells trace, span, and whether it is sampled", () => {
  assert.deepEqual(parseTraceparent(`00-${TRACE}-${SPAN}-01`), { traceId: TRACE, spanId: SPAN, traceFlags: 1 });
  assert.deepEqual(parseTraceparent(`00-${TRACE}-${SPAN}-fe`), { traceId: TRACE, spanId: SPAN, traceFlags: 0 });
});

for (
  const given of [
    undefined,
    null,
    7,
    {},
    "",
    `00-${TRACE}-${SPAN}-01 `,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `01-${TRACE}-${SPAN}-01`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE}-${SPAN}-0g`,
    `00-${TRACE}-${SPAN}-01`.repeat(100_000),
  ]
) {
  Deno.test(`${JSON.stringify(given)?.slice(0, 70)} is no traceparent`, () => {
    assert.equal(parseTraceparent(given), undefined);
  });
}
