import assert from "node:assert/strict";
import { Box } from "../../src/crypto/box.ts";
import { KeyRing } from "../../src/crypto/key_ring.ts";
import { ToolError } from "../../src/errors.ts";
import { MAX_OPEN_PER_CUSTOMER, MAX_OPEN_PER_PROCESS, Relay, type RelaySession } from "../../src/mcp/relay.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { FakeClock } from "../sandbox/fake_clock.ts";

const NEVER = new AbortController().signal;

async function createRelay(clock: FakeClock) {
  const ring = await KeyRing.create({ encryptionKeys: [new Uint8Array(32).fill(1)] });
  const errors: Error[] = [];
  const store = new MemoryStore({ clock });
  const relay = new Relay({ store, box: new Box(ring), clock, onError: (error) => errors.push(error) });
  return { relay, store, errors };
}

function sessionOf(customer: number): RelaySession {
  return { customer: customer.toString(16).padStart(64, "0"), nonce: "0".repeat(32) };
}

/** Asks, and resolves once the question is sent. */
async function startAsking(relay: Relay, session: RelaySession, signal: AbortSignal) {
  const sent = Promise.withResolvers<string>();
  const answer = relay.ask(session, (id) => Promise.resolve(sent.resolve(id)), signal);
  answer.catch(sent.reject);
  return { id: await sent.promise, answer };
}

function isRateLimited(error: unknown): boolean {
  return error instanceof ToolError && error.code === "rate_limited" && (error.retryAfter ?? 0) > 0;
}

Deno.test("a process has at most so many open questions, whoever they are for", async () => {
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

Deno.test("a wait that ends gives its place back, however it ends", async () => {
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
