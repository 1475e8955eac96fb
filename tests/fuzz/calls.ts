/** Tool calls with any arguments: never an internal error, never a wrong request, always a well-formed answer. */
import assert from "node:assert/strict";
import * as z from "zod";
import { ERROR_CODES } from "../../src/errors.ts";
import { Catalogue } from "../../src/calls/catalogue.ts";
import { allTools } from "../../src/tools/all.ts";
import { answerJson, TOKEN_HEADERS } from "../support/clients.ts";
import { startSandbox } from "../sandbox/mod.ts";
import { outputProblems } from "../support/tool_contract.ts";
import { setUpForEveryTool } from "../tool_rows/mod.ts";
import { defineProperty, type FuzzProperty } from "./property.ts";
import { assertNoLeak, messagesOf, type ReadAnswer, startApp } from "./running_app.ts";
import { anyCall, type FuzzCall } from "./tool_calls.ts";

/** Shared, since the validator keeps every schema that it compiles. */
const CATALOGUE = new Catalogue(allTools);

/** Codes that a call may fail with; not internal_error. */
const CODES: readonly string[] = ERROR_CODES.filter((code) => code !== "internal_error");

const resultSchema = z.object({
  isError: z.boolean().default(false),
  content: z.tuple([z.object({ type: z.literal("text"), text: z.string() })]),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
});
const errorSchema = z.looseObject({ status: z.literal("error"), code: z.string(), message: z.string().min(1) });

/** The result of a call. */
export interface CallAnswer {
  isError: boolean;
  code: string;
  json: Record<string, unknown>;
}

/** The request that makes a call. */
export function callRequest({ tool, args }: FuzzCall, headers: Record<string, string> = TOKEN_HEADERS): Request {
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: tool, arguments: args } };
  const common = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  return new Request("http://127.0.0.1:7000/mcp", {
    method: "POST",
    headers: { ...common, ...headers },
    body: JSON.stringify(message),
  });
}

/** Checks an answer to a call against the contract, and returns its content. */
export function readAnswer({ tool }: FuzzCall, answer: ReadAnswer): CallAnswer {
  assert.equal(answer.status, 200, answer.text.slice(0, 500));
  assertNoLeak(answer.text, "the answer");
  const last = z.object({ result: resultSchema }).parse(messagesOf(answer).at(-1));
  const { isError, content: [{ text }], structuredContent } = last.result;
  assert.ok(text.length <= 60_000, `${text.length} characters`);
  const json = answerJson(text);
  if (isError) {
    const { code } = errorSchema.parse(json);
    assert.ok(CODES.includes(code), `${code}: ${text.slice(0, 1000)}`);
    assert.equal(structuredContent, undefined);
    assert.ok(text.startsWith(`${code}: {`), text.slice(0, 100));
    return { isError, code, json };
  }
  assert.deepEqual(structuredContent, json);
  assert.deepEqual(outputProblems(CATALOGUE, tool, json), []);
  return { isError, code: "ok", json };
}

/** The services of a server are not a closed set: only Cloudways knows which names exist. */
const ONLY_CLOUDWAYS_KNOWS = /^refused: \{"service":/;

const anyArguments = defineProperty({
  name: "calls/arguments",
  claim: "a call with any arguments sends no wrong request to Cloudways, and its answer matches the tool's schema",
  quick: 500,
  perBench: 400,
  async bench() {
    const sandbox = await startSandbox({ rateLimitPerMinute: 1e9, pace: { polls: 1, seconds: 0 } });
    setUpForEveryTool(sandbox);
    const app = await startApp({ apiBaseUrl: sandbox.baseUrl, env: { CONFIRM: "off" } });
    return {
      cases: anyCall,
      holds: async (call) => {
        // State of one case must not fail the next.
        sandbox.reset();

        const answer = await app.send(callRequest(call));

        app.assertQuietLog();
        readAnswer(call, answer);
        const wrong = sandbox.violations.filter(({ problem }) => !ONLY_CLOUDWAYS_KNOWS.test(problem));
        assert.deepEqual(wrong.map(({ request, problem }) => `${request.path}: ${problem}`), []);
      },
      async end() {
        await app.close();
        await sandbox[Symbol.asyncDispose]();
      },
    };
  },
});

/** The arguments of every tool. */
export const callProperties: readonly FuzzProperty[] = [anyArguments];
