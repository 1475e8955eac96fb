import assert from "node:assert/strict";
import fc from "fast-check";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { RedisStore } from "../../src/store/redis/adapter.ts";
import {
  type AppendOptions,
  type Channel,
  formatChannel,
  formatStoreKey,
  HEAD_BYTES,
  type ListHead,
  type Store,
  StoreError,
  type StoreKey,
} from "../../src/store/store.ts";
import { rawClient, redisOfFile, startRedis } from "../support/redis_server.ts";
import { startScriptedRedis } from "../support/scripted_redis.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";
import { until } from "../support/until.ts";
import { within } from "../support/within.ts";

const emptyRedis = redisOfFile();

/** One store for one test. */
interface Subject extends AsyncDisposable {
  store: Store;
  /** Stores that share their state with `store`, as replicas do; `store` is one of them. */
  peers: Store[];
  /** Lets a little time pass, if time does not pass by itself. */
  pass(): Promise<void>;
}

const KEY: StoreKey = { purpose: "lock", customer: "a".repeat(64), name: "server-1" };
const LIST: StoreKey = { purpose: "audit", customer: "a".repeat(64) };
const CHANNEL: Channel = { kind: "answer", customer: "a".repeat(64), name: "nonce.question" };
const DAY_MS = 86_400_000;

async function memorySubject(): Promise<Subject> {
  const clock = new FakeClock();
  const store = await Promise.resolve(new MemoryStore({ clock }));
  return {
    store,
    peers: [store],
    pass: () => clock.advance(100),
    [Symbol.asyncDispose]: () => store.close(),
  };
}

async function redisSubject(user = ""): Promise<Subject> {
  const server = await emptyRedis();
  const url = server.url.replace("redis://", `redis://${user}`);
  const peers = await Promise.all([1, 2, 3, 4].map(() => RedisStore.connect(url, { poolSize: 50 })));
  const [store] = peers;
  assert.ok(store);
  return {
    store,
    peers,
    pass: () => Promise.resolve(),
    async [Symbol.asyncDispose]() {
      await Promise.all(peers.map((peer) => peer.close()));
    },
  };
}

/** A user with exactly the rights that the documentation gives it. */
async function documentedUserSubject(): Promise<Subject> {
  const page = await Deno.readTextFile("docs/redis.md");
  const [, name = "", rules = ""] = /^ACL SETUSER (\w+) on >PASSWORD (~.*)$/m.exec(page) ?? [];
  await using raw = rawClient(await emptyRedis());
  await raw.acl("SETUSER", name, "reset", "on", `>${SECRET}`, ...rules.split(" "));
  return await redisSubject(`${name}:${SECRET}@`);
}

/** Fails after eight times as long as a command may take. */
function inBoundedTime<T>(work: Promise<T>): Promise<T> {
  return within(2_000, work, "a command goes on for longer than it may");
}

/** One of the peers after the other. */
function peerOf({ peers }: Subject, turn: number): Store {
  const peer = peers[turn % peers.length];
  assert.ok(peer);
  return peer;
}

/** Appends one entry after the other, and gives the newest. */
async function appendAll(
  store: Store,
  values: readonly string[],
  options: Partial<AppendOptions> = {},
): Promise<ListHead> {
  let { after } = options;
  for (const value of values) {
    const entry = { mark: `mark-${value}`, value };
    const { appended, head } = await store.append(LIST, entry, { keep: 10, ttlMs: DAY_MS, ...options, after });
    assert.ok(appended);
    after = head;
  }
  assert.ok(after);
  return after;
}

/** What holds for every store. */
function storeSuite(name: string, makeSubject: () => Promise<Subject>): void {
  const test = (sentence: string, body: (subject: Subject) => Promise<void>) =>
    Deno.test(`${name}: ${sentence}`, async () => {
      await using subject = await makeSubject();
      await body(subject);
    });

  test("an entry that was written is read, and one that was not is absent", async ({ store }) => {
    assert.equal(await store.set(KEY, "value", { ttlMs: DAY_MS }), true);

    assert.equal(await store.get(KEY), "value");
    assert.equal(await store.get({ ...KEY, name: "server-2" }), undefined);
    assert.equal(await store.get({ purpose: "lock", customer: KEY.customer }), undefined);
    assert.equal(await store.get({ ...KEY, customer: "shared" }), undefined);
    assert.equal(await store.get({ ...KEY, purpose: "token" }), undefined);
  });

  test("heads are the beginnings of entries in the order of the keys, and short entries whole", async ({ store }) => {
    const long: StoreKey = { ...KEY, name: "long" };
    const empty: StoreKey = { ...KEY, name: "empty" };
    const missing: StoreKey = { ...KEY, customer: "b".repeat(64) };
    await store.set(long, `${"x".repeat(HEAD_BYTES)}y`, { ttlMs: DAY_MS });
    await store.set(empty, "", { ttlMs: DAY_MS });
    await store.set(KEY, "value", { ttlMs: DAY_MS });

    const heads = await store.heads([long, missing, empty, KEY, KEY]);

    assert.deepEqual(heads, ["x".repeat(HEAD_BYTES), undefined, undefined, "value", "value"]);
    assert.deepEqual(await store.heads([]), []);
  });

  test("writing again replaces the value", async ({ store }) => {
    await store.set(KEY, "old", { ttlMs: DAY_MS });

    assert.equal(await store.set(KEY, "new", { ttlMs: DAY_MS }), true);

    assert.equal(await store.get(KEY), "new");
  });

  test("every peer sees what one of them wrote", async (subject) => {
    await subject.store.set(KEY, "value", { ttlMs: DAY_MS });

    const seen = await Promise.all(subject.peers.map((peer) => peer.get(KEY)));

    assert.deepEqual(new Set(seen), new Set(["value"]));
  });

  test("any text comes back as it was", async ({ store }) => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
      await store.set(KEY, text, { ttlMs: DAY_MS });

      assert.equal(await store.get(KEY), text);
      assert.equal(await store.deleteIfEquals(KEY, text), true);
    }));
  });

  test("a large text comes back as it was", async ({ store }) => {
    const text = "déjà vu 🐘\r\n".repeat(50_000);

    await store.set({ ...KEY, purpose: "listing" }, text, { ttlMs: DAY_MS });

    assert.equal(await store.get({ ...KEY, purpose: "listing" }), text);
  });

  for (const purpose of ["token", "lock"] as const) {
    test(`a ${purpose} is gone after its TTL`, async ({ store, pass }) => {
      await store.set({ ...KEY, purpose }, "short", { ttlMs: 50 });
      await store.set({ ...KEY, purpose, name: "other" }, "long", { ttlMs: DAY_MS });

      await until(async () => {
        await pass();
        return await store.get({ ...KEY, purpose }) === undefined;
      });

      assert.equal(await store.get({ ...KEY, purpose, name: "other" }), "long");
      assert.equal(await store.set({ ...KEY, purpose }, "new", { ttlMs: DAY_MS, ifAbsent: true }), true);
    });
  }

  test("a TTL of a fraction of a millisecond counts as one", async ({ store }) => {
    assert.equal(await store.set(KEY, "value", { ttlMs: 0.2 }), true);
  });

  test("a TTL that is not positive is refused", async ({ store }) => {
    for (const ttlMs of [0, -1, NaN, Infinity]) {
      await assert.rejects(store.set(KEY, "value", { ttlMs }), RangeError);
    }
    assert.equal(await store.get(KEY), undefined);
  });

  test("writing if absent leaves an existing entry unchanged", async ({ store }) => {
    assert.equal(await store.set(KEY, "first", { ttlMs: DAY_MS, ifAbsent: true }), true);

    assert.equal(await store.set(KEY, "second", { ttlMs: DAY_MS, ifAbsent: true }), false);

    assert.equal(await store.get(KEY), "first");
  });

  test("of a hundred concurrent writes if absent, exactly one succeeds", async (subject) => {
    const wrote = await Promise.all(Array.from({ length: 100 }, async (_, caller) => {
      const done = await peerOf(subject, caller).set(KEY, `${caller}`, { ttlMs: DAY_MS, ifAbsent: true });
      return done ? `${caller}` : undefined;
    }));

    const winners = wrote.filter((caller) => caller !== undefined);
    assert.equal(winners.length, 1);
    assert.equal(await subject.store.get(KEY), winners[0]);
  });

  test("deleting returns whether there was an entry", async ({ store }) => {
    await store.set(KEY, "value", { ttlMs: DAY_MS });

    assert.equal(await store.delete(KEY), true);
    assert.equal(await store.delete(KEY), false);
    assert.equal(await store.get(KEY), undefined);
  });

  test("an entry is deleted by value only while it has that value", async ({ store }) => {
    await store.set(KEY, "mine", { ttlMs: DAY_MS });

    assert.equal(await store.deleteIfEquals(KEY, "yours"), false);
    assert.equal(await store.get(KEY), "mine");
    assert.equal(await store.deleteIfEquals(KEY, "mine"), true);
    assert.equal(await store.deleteIfEquals(KEY, "mine"), false);
  });

  test("of a hundred concurrent releases of one lock, exactly one succeeds", async (subject) => {
    await subject.store.set(KEY, "mine", { ttlMs: DAY_MS });

    const released = await Promise.all(
      Array.from({ length: 100 }, (_, caller) => peerOf(subject, caller).deleteIfEquals(KEY, "mine")),
    );

    assert.equal(released.filter(Boolean).length, 1);
  });

  test("of a hundred concurrent takes of one entry, exactly one gets it", async (subject) => {
    await subject.store.set(KEY, "once", { ttlMs: DAY_MS });

    const taken = await Promise.all(Array.from({ length: 100 }, (_, caller) => peerOf(subject, caller).take(KEY)));

    assert.deepEqual(taken.filter((value) => value !== undefined), ["once"]);
    assert.equal(await subject.store.get(KEY), undefined);
  });

  test("a list gives what was appended, newest first, a page at a time", async ({ store }) => {
    assert.deepEqual(await store.entries(LIST, { limit: 10 }), []);

    await appendAll(store, ["a", "b", "c", "d"]);

    const entry = (number: number, text: string) => ({ number, mark: `mark-${text}`, value: text });
    assert.deepEqual(await store.entries(LIST, { limit: 2 }), [entry(4, "d"), entry(3, "c")]);
    assert.deepEqual(await store.entries(LIST, { before: 3, limit: 2 }), [entry(2, "b"), entry(1, "a")]);
    assert.deepEqual(await store.entries(LIST, { before: 1, limit: 2 }), []);
    assert.deepEqual(await store.entries({ ...LIST, customer: "b".repeat(64) }, { limit: 2 }), []);
  });

  test("an entry is appended only if the caller knows the newest one", async ({ store }) => {
    const options = { keep: 10, ttlMs: DAY_MS };
    const entry = { mark: "mine", value: "value" };
    const head = await appendAll(store, ["a", "b"]);

    for (
      const after of [undefined, { number: 1, mark: "mark-a" }, { number: 2, mark: "x" }, { number: 3, mark: "mark-b" }]
    ) {
      assert.deepEqual(await store.append(LIST, entry, { ...options, after }), { appended: false, head });
    }
    const appended = await store.append(LIST, entry, { ...options, after: head });

    assert.deepEqual(appended, { appended: true, head: { number: 3, mark: "mine" } });
    assert.deepEqual((await store.entries(LIST, { limit: 9 })).map(({ number }) => number), [3, 2, 1]);
  });

  test("appending to a list that is gone says so, and a new one begins", async ({ store }) => {
    const options = { keep: 10, ttlMs: DAY_MS };
    const entry = { mark: "mine", value: "value" };

    const lost = await store.append(LIST, entry, { ...options, after: { number: 7, mark: "gone" } });
    const begun = await store.append(LIST, entry, { ...options, after: lost.head });

    assert.deepEqual(lost, { appended: false, head: undefined });
    assert.deepEqual(begun, { appended: true, head: { number: 1, mark: "mine" } });
  });

  test("a list keeps its newest entries with their numbers", async ({ store }) => {
    await appendAll(store, ["a", "b", "c", "d", "e"], { keep: 3 });

    const entries = await store.entries(LIST, { limit: 10 });

    assert.deepEqual(entries.map(({ number, value }) => `${number} ${value}`), ["5 e", "4 d", "3 c"]);
  });

  test("of a hundred concurrent appends to the same entry, exactly one succeeds", async (subject) => {
    const after = await appendAll(subject.store, ["a"]);

    const answers = await Promise.all(Array.from({ length: 100 }, (_, caller) => {
      const entry = { mark: `${caller}`, value: "value" };
      return peerOf(subject, caller).append(LIST, entry, { after, keep: 10, ttlMs: DAY_MS });
    }));

    assert.equal(answers.filter(({ appended }) => appended).length, 1);
    assert.equal((await subject.store.entries(LIST, { limit: 10 })).length, 2);
  });

  test("a list is gone after its TTL, counted from the last append", async ({ store, pass }) => {
    await appendAll(store, ["a"], { ttlMs: DAY_MS });
    await appendAll(store, ["b"], { ttlMs: 50, after: { number: 1, mark: "mark-a" } });

    await until(async () => {
      await pass();
      return (await store.entries(LIST, { limit: 1 })).length === 0;
    });
  });

  test("any text in a list comes back as it was", async ({ store }) => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: "binary" }), async (value) => {
      const [after] = await store.entries(LIST, { limit: 1 });
      await store.append(LIST, { mark: "mark", value }, { after, keep: 10, ttlMs: DAY_MS });

      assert.equal((await store.entries(LIST, { limit: 1 }))[0]?.value, value);
    }));
  });

  test("a subscriber gets the messages of its channel and of no other", async (subject) => {
    const heard: string[][] = await Promise.all(subject.peers.map(async (peer) => {
      const texts: string[] = [];
      await peer.subscribe(CHANNEL, (text) => texts.push(text));
      return texts;
    }));
    const elsewhere: string[] = [];
    for (const other of [{ name: "other" }, { customer: "b".repeat(64) }, { kind: "cancellation" }] as const) {
      await subject.store.subscribe({ ...CHANNEL, ...other }, (text) => elsewhere.push(text));
    }

    const replicas = await Promise.all(["one", "two"].map((text) => subject.store.publish(CHANNEL, text)));
    await until(() => heard.every(({ length }) => length === 2));

    assert.deepEqual(replicas, [subject.peers.length, subject.peers.length]);
    assert.deepEqual(heard, subject.peers.map(() => ["one", "two"]));
    assert.deepEqual(elsewhere, []);
  });

  test("all subscribers of one replica get a message, except those that unsubscribed", async ({ store }) => {
    const heard: string[] = [];
    const listen = (name: string) => store.subscribe(CHANNEL, (text) => heard.push(`${name} ${text}`));
    const [stopFirst, stopSecond] = await Promise.all([listen("first"), listen("second"), listen("third")]);

    await store.publish(CHANNEL, "a");
    await until(() => heard.length === 3);
    stopFirst();
    stopFirst();
    stopSecond();
    const replicas = await store.publish(CHANNEL, "b");
    await until(() => heard.length === 4);

    assert.deepEqual(heard, ["first a", "second a", "third a", "third b"]);
    assert.equal(replicas, 1);
  });

  test("a message without subscribers is dropped", async ({ store }) => {
    const heard: string[] = [];
    const stop = await store.subscribe(CHANNEL, (text) => heard.push(text));

    stop();
    await until(async () => await store.publish(CHANNEL, "late") === 0);
    const again = await store.subscribe(CHANNEL, (text) => heard.push(text));
    await store.publish(CHANNEL, "in time");
    await until(() => heard.length > 0);
    again();

    assert.deepEqual(heard, ["in time"]);
  });

  test("any text arrives as it was published", async ({ store }) => {
    const heard: string[] = [];
    await store.subscribe(CHANNEL, (text) => heard.push(text));

    await fc.assert(fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
      heard.length = 0;
      await store.publish(CHANNEL, text);
      await until(() => heard.length === 1);

      assert.deepEqual(heard, [text]);
    }));
  });

  test("a closed store fails every call, and can be closed again", async ({ store }) => {
    await store.close();
    await store.close();

    await assert.rejects(store.ping(), StoreError);
    await assert.rejects(store.get(KEY), StoreError);
    await assert.rejects(store.take(KEY), StoreError);
    await assert.rejects(store.set(KEY, "value", { ttlMs: 1 }), StoreError);
    await assert.rejects(store.entries(LIST, { limit: 1 }), StoreError);
    await assert.rejects(store.publish(CHANNEL, "text"), StoreError);
    await assert.rejects(store.subscribe(CHANNEL, () => {}), StoreError);
  });

  test("a store that answers is healthy", async ({ store }) => {
    assert.equal(await store.ping(), undefined);
  });
}

storeSuite("embedded store", memorySubject);
storeSuite("Redis", () => redisSubject());
storeSuite("Redis, as the user of docs/redis.md", documentedUserSubject);

Deno.test("the user of docs/redis.md has no right that a start can do without, but INFO and UNSUBSCRIBE", async () => {
  const page = await Deno.readTextFile("docs/redis.md");
  const [, rules = ""] = /^ACL SETUSER \w+ on >PASSWORD (~.*)$/m.exec(page) ?? [];
  await using raw = rawClient(await emptyRedis());
  const without = rules.split(" ").filter((rule) => rule.startsWith("+"));

  const spare: string[] = [];
  for (const rule of without) {
    const others = rules.split(" ").filter((other) => other !== rule);
    await raw.acl("SETUSER", "lesser", "reset", "on", `>${SECRET}`, ...others);
    const url = (await emptyRedis()).url.replace("redis://", `redis://lesser:${SECRET}@`);
    try {
      await using _store = await RedisStore.connect(url, { poolSize: 1 });
      spare.push(rule);
    } catch (error) {
      assert.ok(error instanceof StoreError);
    }
  }

  // A start does not wait for the end of a subscription.
  assert.deepEqual(spare, ["+unsubscribe", "+info"]);
});

Deno.test("a key is formatted as cw:, purpose, customer and name", () => {
  assert.equal(formatStoreKey({ purpose: "reference", customer: "shared" }), "cw:reference:shared");
  assert.equal(formatStoreKey({ purpose: "lock", customer: "ab", name: "s.1" }), "cw:lock:ab:s.1");
});

Deno.test("Redis holds entries under the formatted key, in the database of the address, each with a TTL", async () => {
  await using server = await startRedis({ password: "pass word/1" });
  await using store = await RedisStore.connect(`${server.url}/3`, { poolSize: 5 });
  await using redis = rawClient(server, { password: "pass word/1", db: 3 });

  await store.set(KEY, "value", { ttlMs: DAY_MS });
  await store.takeTokens({ ...KEY, purpose: "bucket" }, { capacity: 10, windowSeconds: 3600 }, 1);
  await store.takeTokens({ ...KEY, purpose: "bucket", name: "looked-at" }, { capacity: 10, windowSeconds: 3600 }, 0);

  const bucketKey = formatStoreKey({ ...KEY, purpose: "bucket" });
  assert.deepEqual((await redis.keys("*")).sort(), [bucketKey, formatStoreKey(KEY)].sort());
  const ttl = await redis.pttl(formatStoreKey(KEY));
  assert.ok(ttl > DAY_MS / 2 && ttl <= DAY_MS);
  const bucketTtl = await redis.pttl(bucketKey);
  assert.ok(bucketTtl > 1000 && bucketTtl <= 360_000);
});

const SECRET = "s3cret-word";

/** The StoreError that connecting ends with, after checking that nothing in it shows the password. */
async function connectFailure(url: string): Promise<StoreError> {
  const failure = await RedisStore.connect(url, { poolSize: 5 }).then(() => undefined, (error: unknown) => error);
  assert.ok(failure instanceof StoreError);
  assert.ok(!Deno.inspect(failure, { depth: 10 }).includes(SECRET));
  return failure;
}

Deno.test("connecting to a closed port fails and says that the connection was refused", async () => {
  await using server = await startRedis();
  await server.stop();

  const failure = await connectFailure(`redis://:${SECRET}@127.0.0.1:${server.port}`);

  assert.match(failure.message, new RegExp(`^Redis at 127.0.0.1:${server.port} refused the connection\\.$`));
  assert.ok(failure.cause instanceof Error);
});

Deno.test("connecting with a wrong password fails and says so, but not which one", async () => {
  await using server = await startRedis({ password: "right" });

  const failure = await connectFailure(`redis://:${SECRET}@127.0.0.1:${server.port}`);

  assert.match(failure.message, /refused the user name or password/);
});

Deno.test("connecting without a needed password fails and says so", async () => {
  await using server = await startRedis({ password: "right" });

  assert.match((await connectFailure(`redis://127.0.0.1:${server.port}`)).message, /asks for a password/);
});

/** What a user is not allowed to do, and what the failure names. */
const FORBIDDEN: readonly [rules: string[], names: RegExp][] = [
  [["-ping"], /run the commands needed/],
  [["-get"], /GET\b/],
  [["-set"], /SET\b/],
  [["-getrange"], /GETRANGE\b/],
  [["-getdel"], /GETDEL\b/],
  [["-del"], /DEL\b/],
  [["-type"], /TYPE\b/],
  [["-xadd", "-type"], /XADD, TYPE\b/],
  [["-pexpire"], /PEXPIRE\b/],
  [["-time"], /TIME\b/],
  [["-xrevrange"], /XREVRANGE\b/],
  [["-evalsha"], /EVALSHA\b/],
  [["-eval"], /EVAL\b/],
  [["-publish"], /PUBLISH\b/],
  [["-subscribe"], /SUBSCRIBE\b/],
  [["resetchannels"], /channels cw:\*/],
  [["resetkeys", "~other:*"], /keys cw:\*/],
];
for (const [rules, names] of FORBIDDEN) {
  Deno.test(`connecting as a user whose rules say ${rules.join(" ")} fails and names it`, async () => {
    await using server = await startRedis();
    await using redis = rawClient(server);
    await redis.acl("SETUSER", "limited", "on", `>${SECRET}`, "~*", "&*", "+@all", ...rules);

    const failure = await connectFailure(`redis://limited:${SECRET}@127.0.0.1:${server.port}`);

    assert.match(failure.message, names);
    assert.ok(!failure.message.includes("limited"), "the user is not named");
  });
}

Deno.test("connecting as a user with only the needed rights leaves no entry, and writes nothing to the console", async () => {
  await using server = await startRedis();
  await using redis = rawClient(server);
  await redis.acl("SETUSER", "limited", "on", `>${SECRET}`, "~cw:*", "&cw:*", "+@all", "-@dangerous", "-@admin");
  const warned: unknown[][] = [];
  const { warn } = console;
  // deno-lint-ignore no-console -- ioredis writes to it.
  console.warn = (...args) => warned.push(args);

  try {
    await using store = await RedisStore.connect(`redis://limited:${SECRET}@127.0.0.1:${server.port}`, { poolSize: 5 });
    await store.set(KEY, "value", { ttlMs: DAY_MS });
  } finally {
    // deno-lint-ignore no-console
    console.warn = warn;
  }

  assert.deepEqual(await redis.keys("*"), [formatStoreKey(KEY)]);
  assert.deepEqual(await redis.pubsub("CHANNELS", "*"), []);
  assert.deepEqual(warned, []);
});

Deno.test("connecting to a Redis that is too old fails and says so", async () => {
  await using server = startScriptedRedis((name) => name === "getdel" ? "-ERR unknown command `GETDEL`" : undefined);

  const failure = await connectFailure(server.url);

  assert.match(failure.message, /GETDEL.*6\.2/);
});

Deno.test("connecting to a Redis that runs no scripts fails and says so", async () => {
  const unknown = (name: string) => `-ERR unknown command '${name}', with args beginning with:`;
  await using server = startScriptedRedis((name) => name.startsWith("eval") ? unknown(name) : undefined);

  assert.match((await connectFailure(server.url)).message, /Lua.*EVAL/);
});

Deno.test("connecting to a node of a cluster fails and says so, with and without the right to ask for its mode", async () => {
  await using server = await startRedis({ mode: "cluster" });
  await using redis = rawClient(server);
  await redis.acl("SETUSER", "limited", "on", `>${SECRET}`, "~*", "&*", "+@all", "-info");

  for (const url of [server.url, `redis://limited:${SECRET}@127.0.0.1:${server.port}`]) {
    assert.match((await connectFailure(url)).message, /cluster/);
  }
});

Deno.test("connecting to a node of a cluster that holds some of the keys fails and says so", async () => {
  let gets = 0;
  const moved = () => gets++ % 3 === 2 ? "-MOVED 3999 192.0.2.1:6381" : undefined;
  await using server = startScriptedRedis((name) => name === "get" ? moved() : undefined);

  const { message } = await connectFailure(server.url);

  assert.match(message, /cluster/);
  assert.doesNotMatch(message, /192\.0\.2\.1/);
});

Deno.test("connecting to a Sentinel fails and says so", async () => {
  await using server = await startRedis({ mode: "sentinel" });

  assert.match((await connectFailure(server.url)).message, /Sentinel/);
});

/** Settings of a working Redis, and the notices that an operator gets. */
const SETTINGS: readonly { args: string[]; notices: RegExp[] }[] = [
  { args: [], notices: [] },
  { args: ["--maxmemory", "512mb"], notices: [] },
  { args: ["--maxmemory", "512mb", "--maxmemory-policy", "allkeys-lru"], notices: [/noeviction/] },
  { args: ["--maxmemory-policy", "volatile-ttl"], notices: [/noeviction/] },
  { args: ["--maxmemory", "32mb"], notices: [/32 MB/] },
  { args: ["--replicaof", "127.0.0.1", "1", "--replica-serve-stale-data", "yes"], notices: [/replica/] },
];
for (const { args, notices } of SETTINGS) {
  Deno.test(`connecting to a Redis with ${args.join(" ") || "its usual settings"} gives the notices for an operator`, async () => {
    await using server = await startRedis({ args });

    await using store = await RedisStore.connect(server.url, { poolSize: 5 });

    assert.equal(store.warnings.length, notices.length, store.warnings.join());
    for (const [index, pattern] of notices.entries()) assert.match(store.warnings[index] ?? "", pattern);
  });
}

const SERVING: readonly [reply: string, says: RegExp][] = [
  ["-MOVED 3999 192.0.2.1:6381", /cluster/],
  ["-ASK 3999 192.0.2.1:6381", /cluster/],
  ["-CLUSTERDOWN The cluster is down", /cluster/],
  ["-READONLY You can't write against a read only replica.", /replica/],
  ["-LOADING Redis is loading the dataset in memory", /loading/],
  ["-MASTERDOWN Link with MASTER is down", /replica/],
];
for (const [reply, says] of SERVING) {
  Deno.test(`while serving, ${reply.split(" ")[0]} is reported once, and so is its end`, async () => {
    const reports: string[] = [];
    await using server = startScriptedRedis();
    await using store = await RedisStore.connect(server.url, {
      poolSize: 5,
      onRefusals: (refuses, reason = "") => reports.push(refuses ? reason : "again"),
    });

    server.script = (name) => ["get", "set"].includes(name) ? reply : undefined;
    for (let turn = 0; turn < 3; turn++) {
      await assert.rejects(store.set(KEY, "value", { ttlMs: DAY_MS }), StoreError);
      await assert.rejects(store.get(KEY), StoreError);
    }
    server.script = () => undefined;
    await store.set(KEY, "value", { ttlMs: DAY_MS });
    await store.get(KEY);

    assert.equal(reports.length, 2, reports.join());
    assert.match(reports[0] ?? "", says);
    assert.doesNotMatch(reports[0] ?? "", /192\.0\.2\.1/);
    assert.equal(reports[1], "again");
  });
}

Deno.test("connecting to a Redis that is full or takes no writes succeeds, since that may end soon", async () => {
  for (
    const reply of ["-OOM command not allowed", "-READONLY You can't write", "-NOREPLICAS Not enough good replicas"]
  ) {
    await using server = startScriptedRedis((name) => ["getdel", "del", "evalsha"].includes(name) ? reply : undefined);
    await using store = await RedisStore.connect(server.url, { poolSize: 5 });

    assert.equal(await store.get(KEY), undefined);
  }
});

Deno.test("connecting to a Redis that still loads its data fails and says so", async () => {
  await using server = startScriptedRedis((name) => name === "info" ? undefined : "-LOADING Redis is loading");

  assert.match((await connectFailure(server.url)).message, /is still loading its data/);
});

Deno.test("connecting to a database that does not exist fails and says so", async () => {
  const server = await emptyRedis();

  assert.match((await connectFailure(`${server.url}/99`)).message, /no database of that number/);
});

Deno.test("connecting to a name that does not resolve fails and says so", async () => {
  const failure = await connectFailure(`redis://:${SECRET}@no-such-host.invalid`);

  assert.match(failure.message, /^Redis at no-such-host\.invalid:6379 /);
});

Deno.test("connecting with TLS to a Redis without TLS fails and says so", async () => {
  const server = await emptyRedis();

  const failure = await connectFailure(`rediss://:${SECRET}@127.0.0.1:${server.port}`);

  assert.match(failure.message, /TLS/);
});

Deno.test("connecting to a Redis that accepts and never answers fails within the deadline", async () => {
  await using server = await startRedis();
  server.freeze();

  const failure = await within(4_000, connectFailure(server.url), "connecting goes on for longer than it may");

  assert.match(failure.message, /did not answer in time/);
});

Deno.test("a malformed address fails and is not shown", async () => {
  for (const url of [SECRET, `http://${SECRET}@host`, `redis://:${SECRET}@host/db`, `redis://:${SECRET}%zz@host`]) {
    assert.match((await connectFailure(url)).message, /Redis address/);
  }
});

Deno.test("an empty bucket stays empty if the process was stopped while Redis answered", async () => {
  const server = await emptyRedis();
  await using store = await RedisStore.connect(server.url, { poolSize: 5 });
  const bucket = { ...KEY, purpose: "bucket" } as const;
  const limit = { capacity: 10, windowSeconds: 3600 };
  await store.takeTokens(bucket, limit, 10);

  const late = store.takeTokens(bucket, limit, 1);
  // Longer than a command may take: its time is up before its answer is read.
  for (const until = performance.now() + 600; performance.now() < until;);

  assert.equal((await late).allowed, false);
});

Deno.test("while Redis is gone every call fails, and when it is back the store works again", async () => {
  const states: boolean[] = [];
  await using first = await startRedis();
  await using store = await RedisStore.connect(first.url, { poolSize: 5, onStateChange: (up) => states.push(up) });
  const limit = { capacity: 10, windowSeconds: 3600 };
  await store.takeTokens({ ...KEY, purpose: "bucket" }, limit, 1);

  await first.kill();
  await assert.rejects(store.get(KEY), StoreError);
  await assert.rejects(store.takeTokens({ ...KEY, purpose: "bucket" }, limit, 1), StoreError);
  await using _second = await startRedis({ port: first.port });
  await until(() => states.length === 2);

  // The new server has never seen the script.
  assert.deepEqual(await store.takeTokens({ ...KEY, purpose: "bucket" }, limit, 1), {
    allowed: true,
    remaining: 9,
    retryAfterSeconds: 0,
  });
  assert.deepEqual(states, [false, true]);
});

Deno.test("a Redis that comes back counts as away until it has loaded its data", async () => {
  const states: boolean[] = [];
  const refusals: boolean[] = [];
  await using first = await startRedis();
  await using store = await RedisStore.connect(first.url, {
    poolSize: 5,
    onStateChange: (up) => states.push(up),
    onRefusals: (refuses) => refusals.push(refuses),
  });
  await first.kill();
  await until(() => states.length === 1);

  await using second = startScriptedRedis(
    (name) => ["hello", "client"].includes(name) ? undefined : "-LOADING Redis is loading",
    first.port,
  );
  await until(() => second.commands.filter((name) => name === "ping").length >= 4);
  await assert.rejects(store.get(KEY), /is not connected/);
  const whileLoading = [...states];
  second.script = () => undefined;
  await until(() => states.length === 2);

  assert.equal(await store.get(KEY), undefined);
  assert.deepEqual(whileLoading, [false]);
  assert.deepEqual([states, refusals], [[false, true], []]);
});

Deno.test("a frozen Redis fails calls, is reported once with the reason, and is used again when it resumes", async () => {
  const states: [boolean, string | undefined][] = [];
  await using server = await startRedis();
  await using store = await RedisStore.connect(server.url, {
    poolSize: 5,
    onStateChange: (up, reason) => states.push([up, reason]),
  });

  server.freeze();
  await assert.rejects(inBoundedTime(store.get(KEY)), /did not answer in time/);
  await until(() => states.length === 1);
  await assert.rejects(store.get(KEY), /is not connected/);
  server.continue();
  await until(() => states.length === 2);

  assert.equal(await store.get(KEY), undefined);
  assert.equal(states[0]?.[0], false);
  assert.match(states[0]?.[1] ?? "", /did not answer in time/);
  assert.deepEqual(states[1], [true, undefined]);
});

Deno.test("commands above the pool size wait, and fail when no place comes free in time", async () => {
  await using server = await startRedis();
  await using store = await RedisStore.connect(server.url, { poolSize: 2, maxWaitMs: 20 });

  server.freeze();
  const results = await inBoundedTime(Promise.allSettled([store.get(KEY), store.get(KEY), store.get(KEY)]));
  server.continue();

  const reasons = results.map((result) => result.status === "rejected" ? String(result.reason) : "");
  assert.match(reasons[0] ?? "", /did not answer in time/);
  assert.match(reasons[1] ?? "", /did not answer in time/);
  assert.match(reasons[2] ?? "", /no place within 20 ms/);
});

Deno.test("far more commands than the pool size all succeed", async () => {
  const server = await emptyRedis();
  await using store = await RedisStore.connect(server.url, { poolSize: 3 });

  const wrote = await Promise.all(
    Array.from({ length: 300 }, (_, i) => store.set({ ...KEY, name: `${i}` }, "value", { ttlMs: DAY_MS })),
  );

  assert.ok(wrote.every(Boolean));
});

for (const [state, bringAbout] of [["gone", "kill"], ["frozen", "freeze"]] as const) {
  Deno.test(`closing while Redis is ${state} ends the attempts to reach it`, async () => {
    const states: boolean[] = [];
    await using server = await startRedis();
    const store = await RedisStore.connect(server.url, { poolSize: 5, onStateChange: (up) => states.push(up) });
    await server[bringAbout]();
    await assert.rejects(store.ping(), StoreError);
    await until(() => states.length === 1);

    await store.close();

    await assert.rejects(store.ping(), /closed/);
    assert.deepEqual(states, [false]);
  });
}

Deno.test("an error reply becomes a StoreError without key and value, and keeps the connection", async () => {
  const server = await emptyRedis();
  await using store = await RedisStore.connect(server.url, { poolSize: 5 });
  await using redis = rawClient(server);
  await redis.lpush(formatStoreKey(KEY), "a list");

  await assert.rejects(store.deleteIfEquals(KEY, SECRET), (error: unknown) => {
    assert.ok(error instanceof StoreError);
    assert.match(error.message, /answered with an error/);
    assert.ok(!Deno.inspect(error, { depth: 10 }).includes(SECRET));
    return true;
  });

  assert.equal(await store.get({ ...KEY, name: "other" }), undefined);
});

Deno.test("a malformed reply fails the connecting, and a later one is reported by the store", async () => {
  await using server = startScriptedRedis((name) => name === "getdel" ? ":5" : undefined);
  await assert.rejects(RedisStore.connect(server.url, { poolSize: 5 }), /sent a malformed reply/);
  server.script = () => undefined;
  const reports: string[] = [];
  const onRefusals = (refuses: boolean, reason = "") => reports.push(refuses ? reason : "again");
  await using store = await RedisStore.connect(server.url, { poolSize: 5, onRefusals });

  server.script = (name) => name === "get" ? ":5" : undefined;
  for (let i = 0; i < 3; i++) await assert.rejects(store.get(KEY), StoreError);
  server.script = () => undefined;
  await store.get(KEY);

  assert.equal(reports.length, 2);
  assert.match(reports[0] ?? "", /malformed reply/);
  assert.equal(reports[1], "again");
});

Deno.test("a reply of a form that the command does not have is a failure", async () => {
  await using server = startScriptedRedis();
  await using store = await RedisStore.connect(server.url, { poolSize: 5 });
  const bucket: StoreKey = { ...KEY, purpose: "bucket" };
  const entry = { mark: "mine", value: SECRET };
  const calls: Record<string, () => Promise<unknown>> = {
    get: () => store.get(KEY),
    set: () => store.set(KEY, SECRET, { ttlMs: DAY_MS }),
    setIfAbsent: () => store.set(KEY, SECRET, { ttlMs: DAY_MS, ifAbsent: true }),
    delete: () => store.delete(KEY),
    deleteIfEquals: () => store.deleteIfEquals(KEY, SECRET),
    take: () => store.take(KEY),
    takeTokens: () => store.takeTokens(bucket, { capacity: 10, windowSeconds: 10 }, 1),
    append: () => store.append(LIST, entry, { after: undefined, keep: 10, ttlMs: DAY_MS }),
    entries: () => store.entries(LIST, { limit: 1 }),
    publish: () => store.publish(CHANNEL, SECRET),
    ping: () => store.ping(),
  };
  const right: Record<string, string[]> = {
    "+OK": ["get", "set", "setIfAbsent", "take"],
    ":1": ["delete", "deleteIfEquals", "publish"],
    ":-1": [],
    "$-1": ["get", "setIfAbsent", "take"],
    "*0": ["entries"],
    "*1\r\n:1": [],
    "*3\r\n:1\r\n:2\r\n$1\r\nx": ["append"],
    "*3\r\n:1\r\n:2\r\n:3": ["takeTokens"],
    "+PONG": ["get", "take", "ping"],
  };

  for (const [reply, expected] of Object.entries(right)) {
    server.script = () => reply;
    const answered: string[] = [];
    for (const [name, call] of Object.entries(calls)) {
      await call().then(() => answered.push(name), (error: unknown) => {
        assert.ok(error instanceof StoreError, `${name}: ${error}`);
        assert.match(error.message, /sent a malformed reply/);
        assert.ok(!Deno.inspect(error, { depth: 10 }).includes(SECRET));
      });
    }
    assert.deepEqual(answered, expected, JSON.stringify(reply));
  }
});

Deno.test("subscriptions outlive a restart of Redis, except those that were ended meanwhile", async () => {
  await using first = await startRedis();
  await using store = await RedisStore.connect(first.url, { poolSize: 5 });
  const heard: string[] = [];
  const stop = await store.subscribe({ ...CHANNEL, name: "ended" }, (text) => heard.push(text));
  await store.subscribe(CHANNEL, (text) => heard.push(text));

  await first.kill();
  stop();
  await assert.rejects(store.subscribe({ ...CHANNEL, name: "late" }, (text) => heard.push(text)), StoreError);
  await using second = await startRedis({ port: first.port });
  await using redis = rawClient(second);
  await until(async () => await redis.publish(formatChannel(CHANNEL), "back") === 1);
  await until(() => heard.includes("back"));

  assert.deepEqual(await redis.pubsub("CHANNELS", "*"), [formatChannel(CHANNEL)]);
  assert.deepEqual(heard, ["back"]);
});

Deno.test("subscribing to a frozen Redis fails, and the connection is made again", async () => {
  await using server = await startRedis();
  await using store = await RedisStore.connect(server.url, { poolSize: 5 });
  const heard: string[] = [];
  await store.subscribe(CHANNEL, (text) => heard.push(text));

  server.freeze();
  const subscribing = store.subscribe({ ...CHANNEL, name: "other" }, () => {});
  await assert.rejects(inBoundedTime(subscribing), /did not answer in time/);
  await until(() =>
    store.subscribe(CHANNEL, () => {}).then(() => false, (error) => /not connected/.test(String(error)))
  );
  server.continue();
  await until(() => store.publish(CHANNEL, "back").then(() => heard.includes("back"), () => false));

  assert.ok(heard.every((text) => text === "back"));
});
