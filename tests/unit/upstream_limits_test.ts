import assert from "node:assert/strict";
import type { Customer } from "../../src/identity/caller.ts";
import { UpstreamLimits } from "../../src/cloudways/upstream_limits.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";

const CUSTOMER: Customer = { id: "a".repeat(64), credential: { kind: "access_token", token: "cw_EXAMPLE" } };

Deno.test("of two pauses the longer one counts, in any order", async () => {
  for (const seconds of [[60, 5], [5, 60]]) {
    const clock = new FakeClock();
    const limits = new UpstreamLimits(clock, () => true);
    for (const each of seconds) limits.pause(CUSTOMER, "server_list", each);

    await clock.advance(59_000);
    const before = limits.pausedSeconds(CUSTOMER, "server_list");
    await clock.advance(1_000);

    assert.equal(before, 1);
    assert.equal(limits.pausedSeconds(CUSTOMER, "server_list"), 0);
  }
});

Deno.test("the figures of a later answer do not end a pause", () => {
  const limits = new UpstreamLimits(new FakeClock(), () => true);
  limits.pause(CUSTOMER, "server_list", 60);

  limits.seen(CUSTOMER, "server_list", new Headers({ "x-ratelimit-limit": "90", "x-ratelimit-remaining": "89" }));

  assert.equal(limits.pausedSeconds(CUSTOMER, "server_list"), 60);
});
