/**
 * Every tool that asks, called in one way, through every way in which a person can be asked, with every answer: the
 * sandbox counts what was carried out. It is once where a person said yes to that very call, and never elsewhere.
 */
import assert from "node:assert/strict";
import { type AskingCall, askingCalls } from "./asking_calls.ts";
import { inWay, otherWay, type Way } from "./calling_ways.ts";
import type { Answer } from "./clients.ts";
import { KEY_HEADERS } from "./clients.ts";
import { MIN_THOUGHT_MS } from "../../src/confirm/elicitation.ts";
import { decide } from "./decide.ts";
import { type Service, startService } from "./harness.ts";
import { TEST_KEYS } from "./keys.ts";
import { LegacySession } from "./legacy_session.ts";
import { type RedisAddress, redisOfFile } from "./redis_server.ts";
import { callTool } from "./rpc.ts";
import { callModern, type ModernAnswer } from "./rpc_2026.ts";
import { receiptOf } from "./undo_cases.ts";
import { approvalOf, toType, yesTo } from "./yes.ts";
import { FakeClock, type Sandbox, startSandbox } from "../sandbox/mod.ts";

/** A call, the way in which it is made, and the credentials that it is made with. */
type Call = TableCall & { way: Way; headers: Record<string, string> };

/** A call of the table: one that asks, or one that takes a change back. */
interface TableCall extends AskingCall {
  /** Makes the call ready: what it takes back has to be done first. Nobody is asked for that. */
  prepare?: (url: URL, headers: Record<string, string>) => Promise<Pick<AskingCall, "args" | "otherArgs">>;
  /** The code for another customer with a yes to this call. */
  foreignCode: string;
}

const OPENED_AGAIN = "app_access_state_update";

/** Every call that asks, and the undo of a change whose reverse call asks. */
const tableCalls: readonly TableCall[] = [
  ...askingCalls.map((call) => ({ ...call, foreignCode: "confirmation_required" })),
  {
    tool: "undo_change",
    args: {},
    otherArgs: {},
    setUp: () => {},
    prepare: async (url, headers) => {
      const [args, otherArgs] = await Promise.all([200001, 200002].map(async (app_id) => {
        const { json } = await callTool(url, "set_app_state", { app_id, enabled: false }, headers);
        return { receipt: receiptOf(json) };
      }));
      if (args === undefined || otherArgs === undefined) throw new Error("there are two changes");
      return { args, otherArgs };
    },
    // Beside the two changes that were made first.
    carriedOut: (sandbox) => Math.max(0, sandbox.requestsTo(OPENED_AGAIN).length - 2),
    foreignCode: "not_found",
  },
];

const [ENCRYPTION_KEY] = TEST_KEYS;
const PUBLIC_URL = "http://127.0.0.1:7000";
const NO = { action: "decline" };

/** Two replicas of one service. */
interface Replicas {
  a: Service;
  b: Service;
  sandbox: Sandbox;
  clock: FakeClock;
  env: Record<string, string>;
}

/** The replicas of the cases of one call: starting them takes longer than a case. */
async function startReplicas(redis: RedisAddress): Promise<Replicas & AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  const sandbox = stack.use(await startSandbox({ rateLimitPerMinute: 10_000 }));
  const clock = new FakeClock(Date.now());
  const env = { REDIS_URL: redis.url, ENCRYPTION_KEY, PUBLIC_URL, RATE_LIMIT_REQUESTS: "10000" };
  const [a, b] = [
    stack.use(await startService({ env, sandbox, clock })),
    stack.use(await startService({ env, sandbox, clock })),
  ];
  return { a, b, sandbox, clock, env, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Nothing that was said in one case may count in the next: each has a customer of its own, and a fresh Cloudways. */
async function beginCase(
  { sandbox, clock, env }: Replicas,
  call: TableCall & { way: Way },
  number: number,
): Promise<Call> {
  const token = `cw_demo_not_real_case_${number}`;
  sandbox.startOver([{ token }]);
  call.setUp(sandbox);
  const headers = { "x-cloudways-access-token": token };
  if (call.prepare === undefined) return { ...call, headers };
  await using first = await startService({ env: { ...env, CONFIRM: "off" }, sandbox, clock });
  return { ...call, headers, ...await call.prepare(first.mcpUrl, headers) };
}

/** Asks, and gives what an answer needs. */
async function ask(service: Service, call: Call) {
  const asked = await callModern({ url: service.mcpUrl, ...inWay(call), headers: call.headers });
  assert.equal(asked.kind, "question", JSON.stringify(asked));
  if (asked.kind !== "question") throw new Error("no question");
  assert.equal(asked.mode, "form");
  return { ...asked, yes: yesTo(asked.message) };
}

function answer(
  service: Service,
  call: Call,
  state: string,
  reply: unknown,
  headers = call.headers,
) {
  return callModern({ url: service.mcpUrl, ...inWay(call), headers, answered: { state, reply } });
}

function assertRefused(answered: ModernAnswer, code: string): void {
  assert.equal(answered.kind, "result", JSON.stringify(answered));
  if (answered.kind !== "result") return;
  assert.equal(answered.answer.isError, true);
  assert.equal(answered.answer.json.code, code);
}

function assertDone(answered: ModernAnswer): void {
  assert.equal(answered.kind, "result", JSON.stringify(answered));
  if (answered.kind === "result") assert.equal(answered.answer.isError, false, JSON.stringify(answered.answer.json));
}

/** Everything that has a name of which a yes depends, and what each DNS record says. */
function everythingNamed(sandbox: Sandbox) {
  const { servers, projects, members, addons, channels, copilot, dns } = sandbox.account();
  const named = [...projects, ...members, ...channels, ...copilot.plans];
  return [
    ...[...servers, ...addons].map((one) => ({ rename: (to: Renaming) => void (one.label = to(one.label)) })),
    ...named.map((one) => ({ rename: (to: Renaming) => void (one.name = to(one.name)) })),
    ...dns.flatMap(({ records }) => records).map((one) => ({
      rename: (to: Renaming) => void (one.value = to(one.value)),
    })),
  ];
}

type Renaming = (name: string) => string;

/** Changes what every call of the demo account hits, as somebody in the Cloudways console might. */
function changeTarget(sandbox: Sandbox): void {
  for (const named of everythingNamed(sandbox)) named.rename((name) => `${name} moved`);
  sandbox.account().dns.push({ uid: "moved", name: "moved.example", status: "Inactive", records: [] });
  switchDomains(sandbox);
}

function changeTargetBack(sandbox: Sandbox): void {
  for (const named of everythingNamed(sandbox)) named.rename((name) => name.replace(/ moved$/, ""));
  const account = sandbox.account();
  account.dns = account.dns.filter(({ uid }) => uid !== "moved");
  switchDomains(sandbox);
}

/** The other state of each sending domain, which has no other name. */
function switchDomains(sandbox: Sandbox): void {
  for (const domain of sandbox.account().emailDomains) domain.tracking = !domain.tracking;
}

/** A yes to one call, sent with another, is answered as if nobody had said it, and is spent thereby. */
async function assertCountsForNothing(
  service: Service,
  call: Call,
  other: Call,
  { state, yes }: { state: string; yes: unknown },
): Promise<void> {
  const unasked = await callModern({ url: service.mcpUrl, ...inWay(other), headers: other.headers });
  const answered = await answer(service, other, state, yes);
  assert.equal(answered.kind, unasked.kind, JSON.stringify(answered));
  if (answered.kind === "question") assertRefused(await answer(service, call, state, yes), "confirmation_required");
  if (answered.kind !== "result" || unasked.kind !== "result") return;
  // Refused for what it is: nobody has looked at the yes.
  assert.equal(answered.answer.isError, true);
  assert.equal(answered.answer.json.code, unasked.answer.json.code);
}

/** The fate of one call of a client of 2026-07-28. */
type ModernCase = (replicas: Replicas, call: Call) => Promise<void>;

/** The answers of clients of 2026-07-28, by how often they carry the call out. */
const MODERN: Record<string, { times: number; run: ModernCase }> = {
  "no answer": {
    times: 0,
    async run({ a }, call) {
      const { message, schema } = await ask(a, call);
      const { type, properties, required } = Object(schema);

      assert.ok(message.length > 0);
      assert.equal(type, "object");
      assert.deepEqual(properties.approve, {
        type: "boolean",
        title: "Approve",
        description: "Yes, carry this out.",
      });
      const names = toType(message) === undefined ? ["approve"] : ["approve", "label"];
      assert.deepEqual([Object.keys(properties), required], [names, names]);
    },
  },
  "a yes": {
    times: 1,
    async run({ a }, call) {
      const { state, yes } = await ask(a, call);
      assertDone(await answer(a, call, state, yes));
    },
  },
  "a yes at another replica": {
    times: 1,
    async run({ a, b }, call) {
      const { state, yes } = await ask(a, call);
      assertDone(await answer(b, call, state, yes));
    },
  },
  "a no, and the call again": {
    times: 0,
    async run({ a, b, clock }, call) {
      const { state, yes } = await ask(a, call);
      await clock.advance(MIN_THOUGHT_MS);
      assertRefused(await answer(a, call, state, NO), "confirmation_declined");
      assertRefused(await answer(b, call, state, yes), "confirmation_required");
      assertRefused(
        await callModern({ url: b.mcpUrl, ...inWay(call), headers: call.headers }),
        "confirmation_declined",
      );
    },
  },
  "an expired question": {
    times: 0,
    async run({ a, clock }, call) {
      const { state, yes } = await ask(a, call);
      // A plan ends with its question.
      const [minutes, code] = call.tool === "apply_plan" ? [30, "not_found"] : [10, "confirmation_required"];
      await clock.advance(minutes * 60_000);
      assertRefused(await answer(a, call, state, yes), code);
    },
  },
  "an altered state": {
    times: 0,
    async run({ a }, call) {
      const { state, yes } = await ask(a, call);
      const at = state.length - 20;
      const altered = state.slice(0, at) + (state[at] === "A" ? "B" : "A") + state.slice(at + 1);
      for (const wrong of [altered, state.slice(0, -1), `${state}A`, "", "v1.00000000.AAAA", "x".repeat(10_000)]) {
        assertRefused(await answer(a, call, wrong, yes), "confirmation_required");
      }
    },
  },
  "changed arguments": {
    times: 0,
    async run({ a }, call) {
      const { state, yes } = await ask(a, call);
      await assertCountsForNothing(a, call, { ...call, args: call.otherArgs }, { state, yes });
    },
  },
  "another tool": {
    times: 0,
    async run({ a }, call) {
      // restore_app would wait for the list of restore points, and the clock stands still.
      const other = askingCalls.find(({ tool, args }) =>
        tool !== call.tool && tool !== "restore_app" && "app_id" in args === "app_id" in call.args
      );
      if (other === undefined) throw new Error("there is another tool for the same thing");
      const { state, yes } = await ask(a, call);
      await assertCountsForNothing(a, call, { ...call, ...other }, { state, yes });
    },
  },
  "a changed target, and then a yes to what it is now": {
    times: 1,
    async run({ a, b, sandbox }, call) {
      const { state, yes } = await ask(a, call);
      changeTarget(sandbox);
      const again = await answer(a, call, state, yes);
      assert.equal(again.kind, "question");
      assert.equal(call.carriedOut(sandbox), 0);
      assertRefused(await answer(b, { ...call }, "", yes), "confirmation_required");
      if (again.kind === "question") assertDone(await answer(b, call, again.state, yesTo(again.message)));
    },
  },
  "a yes to a changed target, and again when it is what it was": {
    times: 0,
    async run({ a, b, sandbox }, call) {
      const { state, yes } = await ask(a, call);
      changeTarget(sandbox);
      assert.equal((await answer(a, call, state, yes)).kind, "question");
      changeTargetBack(sandbox);
      assertRefused(await answer(b, call, state, yes), "confirmation_required");
    },
  },
  "a yes that comes twice": {
    times: 1,
    async run({ a, b, sandbox }, call) {
      const { state, yes } = await ask(a, call);
      assertDone(await answer(a, call, state, yes));
      const { carriedOut } = call;
      assert.equal(carriedOut(sandbox), 1);
      const again = await answer(b, call, state, yes);
      assert.ok(again.kind === "question" || again.kind === "result" && again.answer.isError, JSON.stringify(again));
    },
  },
  "a yes that comes many times at once": {
    times: 1,
    async run({ a, b }, call) {
      const { state, yes } = await ask(a, call);
      const all = await Promise.all([a, b, a, b, a, b].map((service) => answer(service, call, state, yes)));
      const done = all.filter((one) => one.kind === "result" && !one.answer.isError);
      assert.equal(done.length, 1);
    },
  },
  "a yes that was asked for in the other way of calling, used in both": {
    times: 1,
    async run({ a, b, sandbox }, call) {
      const other = { ...call, way: otherWay(call.way) };
      const { state, yes } = await ask(a, other);
      assertDone(await answer(b, call, state, yes));
      assert.equal(call.carriedOut(sandbox), 1);
      const again = await answer(a, other, state, yes);
      assert.ok(again.kind === "question" || again.kind === "result" && again.answer.isError, JSON.stringify(again));
    },
  },
  "a yes of another customer": {
    times: 0,
    async run({ a }, call) {
      const { state, yes } = await ask(a, call);
      assertRefused(await answer(a, call, state, yes, KEY_HEADERS), call.foreignCode);
    },
  },
};

/** Replies that a careless check would take for a yes. */
const NO_YES: Record<string, { reply: unknown; code: string }> = {
  "an accepted form without content": { reply: { action: "accept" }, code: "confirmation_required" },
  "a yes in words": { reply: { action: "accept", content: { approve: "true" } }, code: "confirmation_required" },
  "an accepted form with a no in it": {
    reply: { action: "accept", content: { approve: false } },
    code: "confirmation_declined",
  },
  "a yes in a form that was declined": {
    reply: { action: "decline", content: { approve: true } },
    code: "confirmation_declined",
  },
  "a yes in a form that was cancelled": {
    reply: { action: "cancel", content: { approve: true } },
    code: "confirmation_required",
  },
  "no reply at all": { reply: undefined, code: "confirmation_required" },
};

for (const [name, { reply, code }] of Object.entries(NO_YES)) {
  MODERN[name] = {
    times: 0,
    async run({ a, b, clock }, call) {
      const { state, yes } = await ask(a, call);
      await clock.advance(MIN_THOUGHT_MS);
      assertRefused(await answer(a, call, state, reply), code);
      assertRefused(await answer(b, call, state, yes), "confirmation_required");
    },
  };
}

/** Asks through clients of 2026-07-28. */
function testModernClients({ way, emptyRedis }: Table): void {
  for (const call of tableCalls.map((call) => ({ ...call, way }))) {
    Deno.test(`${call.tool}, called ${way} and asked through a client of 2026-07-28, is done once for a yes to it and never else`, async (t) => {
      await using replicas = await startReplicas(await emptyRedis());
      for (const [number, [name, { times, run }]] of Object.entries(MODERN).entries()) {
        await t.step(name, async () => {
          await run(replicas, await beginCase(replicas, call, number));

          assert.equal(call.carriedOut(replicas.sandbox), times);
        });
      }
    });
  }
}

/** The page of a question, and the text of the question. */
interface Waiting {
  path: string;
  message: string;
}

function assertWaitsForPage(answered: Answer, code = "confirmation_required"): Waiting {
  assert.equal(answered.json.code, code, JSON.stringify(answered.json));
  const { approval_url } = Object(answered.json.details);
  assert.match(String(approval_url), /^http:\/\/127\.0\.0\.1:7000\/approve\/[A-Za-z0-9_-]{22,32}$/);
  return { path: new URL(String(approval_url)).pathname, message: String(answered.json.message) };
}

/** What a person does on the page. */
async function decideOn({ url }: Service, { path, message }: Waiting, decision: string): Promise<void> {
  const fields = decision === "approve" ? approvalOf(message) : { decision };
  const status = await decide(url, path, fields, PUBLIC_URL);
  assert.ok(status === 200 || status === 303, `status ${status}`);
}

function callPlain({ mcpUrl }: Service, call: Call, headers = call.headers): Promise<Answer> {
  const { name, args } = inWay(call);
  return callTool(mcpUrl, name, args, headers);
}

/** Calls of clients that can't ask, which get a page. */
const PAGE: Record<string, { times: number; run: ModernCase }> = {
  "no decision": {
    times: 0,
    async run({ a, b }, call) {
      const { path } = assertWaitsForPage(await callPlain(a, call));
      const again = assertWaitsForPage(await callPlain(b, call), "approval_pending");
      assert.equal(again.path, path, "the same call gets the same address while it is open");
    },
  },
  "approved, then called twice": {
    times: 1,
    async run({ a, b, sandbox }, call) {
      const waiting = assertWaitsForPage(await callPlain(a, call));
      await decideOn(b, waiting, "approve");
      assert.equal(call.carriedOut(sandbox), 0);
      const done = await callPlain(a, call);
      assert.equal(done.isError, false, JSON.stringify(done.json));
      const again = await callPlain(b, call);
      assert.equal(again.isError, true, JSON.stringify(again.json));
    },
  },
  "approved for the other way of calling, then called in both": {
    times: 1,
    async run({ a, b }, call) {
      const other = { ...call, way: otherWay(call.way) };
      const waiting = assertWaitsForPage(await callPlain(a, other));
      assert.equal(assertWaitsForPage(await callPlain(b, call), "approval_pending").path, waiting.path);
      await decideOn(a, waiting, "approve");
      assert.equal((await callPlain(b, call)).isError, false);
      assert.equal((await callPlain(a, other)).isError, true);
    },
  },
  "approved, then called many times at once": {
    times: 1,
    async run({ a, b }, call) {
      await decideOn(a, assertWaitsForPage(await callPlain(a, call)), "approve");
      const all = await Promise.all([a, b, a, b].map((service) => callPlain(service, call)));
      assert.equal(all.filter(({ isError }) => !isError).length, 1);
    },
  },
  "denied": {
    times: 0,
    async run({ a, b }, call) {
      const waiting = assertWaitsForPage(await callPlain(a, call));
      await decideOn(a, waiting, "deny");
      const { json } = await callPlain(b, call);
      assert.equal(json.code, "confirmation_declined");
    },
  },
  "approved and withdrawn": {
    times: 0,
    async run({ a, b }, call) {
      const waiting = assertWaitsForPage(await callPlain(a, call));
      await decideOn(a, waiting, "approve");
      await decideOn(b, waiting, "withdraw");
      const { isError } = await callPlain(a, call);
      assert.equal(isError, true);
    },
  },
  "approved, then called with other arguments, for another target, and by another customer": {
    times: 0,
    async run({ a, b, sandbox }, call) {
      const waiting = assertWaitsForPage(await callPlain(a, call));
      await decideOn(a, waiting, "approve");
      assert.equal((await callPlain(b, { ...call, args: call.otherArgs })).isError, true);
      assert.equal((await callPlain(b, call, KEY_HEADERS)).isError, true);
      changeTarget(sandbox);
      assertWaitsForPage(await callPlain(a, call));
    },
  },
};

/** Asks on the approval page. */
function testApprovalPage({ way, emptyRedis }: Table): void {
  for (const call of tableCalls.map((call) => ({ ...call, way }))) {
    Deno.test(`${call.tool}, called ${way} and asked on the approval page, is done once for a yes to it and never else`, async (t) => {
      await using replicas = await startReplicas(await emptyRedis());
      for (const [number, [name, { times, run }]] of Object.entries(PAGE).entries()) {
        await t.step(name, async () => {
          await run(replicas, await beginCase(replicas, call, number));

          assert.equal(call.carriedOut(replicas.sandbox), times);
        });
      }
    });
  }
}

/** Answers of clients of 2025-11-25, by how often they carry the call out. */
const LEGACY: Record<
  string,
  { reply: object | typeof yesTo; times: number; code?: string; before?: (r: Replicas) => void | Promise<void> }
> = {
  "a yes": { reply: yesTo, times: 1 },
  "a no": {
    reply: NO,
    times: 0,
    code: "confirmation_declined",
    before: ({ clock }) => clock.advance(MIN_THOUGHT_MS),
  },
  "a form sent as it came": { reply: { action: "accept", content: {} }, times: 0, code: "confirmation_required" },
  "a yes to what has changed since": {
    reply: yesTo,
    times: 0,
    code: "confirmation_required",
    before: ({ sandbox }) => changeTarget(sandbox),
  },
};

/** Asks through clients of 2025-11-25. */
function testLegacyClients({ way, emptyRedis }: Table): void {
  for (const call of tableCalls.map((call) => ({ ...call, way }))) {
    Deno.test(`${call.tool}, called ${way} and asked through a client of 2025-11-25, is done once for a yes to it and never else`, async (t) => {
      await using replicas = await startReplicas(await emptyRedis());
      const { a, b, sandbox } = replicas;
      for (const [number, [step, { reply, times, code, before }]] of Object.entries(LEGACY).entries()) {
        await t.step(step, async () => {
          const prepared = await beginCase(replicas, call, number);
          const session = await LegacySession.open([a.mcpUrl, b.mcpUrl], { headers: prepared.headers });

          const { name, args } = inWay(prepared);
          const { answer: answered } = await session.converse(name, args, async ({ params }) => {
            assert.equal(call.carriedOut(sandbox), 0);
            await before?.(replicas);
            return typeof reply === "function" ? reply(String(params.message)) : reply;
          });

          assert.equal(answered.json.code, code, JSON.stringify(answered.json));
          assert.equal(call.carriedOut(sandbox), times);
        });
      }
    });
  }
}

/** What the tests of one file have in common. */
interface Table {
  way: Way;
  emptyRedis: () => Promise<RedisAddress>;
}

/** Makes the tests of the table for one way of calling. */
export function testConfirmationTable(way: Way): void {
  const table = { way, emptyRedis: redisOfFile() };
  testModernClients(table);
  testApprovalPage(table);
  testLegacyClients(table);
}
