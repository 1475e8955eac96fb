import assert from "node:assert/strict";
import { Box } from "../../src/crypto/box.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { ToolError } from "../../src/errors.ts";
import { MAX_OPEN_PER_CUSTOMER, MAX_OPEN_PER_PROCESS, Relay, type RelaySession } from "../../src/mcp/relay.ts";
import { MemoryStore } from "../../src/store/memory/adapter.ts";
import { type Channel, StoreError, type StoreKey } from "../../src/store/store.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";

const NEVER = new AbortController().signal;

/** A store whose named commands fail a given number of times. */
class FailingStore extends MemoryStore {
  /** How often each command fails from now on. */
  readonly failures = { get: 0, take: 0, publish: 0 };
  /** Whether a failing command is still carried out, as with a late reply. */
  isLate = false;

  override get(key: StoreKey): Promise<string | undefined> {
    return this.#orFail("get", () => super.get(key));
  }

  override take(key: StoreKey): Promise<string | undefined> {
    return this.#orFail("take", () => super.take(key));
  }

  override publish(channel: Channel, text: string): Promise<number> {
    return this.#orFail("publish", () => super.publish(channel, text));
  }

  async #orFail<T>(command: keyof FailingStore["failures"], work: () => Promise<T>): Promise<T> {
    if (this.failures[command] === 0) return await work();
    this.failures[command]--;
    if (this.isLate) await work();
    throw new StoreError(`${command} fails.`);
  }
}

async function createRelay(clock: FakeClock) {
  const ring = await KeyRing.create({ encryptionKeys: [new Uint8Array(32).fill(1)] });
  const errors: Error[] = [];
  const store = new FailingStore({ clock });
  const relay = new Relay({ store, box: new Box(ring), clock, onError: (error) => errors.push(error) });
  return { relay, store, errors };
}

function sessionOf(customer: number): RelaySession {
  return { customer: customer.toString(16).padStart(64, "0"), boundTo: "", nonce: "0".repeat(32) };
}

/** Asks, and resolves once the question is sent. */
async function startAsking(relay: Relay, session: RelaySession, signal: AbortSignal) {
  const sent = Promise.withResolvers<string>();
  const answer = relay.ask(session, (id) => Promise.resolve(sent.resolve(id)), signal);
  answer.catch(sent.reject);
  return { id: await sent.promise, answer };
}

function markOf({ customer, nonce }: RelaySession, id: string): StoreKey {
  return { purpose: "open_question", customer, name: `${nonce}.${id}` };
}

function yesTo(id: string) {
  return { jsonrpc: "2.0" as const, id, result: { action: "accept" } };
}

function isRateLimited(error: unknown): boolean {
  return error instanceof ToolError && error.code === "rate_limited" && (error.retryAfter ?? 0) > 0;
}

Deno.test("the open questions of a process are bounded, over all customers", async () => {
  const { relay } = await createRelay(new FakeClock());
  const abort = new AbortController();
  const open = await Promise.all(
    Array.from({ length: MAX_OPEN_PER_PROCESS }, (_, index) => {
      return startAsking(relay, sessionOf(Math.floor(index / MAX_OPEN_PER_CUSTOMER)), abort.signal);
    }),
  );
  const newcomer = sessionOf(MAX_OPEN_PER_PROCESS);

  await assert.rejects(startAsking(relay, newcomer, abort.signal), isRateLimited);
  assert.ok(open[0]);
  assert.ok(await relay.answer(sessionOf(0), { jsonrpc: "2.0", id: open[0].id, result: {} }));
  await open[0].answer;
  const next = await startAsking(relay, newcomer, abort.signal);

  abort.abort();
  const ended = await Promise.allSettled([...open.slice(1), next].map(({ answer }) => answer));
  assert.ok(ended.every(({ status }) => status === "rejected"));
});

Deno.test("a wait releases its place, however it ends", async () => {
  const clock = new FakeClock();
  const { relay, errors } = await createRelay(clock);
  const session = sessionOf(1);

  for (let round = 0; round < 2 * MAX_OPEN_PER_CUSTOMER; round++) {
    await assert.rejects(relay.ask(session, () => Promise.reject(new Error("not sent")), NEVER), /not sent/);
    await assert.rejects(relay.ask(session, () => Promise.resolve(), AbortSignal.abort(new Error("gone"))), /gone/);
    const { answer } = await startAsking(relay, session, NEVER);
    const unanswered = assert.rejects(answer, { name: "UnansweredError" });
    await clock.untilSleeping();
    await clock.advance(5 * 60_000);
    await unanswered;
  }

  assert.deepEqual(errors, []);
  assert.equal(clock.sleeping, 0);
});

Deno.test("an answer that comes while the question is being sent is not lost", async () => {
  const { relay } = await createRelay(new FakeClock());
  const session = sessionOf(1);

  const answer = await relay.ask(session, async (id) => {
    assert.ok(await relay.answer(session, { jsonrpc: "2.0", id, result: { early: true } }));
  }, NEVER);

  assert.deepEqual("result" in answer && answer.result, { early: true });
});

Deno.test("a question that the store has lost waits only for an answer on its way", async () => {
  const clock = new FakeClock();
  const { relay, store, errors } = await createRelay(clock);
  const session = sessionOf(1);
  const start = clock.now();
  const { id, answer } = await startAsking(relay, session, NEVER);
  const lost = assert.rejects(answer, { name: "StoreError" });
  await clock.untilSleeping();

  await store.delete(markOf(session, id));
  await clock.runUntil(lost);

  assert.ok(clock.now() - start <= 4_000, `${clock.now() - start} ms`);
  assert.equal(await relay.answer(session, yesTo(id)), false);
  assert.equal(clock.sleeping, 0);
  assert.deepEqual(errors, []);
});

Deno.test("an answer that has taken the mark counts although it is a second late", async () => {
  const clock = new FakeClock();
  const { relay, store } = await createRelay(clock);
  const session = sessionOf(1);
  const { id, answer } = await startAsking(relay, session, NEVER);
  await clock.untilSleeping();
  store.failures.publish = 1;

  await clock.advance(1_500);
  const passedOn = relay.answer(session, yesTo(id));
  await clock.runUntil(answer);

  assert.ok(await passedOn);
  const heard = await answer;
  assert.deepEqual("result" in heard && heard.result, { action: "accept" });
});

Deno.test("a question survives one failure of the store, but not two in a row", async () => {
  const clock = new FakeClock();
  const { relay, store } = await createRelay(clock);
  const session = sessionOf(1);
  const { answer } = await startAsking(relay, session, NEVER);
  let ended = false;
  const failed = assert.rejects(answer, { name: "StoreError", message: "get fails." }).then(() => ended = true);
  await clock.untilSleeping();

  for (let round = 0; round < 3; round++) {
    store.failures.get = 1;
    await clock.advance(4_000);
    assert.equal(store.failures.get, 0, "it has looked");
    assert.equal(ended, false);
  }
  store.failures.get = 2;
  await clock.advance(4_000);
  await failed;

  assert.equal(clock.sleeping, 0);
});

Deno.test("an answer survives a store that fails for seconds, and still counts once", async () => {
  const clock = new FakeClock();
  const { relay, store } = await createRelay(clock);
  const session = sessionOf(1);
  const { id, answer } = await startAsking(relay, session, NEVER);
  store.failures.take = 4;

  const isPassedOn = await clock.runUntil(relay.answer(session, yesTo(id)));
  const isPassedOnAgain = await relay.answer(session, yesTo(id));

  assert.deepEqual([isPassedOn, isPassedOnAgain], [true, false]);
  assert.ok(await answer);
});

for (const command of ["take", "publish"] as const) {
  Deno.test(`a store that keeps failing at ${command} fails the answer, and the wait ends soon after`, async () => {
    const clock = new FakeClock();
    const { relay, store } = await createRelay(clock);
    const session = sessionOf(1);
    const { id, answer } = await startAsking(relay, session, NEVER);
    const lost = assert.rejects(answer, { name: "StoreError" });
    await clock.untilSleeping();
    const start = clock.now();
    store.failures[command] = Infinity;
    if (command === "take") store.failures.get = Infinity;

    await clock.runUntil(assert.rejects(relay.answer(session, yesTo(id)), { name: "StoreError" }));
    await clock.runUntil(lost);

    assert.ok(clock.now() - start <= 6_000, `${clock.now() - start} ms`);
    assert.equal(clock.sleeping, 0);
  });
}

Deno.test("an answer whose mark was taken with a late reply does not get the error that no question waits for it", async () => {
  const clock = new FakeClock();
  const { relay, store } = await createRelay(clock);
  const session = sessionOf(1);
  const { id, answer } = await startAsking(relay, session, NEVER);
  const lost = assert.rejects(answer, { name: "StoreError" });
  await clock.untilSleeping();
  store.failures.take = 1;
  store.isLate = true;

  await clock.runUntil(
    assert.rejects(relay.answer(session, yesTo(id)), { name: "StoreError", message: "take fails." }),
  );
  await clock.runUntil(lost);

  assert.equal(await relay.answer(session, yesTo(id)), false);
});

Deno.test("an internal error ends a wait at once", async () => {
  const clock = new FakeClock();
  const { relay, store } = await createRelay(clock);
  const { answer } = await startAsking(relay, sessionOf(1), NEVER);
  const failed = assert.rejects(answer, TypeError);
  await clock.untilSleeping();
  store.get = () => Promise.reject(new TypeError("no store at all"));

  await clock.advance(2_000);

  await failed;
});
