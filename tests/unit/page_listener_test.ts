import assert from "node:assert/strict";
import { PageListener } from "../../src/commands/page_listener.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";
import { isListening, untilNotListening } from "../support/listening.ts";
import { freePort } from "../support/free_port.ts";

interface World extends AsyncDisposable {
  pages: PageListener;
  clock: FakeClock;
  port: number;
}

function start(fetch: () => Promise<Response> = () => Promise.resolve(new Response("a page"))): World {
  const clock = new FakeClock();
  const port = freePort();
  const log = createLogger({ level: "DEBUG", format: "json", write: () => {} });
  const pages = new PageListener({ listen: { hostname: "127.0.0.1", port }, fetch, clock, log });
  return { pages, clock, port, [Symbol.asyncDispose]: () => pages.close() };
}

const MINUTE = 60_000;

Deno.test("pages are served from the first to the end of the last, and not before or after", async () => {
  await using world = start();
  const { pages, clock, port } = world;

  const before = await isListening(port);
  const first = await pages.open("one", clock.now() + MINUTE);
  const second = await pages.open("two", clock.now() + 2 * MINUTE);
  const during = await isListening(port);
  await clock.advance(MINUTE + 30_000);
  const afterOne = await isListening(port);
  await clock.advance(MINUTE);
  await untilNotListening(port);

  assert.deepEqual([first, second], [undefined, undefined]);
  assert.deepEqual([before, during, afterOne], [false, true, true]);
  assert.equal(clock.sleeping, 0);
});

Deno.test("a page that is decided is served for a moment more, so that its outcome can be shown", async () => {
  await using world = start();
  const { pages, clock, port } = world;
  await pages.open("one", clock.now() + 10 * MINUTE);

  pages.endAt("one", clock.now());
  await clock.advance(1000);
  const soon = await isListening(port);
  await clock.advance(10_000);
  await untilNotListening(port);

  assert.equal(soon, true);
});

Deno.test("the end of one page does not close another one", async () => {
  await using world = start();
  const { pages, clock, port } = world;
  await pages.open("one", clock.now() + 10 * MINUTE);
  await pages.open("two", clock.now() + 10 * MINUTE);

  pages.endAt("one", clock.now());
  pages.endAt("unknown", clock.now());
  await clock.advance(MINUTE);

  assert.equal(await isListening(port), true);
});

Deno.test("pages can be opened again after the last one has ended", async () => {
  await using world = start();
  const { pages, clock, port } = world;
  await pages.open("one", clock.now() + MINUTE);
  await clock.advance(2 * MINUTE);
  await untilNotListening(port);

  const again = await pages.open("two", clock.now() + MINUTE);

  assert.equal(again, undefined);
  assert.equal(await isListening(port), true);
});

Deno.test("many pages that are opened at once share the listener", async () => {
  await using world = start();
  const { pages, clock, port } = world;

  const opened = await Promise.all([..."abcdefgh"].map((page) => pages.open(page, clock.now() + MINUTE)));

  assert.deepEqual(new Set(opened), new Set([undefined]));
  assert.equal(await isListening(port), true);
});

Deno.test("a port that is taken is said, also in the middle, and once it is free a page can be opened", async () => {
  await using world = start();
  const { pages, clock, port } = world;
  await pages.open("one", clock.now() + MINUTE);
  await clock.advance(2 * MINUTE);
  await untilNotListening(port);
  const other = Deno.listen({ hostname: "127.0.0.1", port });

  const taken = await pages.open("two", clock.now() + MINUTE);
  const waiting = clock.sleeping;
  other.close();
  const free = await pages.open("two", clock.now() + MINUTE);

  assert.equal(taken, "port in use");
  assert.equal(waiting, 0);
  assert.equal(free, undefined);
});

Deno.test("a listener that is closed for good finishes answers in progress, and opens nothing any more", async () => {
  const answer = Promise.withResolvers<Response>();
  const asked = Promise.withResolvers<void>();
  await using world = start(() => {
    asked.resolve();
    return answer.promise;
  });
  const { pages, clock, port } = world;
  await pages.open("one", clock.now() + MINUTE);
  const reading = fetch(`http://127.0.0.1:${port}/`);
  await asked.promise;

  const closing = pages.close();
  const late = await pages.open("two", clock.now() + MINUTE);
  answer.resolve(new Response("the outcome"));
  const text = await (await reading).text();
  await closing;

  assert.equal(late, "shutting down");
  assert.equal(text, "the outcome");
  assert.equal(await isListening(port), false);
  assert.equal(clock.sleeping, 0);
});
