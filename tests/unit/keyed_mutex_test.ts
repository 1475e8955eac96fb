import assert from "node:assert/strict";
import { KeyedMutex } from "../../src/async/keyed_mutex.ts";

Deno.test("work under one key runs in order, one piece at a time; work under two keys runs concurrently", async () => {
  const mutex = new KeyedMutex();
  const happened: string[] = [];
  const [first, other] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const work = (name: string, until: Promise<void>) => async () => {
    happened.push(`${name} begins`);
    await until;
    happened.push(`${name} ends`);
  };

  const all = [
    mutex.run("a", work("a1", first.promise)),
    mutex.run("a", work("a2", Promise.resolve())),
    mutex.run("b", work("b1", other.promise)),
  ];
  other.resolve();
  await all[2];
  first.resolve();
  await Promise.all(all);

  assert.deepEqual(happened, ["a1 begins", "b1 begins", "b1 ends", "a1 ends", "a2 begins", "a2 ends"]);
});

Deno.test("an error of work reaches its own caller only", async () => {
  const mutex = new KeyedMutex();

  const failed = mutex.run("a", () => Promise.reject(new Error("no")));
  const next = mutex.run("a", () => Promise.resolve("yes"));

  await assert.rejects(failed, /^Error: no$/);
  assert.equal(await next, "yes");
});

Deno.test("a key whose work has ended is forgotten", async () => {
  const mutex = new KeyedMutex();

  await Promise.all([mutex.run("a", () => Promise.resolve()), mutex.run("a", () => Promise.resolve())]);

  assert.equal(mutex.size, 0);
});
