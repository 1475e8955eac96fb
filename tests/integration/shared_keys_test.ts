import assert from "node:assert/strict";
import { examine } from "../../src/commands/doctor.ts";
import { startService } from "../support/harness.ts";
import { TEST_KEYS } from "../support/keys.ts";
import { rawClient, redisOfFile, startRedis } from "../support/redis_server.ts";

const emptyRedis = redisOfFile();

const [FIRST, SECOND] = TEST_KEYS;

type Env = Record<string, string>;

/** Keys of a process that starts after another one, and whether they fit. */
const PAIRS: readonly { what: string; before: Env; after: Env; fit: boolean }[] = [
  { what: "the same key", before: { ENCRYPTION_KEY: FIRST }, after: { ENCRYPTION_KEY: FIRST }, fit: true },
  {
    what: "a new key in front, with the ids kept",
    before: { ENCRYPTION_KEY: FIRST },
    after: { ENCRYPTION_KEY: `${SECOND},${FIRST}`, CUSTOMER_ID_KEY: FIRST },
    fit: true,
  },
  { what: "another key", before: { ENCRYPTION_KEY: FIRST }, after: { ENCRYPTION_KEY: SECOND }, fit: false },
  {
    what: "another key for ids",
    before: { ENCRYPTION_KEY: FIRST },
    after: { ENCRYPTION_KEY: FIRST, CUSTOMER_ID_KEY: SECOND },
    fit: false,
  },
];

for (const { what, before, after, fit } of PAIRS) {
  Deno.test(`a process with ${what} ${fit ? "starts without a warning" : "warns at its start, and fails in doctor"}`, async () => {
    const redis = await emptyRedis();
    await using first = await startService({ env: { REDIS_URL: redis.url, ...before } });
    const env = { REDIS_URL: redis.url, ...after };

    const found = (await examine({ ...env, CLOUDWAYS_API_BASE_URL: first.url })).filter(({ name }) =>
      name === "keys" || name === "redis"
    );
    await using second = await startService({ env });
    const warnings = second.logLines.filter((line) => line.includes("ENCRYPTION_KEY"));

    assert.deepEqual(found.map(({ name, ok }) => [name, ok]), [["redis", true], ...(fit ? [] : [["keys", false]])]);
    assert.equal(warnings.length, fit ? 0 : 1, warnings.join());
    if (!fit) assert.equal(JSON.parse(warnings[0] ?? "{}").level, "WARNING");
  });
}

Deno.test("the stored names of the keys reveal nothing of them, and expire", async () => {
  const redis = await emptyRedis();
  await using _service = await startService({ env: { REDIS_URL: redis.url, ENCRYPTION_KEY: FIRST } });
  await using raw = rawClient(redis);

  const text = await raw.get("cw:keys:shared") ?? "";

  assert.match(text, /^\{"encryption":\["[0-9a-f]{8}"\],"customers":"[0-9a-f]{8}"\}$/);
  assert.ok(await raw.pttl("cw:keys:shared") > 0);
});

Deno.test("doctor warns of a Redis that may evict entries", async () => {
  await using redis = await startRedis({ args: ["--maxmemory-policy", "allkeys-lru"] });
  await using service = await startService({ env: { REDIS_URL: redis.url, ENCRYPTION_KEY: FIRST } });
  const env = { REDIS_URL: redis.url, CLOUDWAYS_API_BASE_URL: service.url, ENCRYPTION_KEY: FIRST };

  const warned = (await examine(env)).filter(({ warning }) => warning === true);

  assert.deepEqual(warned.map(({ name, ok }) => [name, ok]), [["redis", true]]);
  assert.match(warned[0]?.message ?? "", /noeviction/);
  assert.equal(service.logLines.filter((line) => line.includes("noeviction")).length, 1);
});
