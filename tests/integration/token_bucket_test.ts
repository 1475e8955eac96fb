import assert from "node:assert/strict";
import fc from "fast-check";
import type { Clock } from "../../src/async/clock.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { RedisStore } from "../../src/store/redis/adapter.ts";
import { type BucketLimit, formatStoreKey, type Store, type StoreKey } from "../../src/store/store.ts";
import { TAKE_TOKENS_LUA } from "../../src/store/redis/take_tokens.lua.ts";
import { MAX_PARTS, takeFromBucket } from "../../src/store/token_bucket.ts";
import { rawClient, redisOfFile } from "../support/redis_server.ts";
import { until } from "../support/until.ts";

const emptyRedis = redisOfFile();

const KEY: StoreKey = { purpose: "bucket", customer: "a".repeat(64) };
const START = Date.UTC(2026, 10, 20, 12);

/** One step of a history: after (or before) a part of the window a caller asks for a part of the capacity. */
interface Step {
  /** Thousandths of the window. */
  later: number;
  laterMs: number;
  /** Hundredths of the capacity. */
  cost: number;
}

const limits: fc.Arbitrary<BucketLimit> = fc.record({
  capacity: fc.integer({ min: 1, max: 1000 }),
  windowSeconds: fc.oneof(fc.integer({ min: 1, max: 86_400 }), fc.constantFrom(0.001, 0.007, 0.5)),
});

/** Histories in which time goes on, or with `back` also steps back. */
function steps({ back }: { back: boolean }): fc.Arbitrary<Step[]> {
  const step = fc.record({
    later: fc.oneof(fc.constant(0), fc.integer({ min: back ? -200 : 0, max: 300 })),
    laterMs: fc.integer({ min: back ? -3 : 0, max: 3 }),
    cost: fc.oneof(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 100 })),
  });
  return fc.array(step, { maxLength: 30 });
}

/** A step in milliseconds and tokens. */
function scale({ later, laterMs, cost }: Step, { capacity, windowSeconds }: BucketLimit) {
  return { laterMs: Math.round(later * windowSeconds) + laterMs, cost: Math.round(cost * capacity / 100) };
}

/** The tokens a bucket may give at most between two times, the full bucket at the beginning included. */
function ceiling({ capacity, windowSeconds }: BucketLimit, elapsedMs: number): number {
  return capacity + Math.floor(capacity * elapsedMs / (windowSeconds * 1000));
}

interface Subject extends AsyncDisposable {
  peers: Store[];
  now(): Promise<number>;
}

/** Every reading of this clock is a millisecond after the one before. */
async function memorySubject(): Promise<Subject> {
  let now = START;
  const clock: Clock = {
    now: () => now++,
    monotonic: () => now++,
    sleep: () => Promise.reject(new Error("nobody sleeps here")),
  };
  const store = await Promise.resolve(new MemoryStore({ clock }));
  return { peers: [store], now: () => Promise.resolve(now), [Symbol.asyncDispose]: () => store.close() };
}

async function redisSubject(): Promise<Subject> {
  const server = await emptyRedis();
  const redis = rawClient(server);
  const peers = await Promise.all([1, 2, 3].map(() => RedisStore.connect(server.url, { poolSize: 100 })));
  return {
    peers,
    async now() {
      const [seconds, microseconds] = await redis.time();
      return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([redis.quit(), ...peers.map((peer) => peer.close())]);
    },
  };
}

function bucketSuite(name: string, makeSubject: () => Promise<Subject>): void {
  Deno.test(`${name}: of a hundred concurrent callers exactly as many as the bucket holds get a token`, async () => {
    await using subject = await makeSubject();
    const limit = { capacity: 10, windowSeconds: 86_400 };

    const answers = await Promise.all(Array.from({ length: 100 }, (_, caller) => {
      return subject.peers[caller % subject.peers.length]?.takeTokens(KEY, limit, 1);
    }));

    const allowed = answers.filter((answer) => answer?.allowed);
    assert.equal(allowed.length, 10);
    assert.deepEqual(allowed.map((answer) => answer?.remaining).sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  Deno.test(`${name}: concurrent callers never get more than capacity and refill`, async () => {
    await using subject = await makeSubject();
    let run = 0;
    const bursts = fc.array(fc.array(fc.nat(3), { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 5 });
    const fastLimits = fc.record({
      capacity: fc.integer({ min: 3, max: 50 }),
      windowSeconds: fc.constantFrom(0.02, 0.3, 10),
    });

    await fc.assert(
      fc.asyncProperty(fastLimits, bursts, async (limit, all) => {
        const key = { ...KEY, name: `${run++}` };
        const begin = await subject.now();
        let given = 0;

        for (const burst of all) {
          await Promise.all(burst.map(async (cost, caller) => {
            const answer = await subject.peers[caller % subject.peers.length]?.takeTokens(key, limit, cost);
            if (answer?.allowed) given += cost;
          }));
        }

        assert.ok(given <= ceiling(limit, await subject.now() - begin));
      }),
      { numRuns: 50 },
    );
  });

  Deno.test(`${name}: an empty bucket refills, and says when`, async () => {
    await using subject = await makeSubject();
    const [store] = subject.peers;
    assert.ok(store);
    const limit = { capacity: 20, windowSeconds: 2 };
    await store.takeTokens(KEY, limit, 20);

    const refused = await store.takeTokens(KEY, limit, 5);

    assert.equal(refused.allowed, false);
    assert.ok(refused.retryAfterSeconds > 0 && refused.retryAfterSeconds <= 0.5);
    await until(async () => (await store.takeTokens(KEY, limit, 5)).allowed);
  });

  Deno.test(`${name}: looking takes nothing`, async () => {
    await using subject = await makeSubject();
    const [store] = subject.peers;
    assert.ok(store);
    const limit = { capacity: 5, windowSeconds: 86_400 };

    assert.deepEqual(await store.takeTokens(KEY, limit, 0), { allowed: true, remaining: 5, retryAfterSeconds: 0 });
    assert.equal(await store.get(KEY), undefined);
    await store.takeTokens(KEY, limit, 2);
    await store.takeTokens(KEY, limit, 0);
    assert.deepEqual(await store.takeTokens(KEY, limit, 0), { allowed: true, remaining: 3, retryAfterSeconds: 0 });
  });

  Deno.test(`${name}: an invalid cost, capacity or window is an error of the caller`, async () => {
    await using subject = await makeSubject();
    const [store] = subject.peers;
    assert.ok(store);
    const limit = { capacity: 5, windowSeconds: 60 };

    for (const cost of [6, -1, 0.5, NaN]) await assert.rejects(store.takeTokens(KEY, limit, cost), RangeError);
    for (const capacity of [0, -1, 1.5, Infinity]) {
      await assert.rejects(store.takeTokens(KEY, { ...limit, capacity }, 0), RangeError);
    }
    for (const windowSeconds of [0, -1, 0.0001, NaN]) {
      await assert.rejects(store.takeTokens(KEY, { ...limit, windowSeconds }, 0), RangeError);
    }
    await assert.rejects(store.takeTokens(KEY, { capacity: MAX_PARTS, windowSeconds: 1 }, 0), RangeError);
  });
}

bucketSuite("embedded store", memorySubject);
bucketSuite("Redis", redisSubject);

/** Runs a history through the arithmetic alone. Returns what was given, and when. */
function play(limit: BucketLimit, history: Step[], visit: (at: number, given: number) => void): void {
  let entry: string | undefined;
  let now = START;
  for (const step of history) {
    const { laterMs, cost } = scale(step, limit);
    now += laterMs;
    const { answer, write } = takeFromBucket(entry, limit, cost, now);
    entry = write?.entry ?? entry;
    visit(now, answer.allowed ? cost : 0);
  }
}

Deno.test("no stretch of a history gives more than capacity and refill", () => {
  fc.assert(fc.property(limits, steps({ back: false }), (limit, history) => {
    const taken: { at: number; given: number }[] = [];

    play(limit, history, (at, given) => taken.push({ at, given }));

    for (const [from, first] of taken.entries()) {
      let given = 0;
      for (const step of taken.slice(from)) {
        given += step.given;
        assert.ok(given <= ceiling(limit, step.at - first.at));
      }
    }
  }));
});

Deno.test("a clock that steps back and forth gives no more than one that only reached its latest time", () => {
  fc.assert(fc.property(limits, steps({ back: true }), (limit, history) => {
    let given = 0;
    let earliest = Infinity;
    let latest = -Infinity;

    play(limit, history, (at, part) => {
      given += part;
      earliest = Math.min(earliest, at);
      latest = Math.max(latest, at);
    });

    if (history.length > 0) assert.ok(given <= ceiling(limit, latest - earliest));
  }));
});

Deno.test("a refused caller succeeds after exactly the returned wait, and not a millisecond before", () => {
  fc.assert(fc.property(limits, steps({ back: true }), fc.nat(1000), (limit, history, wanted) => {
    let entry: string | undefined;
    let now = START;
    for (const step of history) {
      const { laterMs, cost } = scale(step, limit);
      now += laterMs;
      entry = takeFromBucket(entry, limit, cost, now).write?.entry ?? entry;
    }
    const cost = Math.min(limit.capacity, wanted);

    const { answer } = takeFromBucket(entry, limit, cost, now);

    const waitMs = Math.round(answer.retryAfterSeconds * 1000);
    assert.equal(answer.allowed, waitMs === 0);
    assert.equal(takeFromBucket(entry, limit, cost, now + waitMs).answer.allowed, true);
    if (waitMs > 0) assert.equal(takeFromBucket(entry, limit, cost, now + waitMs - 1).answer.allowed, false);
  }));
});

Deno.test("an expired entry means the same as no entry", () => {
  fc.assert(fc.property(limits, steps({ back: true }), (limit, history) => {
    let entry: string | undefined;
    let now = START;

    for (const step of history) {
      const { laterMs, cost } = scale(step, limit);
      now += laterMs;
      const { write } = takeFromBucket(entry, limit, cost, now);
      entry = write?.entry ?? entry;

      if (write !== undefined) {
        const look = (at: number) => takeFromBucket(write.entry, limit, 0, at).answer.remaining;
        assert.equal(look(now + write.fullInMs), limit.capacity);
        assert.ok(look(now + write.fullInMs - 1) < limit.capacity);
      }
    }
  }));
});

Deno.test("a smaller capacity clamps what is left, and a larger one adds nothing at once", () => {
  const { write } = takeFromBucket(undefined, { capacity: 100, windowSeconds: 60 }, 10, START);

  const smaller = takeFromBucket(write?.entry, { capacity: 20, windowSeconds: 60 }, 0, START);
  const larger = takeFromBucket(write?.entry, { capacity: 200, windowSeconds: 60 }, 0, START);

  assert.equal(smaller.answer.remaining, 20);
  assert.equal(larger.answer.remaining, 90);
});

Deno.test("a changed window keeps the tokens that are left", () => {
  const { write } = takeFromBucket(undefined, { capacity: 100, windowSeconds: 60 }, 10, START);

  const { answer } = takeFromBucket(write?.entry, { capacity: 100, windowSeconds: 3600 }, 0, START);

  assert.equal(answer.remaining, 90);
});

Deno.test("the script on Redis and the arithmetic here give the same answers and the same entries", async () => {
  const server = await emptyRedis();
  await using redis = rawClient(server);
  let run = 0;
  const twoLimits = fc.tuple(limits, limits);

  await fc.assert(fc.asyncProperty(twoLimits, steps({ back: true }), async ([before, after], history) => {
    const key = `bucket-${run++}`;
    let entry: string | undefined;
    let now = START;
    for (const [index, step] of history.entries()) {
      const limit = index < history.length / 2 ? before : after;
      const { laterMs, cost } = scale(step, limit);
      now += laterMs;
      const windowMs = Math.round(limit.windowSeconds * 1000);

      const { answer, write } = takeFromBucket(entry, limit, cost, now);
      entry = write?.entry ?? entry;
      // The entry's TTL runs on the real clock, the history does not: PERSIST keeps the entry for the next step.
      const replies = await redis.multi()
        .eval(TAKE_TOKENS_LUA, 1, key, limit.capacity, windowMs, cost, now)
        .get(key).pttl(key).persist(key)
        .exec();

      const [script, stored, ttl] = (replies ?? []).map(([error, reply]) => error ?? reply);
      const waitMs = Math.round(answer.retryAfterSeconds * 1000);
      assert.deepEqual(script, [answer.allowed ? 1 : 0, answer.remaining, waitMs]);
      assert.equal(stored ?? undefined, entry);
      if (write !== undefined) {
        const expected = Math.max(1000, write.fullInMs);
        assert.ok(typeof ttl === "number" && ttl <= expected && ttl > expected - 1000);
      }
    }
  }));
});

Deno.test("a bucket whose key holds foreign data becomes one bucket again, for every replica", async () => {
  const server = await emptyRedis();
  await using one = await RedisStore.connect(server.url, { poolSize: 5 });
  await using two = await RedisStore.connect(server.url, { poolSize: 5 });
  await using redis = rawClient(server);
  const limit = { capacity: 2, windowSeconds: 86_400 };
  await redis.rpush(formatStoreKey(KEY), "not ours");

  const answers = [];
  for (const store of [one, two, one]) answers.push(await store.takeTokens(KEY, limit, 1));

  assert.deepEqual(answers.map(({ allowed }) => allowed), [true, true, false]);
  assert.equal(await redis.type(formatStoreKey(KEY)), "string");
  assert.ok(await redis.pttl(formatStoreKey(KEY)) > 0);
});
