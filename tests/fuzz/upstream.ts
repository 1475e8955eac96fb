/** Answers of Cloudways: anything, to any request of any call. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { FakeClock, startSandbox } from "../sandbox/mod.ts";
import { setUpForEveryTool } from "../tool_rows/mod.ts";
import { callRequest, readAnswer } from "./calls.ts";
import { anyJson, anyMutation, anyText, mutate, type Mutation, toText } from "./json_cases.ts";
import { defineProperty, type FuzzProperty } from "./property.ts";
import { type RudeAnswer, type RudeRequest, startRudeUpstream } from "./rude_upstream.ts";
import { type RunningApp, startApp } from "./running_app.ts";
import { type FuzzCall, rightCall } from "./tool_calls.ts";

/** The time for one request, so that a silent upstream does not delay a case for long. */
const TIMEOUT_MS = 400;
/** More bytes than any answer may have. */
const HUGE_BYTES = 50 * 1024 * 1024;
/** Longer than any state of a failure lasts. */
const FORGOTTEN_MS = 20 * 60_000;

/** The target of redirects; the bench knows the port. */
const LOCATION = "Location: elsewhere";

const status = fc.oneof(
  { weight: 3, arbitrary: fc.constant(200) },
  { weight: 3, arbitrary: fc.constantFrom(201, 204, 301, 304, 400, 401, 403, 404, 422, 429, 500, 502, 503) },
  { weight: 1, arbitrary: fc.integer({ min: 200, max: 999 }) },
);
const headLine = fc.constantFrom(
  "Content-Type: application/json",
  "Content-Type: application/json; charset=utf-16",
  "Content-Type: text/html",
  "Content-Type: \xff",
  "Content-Encoding: gzip",
  "Content-Encoding: x",
  "Retry-After: 1",
  "Retry-After: 99999999999999999999",
  "Retry-After: -5",
  "Retry-After: soon",
  "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT",
  "X-RateLimit-Limit: NaN",
  "X-RateLimit-Remaining: -1",
  LOCATION,
  "Set-Cookie: a=b",
  `X-Long: ${"x".repeat(60_000)}`,
  "no colon here",
);
const framing: fc.Arbitrary<RudeAnswer["framing"]> = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom("length", "chunked", "close") },
  { weight: 2, arbitrary: fc.constantFrom("cut", "longer", "bad chunk", "no head", "nothing") },
);
const bytes = fc.oneof(
  { weight: 4, arbitrary: anyJson.map(toText) },
  { weight: 2, arbitrary: anyText },
  { weight: 1, arbitrary: fc.constantFrom("", "null", "[]", "{}", "true", '"text"', "[".repeat(500_000), "\ufeff{}") },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
);

/** The fault of one answer. */
type Wrong = { kind: "mutated"; mutations: Mutation[] } | { kind: "rude"; answer: RudeAnswer };

const mutated: fc.Arbitrary<Wrong> = fc.array(anyMutation, { minLength: 1, maxLength: 3 })
  .map((mutations) => ({ kind: "mutated", mutations }));
const rude: fc.Arbitrary<Wrong> = fc.record({
  status,
  head: fc.array(headLine, { maxLength: 3 }),
  body: bytes,
  framing,
})
  .map((answer) => ({ kind: "rude", answer }));

/** Answers that go on until they are stopped; few, since each takes time. */
const heavy: fc.Arbitrary<Wrong> = fc.constantFrom<RudeAnswer>(
  { status: 200, head: [], body: "", framing: "endless" },
  { status: 500, head: [], body: "", framing: "endless" },
  { status: 200, head: [], body: "", framing: "silence" },
  { status: 200, head: [], body: new Uint8Array(HUGE_BYTES).fill(0x20), framing: "length" },
  { status: 200, head: ["Content-Type: application/json"], body: "[".repeat(8_000_000), framing: "close" },
  { status: 422, head: [], body: `{"a":${"[".repeat(3_000_000)}${"]".repeat(3_000_000)}}`, framing: "length" },
  { status: 200, head: [], body: `{"servers":[${'{"id":1},'.repeat(300_000)}{"id":2}]}`, framing: "length" },
).map((answer) => ({ kind: "rude", answer }));

interface UpstreamCase {
  call: FuzzCall;
  headers: Record<string, string>;
  /** Which of the call's requests gets a wrong answer; the others get valid ones. */
  at: number;
  /** Also every later one. */
  lasting: boolean;
  wrong: Wrong;
}

const casesWith = (wrong: fc.Arbitrary<Wrong>): fc.Arbitrary<UpstreamCase> =>
  fc.record({
    call: rightCall,
    headers: fc.constantFrom<Record<string, string>>({ ...TOKEN_HEADERS }, { ...KEY_HEADERS }),
    at: fc.nat({ max: 3 }),
    lasting: fc.boolean(),
    wrong,
  });

/** Passes requests on to the sandbox, and spoils some of its answers. */
class SpoiltUpstream {
  readonly #sandboxUrl: string;
  readonly #elsewhere: string;
  #case: UpstreamCase | undefined;
  #requests = 0;

  /** @param elsewhere The target of redirects. */
  constructor(sandboxUrl: string, elsewhere: string) {
    this.#sandboxUrl = sandboxUrl;
    this.#elsewhere = elsewhere;
  }

  /** From now on answers are spoilt as this case says; without a case none is. */
  begin(now: UpstreamCase | undefined): void {
    this.#case = now;
    this.#requests = 0;
  }

  async answer(request: RudeRequest): Promise<RudeAnswer> {
    const turn = this.#requests++;
    const now = this.#case;
    const isSpoilt = now !== undefined && (turn === now.at || (now.lasting && turn > now.at));
    if (isSpoilt && now.wrong.kind === "rude") {
      const { answer } = now.wrong;
      return { ...answer, head: answer.head.map((line) => line === LOCATION ? `Location: ${this.#elsewhere}` : line) };
    }
    const right = await this.#passOn(request);
    if (!isSpoilt || now.wrong.kind === "rude" || typeof right.body !== "string") return right;
    return { ...right, body: spoil(right.body, now.wrong.mutations) };
  }

  async #passOn({ method, target, head, body }: RudeRequest): Promise<RudeAnswer> {
    const authorization = /^authorization: *(.*)$/im.exec(head)?.[1];
    const response = await fetch(this.#sandboxUrl + target.replace("/api/v2", ""), {
      method,
      headers: {
        ...(authorization !== undefined && { authorization }),
        ...(body !== "" && { "content-type": "application/x-www-form-urlencoded" }),
      },
      ...(body !== "" && { body }),
    });
    return {
      status: response.status,
      head: ["Content-Type: application/json"],
      body: await response.text(),
      framing: "length",
    };
  }
}

function spoil(text: string, mutations: readonly Mutation[]): string {
  try {
    return toText(mutate(JSON.parse(text), mutations));
  } catch {
    return text.slice(0, text.length >> 1);
  }
}

function upstreamProperty(
  name: string,
  claim: string,
  wrong: fc.Arbitrary<Wrong>,
  cases: { quick: number; perBench: number },
) {
  return defineProperty({
    name,
    claim,
    ...cases,
    async bench() {
      const sandbox = await startSandbox({
        rateLimitPerMinute: 1e9,
        exchangesPerMinute: 1e9,
        pace: { polls: 1, seconds: 0 },
      });
      setUpForEveryTool(sandbox);
      let redirected = 0;
      const elsewhere = startRudeUpstream(() => {
        redirected++;
        return Promise.resolve({ status: 200, head: [], body: "{}", framing: "length" });
      });
      const spoilt = new SpoiltUpstream(sandbox.baseUrl, elsewhere.baseUrl);
      const upstream = startRudeUpstream((request) => spoilt.answer(request));
      const clock = new FakeClock();
      const env = { CONFIRM: "off" };
      const app = await startApp({ apiBaseUrl: upstream.baseUrl, env, clock, upstreamTimeoutMs: TIMEOUT_MS });
      return {
        cases: casesWith(wrong),
        holds: async (value) => {
          spoilt.begin(value);
          await clock.advance(FORGOTTEN_MS);

          await clock.runUntil(answered(app, value), 1000, 0);

          assert.equal(redirected, 0, "a redirect was followed");
          upstream.hangUp();
          spoilt.begin(undefined);
          sandbox.reset();
        },
        async end() {
          await app.close();
          await upstream.close();
          await elsewhere.close();
          await sandbox[Symbol.asyncDispose]();
        },
      };
    },
  });
}

async function answered(app: RunningApp, { call, headers }: UpstreamCase): Promise<void> {
  const answer = await app.send(callRequest(call, headers));

  app.assertQuietLog();
  readAnswer(call, answer);
}

/** Answers of any bytes, framing and form. */
export const upstreamProperties: readonly FuzzProperty[] = [
  upstreamProperty(
    "upstream/mutated",
    "an answer of Cloudways that is nearly right makes an answer of the contract",
    mutated,
    { quick: 200, perBench: 500 },
  ),
  upstreamProperty(
    "upstream/rude",
    "an answer of Cloudways in any bytes makes an answer of the contract",
    rude,
    { quick: 150, perBench: 500 },
  ),
  upstreamProperty(
    "upstream/heavy",
    "an answer of Cloudways that is too large, too deep or never ends makes an answer of the contract",
    heavy,
    { quick: 6, perBench: 200 },
  ),
];
