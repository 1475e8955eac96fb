/**
 * The work of one request of each kind is what the reviewed table says: a guard of speed that measures no time.
 * `deno task snapshot:work` writes the table after a change that is meant.
 */
import assert from "node:assert/strict";
import expected from "../snapshots/work_per_request.json" with { type: "json" };
import { createHmac } from "node:crypto";
import { hideSecretsInText } from "../../src/text/redaction/hider.ts";
import { PlatformCounter } from "../support/counted_work.ts";
import { redisOfFile } from "../support/redis_server.ts";
import { workPerRequest } from "../support/work_per_request.ts";

const emptyRedis = redisOfFile();

Deno.test("a request takes the work that the table says, with the embedded store", async () => {
  const table = await workPerRequest();

  assert.deepEqual(table, expected.embedded);
});

Deno.test("a request takes the work that the table says, with Redis", async () => {
  const redis = await emptyRedis();

  const table = await workPerRequest(redis);

  assert.deepEqual(table, expected.redis);
});

Deno.test("every kind of work is counted, until the counting ends", async () => {
  const work = async () => {
    await crypto.subtle.digest("SHA-256", new Uint8Array(1));
    createHmac("sha256", "key").update("text").digest();
    JSON.parse(JSON.stringify({}));
    clearTimeout(setTimeout(() => {}, 0));
    clearInterval(setInterval(() => {}, 1));
    hideSecretsInText("a text that is longer than the secret", ["a secret of the caller"]);
    await fetch("data:,").then((response) => response.text());
  };
  const counter = new PlatformCounter();
  await work();
  const counted = counter.take();
  counter[Symbol.dispose]();
  await work();
  const after = counter.take();

  assert.deepEqual(counted, { fetches: 1, crypto: 2, parses: 1, stringifies: 3, timers: 2, secretForms: 1 });
  assert.deepEqual(after, { fetches: 0, crypto: 0, parses: 0, stringifies: 0, timers: 0, secretForms: 0 });
});
