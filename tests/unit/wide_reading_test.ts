import assert from "node:assert/strict";
import { ToolError } from "../../src/errors.ts";
import {
  type Reading,
  type ReadingContext,
  WideReading,
  type WideReadingLimits,
} from "../../src/tools/define/wide_reading.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";

const LONG = 3600_000;

interface Now {
  capacity?: number;
  remaining?: number;
  atCloudways?: { operation: string; remaining: number; secondsAgo?: number }[];
}

/** What a reading looks at of an account. */
function contextWith({ capacity = 90, remaining = capacity, atCloudways = [] }: Now, clock: FakeClock): ReadingContext {
  const limits = atCloudways.map(({ operation, remaining, secondsAgo = 0 }) => ({
    operation,
    limit: 100,
    remaining,
    seenAt: clock.now() - secondsAgo * 1000,
    pausedUntil: 0,
  }));
  const client = {
    bucketLimit: { capacity, windowSeconds: 60 },
    bucket: () => Promise.resolve({ allowed: true, remaining, retryAfterSeconds: 0 }),
    upstreamLimits: () => limits,
  };
  const customer = { kind: "customer", id: "a".repeat(64), credential: { kind: "access_token", token: "t" } } as const;
  return { account: { customer, client }, clock };
}

async function begin(now: Now, limits: Partial<WideReadingLimits> = {}, clock = new FakeClock()) {
  return await WideReading.begin(contextWith(now, clock), { requests: 30, ms: LONG, ...limits });
}

/** Asks for so many parts of one request each; how many were read. */
async function readsOf(reading: WideReading, parts: number, operation = "services"): Promise<number> {
  const all = await Promise.all(
    Array.from({ length: parts }, () => reading.read({ operations: [operation] }, () => Promise.resolve("read"))),
  );
  return all.filter(({ read }) => read).length;
}

const reasonOf = (reading: Reading<unknown>) => reading.read ? undefined : reading.reason;

Deno.test("a reading uses at most a third of the customer's bucket, what is left in it, and its own limit", async () => {
  assert.equal(await readsOf(await begin({ capacity: 60 }), 40), 20);
  assert.equal(await readsOf(await begin({ capacity: 90, remaining: 7 }), 40), 7);
  assert.equal(await readsOf(await begin({ capacity: 900 }), 40), 30);
});

Deno.test("a reading uses at most a third of what Cloudways said lately of an operation", async () => {
  const atCloudways = [
    { operation: "services", remaining: 10 },
    { operation: "graphs", remaining: 0, secondsAgo: 120 },
  ];
  const reading = await begin({ atCloudways });

  assert.equal(await readsOf(reading, 5), 3);
  assert.equal(await readsOf(reading, 5, "graphs"), 5);
  assert.equal(reading.requests, 8);
});

Deno.test("a part of several requests is read whole or not at all", async () => {
  const reading = await begin({ remaining: 3 });
  const two = { operations: ["services", "graphs"] };

  assert.equal(reasonOf(await reading.read(two, () => Promise.resolve(1))), undefined);
  assert.equal(reasonOf(await reading.read(two, () => assert.fail("it has no allowance"))), "allowance");
  assert.equal(await readsOf(reading, 2), 1);
});

Deno.test("a part that Cloudways refuses is named with its code, and the others are read", async () => {
  const reading = await begin({});
  const refused = await reading.read({ operations: ["services"] }, () => {
    throw new ToolError("forbidden", "no right");
  });

  assert.deepEqual(refused, { read: false, reason: "forbidden", message: "no right" });
  assert.equal(await readsOf(reading, 2), 2);
});

Deno.test("an error of the program is not taken for a refusal", async () => {
  const reading = await begin({});

  await assert.rejects(reading.read({ operations: ["services"] }, () => Promise.reject(new TypeError("x"))), TypeError);
});

Deno.test("a part that is not there at the deadline is named, and none is begun after it", async () => {
  const clock = new FakeClock();
  const reading = await begin({}, { ms: 5 }, clock);

  const late = await reading.read({ operations: ["services"] }, () => new Promise<never>(() => {}));
  await clock.advance(5);
  const after = await reading.read({ operations: ["services"] }, () => assert.fail("the time is up"));

  assert.equal(reasonOf(late), "deadline");
  assert.equal(reasonOf(after), "deadline");
});

Deno.test("work on one server is begun one after the other, on two servers at the same time", async () => {
  const reading = await begin({});
  const running = new Map<number, number>();
  const most = new Map<number, number>();
  let together = 0;
  const work = (server: number) => async () => {
    const now = (running.get(server) ?? 0) + 1;
    running.set(server, now);
    most.set(server, Math.max(now, most.get(server) ?? 0));
    together = Math.max(together, [...running.values()].reduce((sum, one) => sum + one, 0));
    await new Promise((resolve) => setTimeout(resolve));
    running.set(server, now - 1);
  };

  await Promise.all(
    [1, 1, 2, 2].map((server) => reading.read({ operations: ["report"], busyServer: server }, work(server))),
  );

  assert.deepEqual([...most.values()], [1, 1]);
  assert.equal(together, 2);
});

for (const code of ["rate_limited", "upstream_rate_limited"] as const) {
  Deno.test(`without a limit on requests, a part that was refused as ${code} is tried again when it may be`, async () => {
    const clock = new FakeClock();
    const reading = await begin({ remaining: 0 }, { requests: undefined }, clock);
    let tries = 0;
    const part = reading.read({ operations: ["services"] }, () => {
      tries++;
      if (tries === 1) throw new ToolError(code, "refused", { retryAfter: 2 });
      return Promise.resolve("read");
    });

    assert.equal(reasonOf(await clock.runUntil(part)), undefined);
    assert.equal(tries, 2);
  });
}

Deno.test("with a limit on requests, an empty bucket is not waited for", async () => {
  const reading = await begin({});
  const part = await reading.read({ operations: ["services"] }, () => {
    throw new ToolError("rate_limited", "empty", { retryAfter: 2 });
  });

  assert.equal(reasonOf(part), "rate_limited");
});
