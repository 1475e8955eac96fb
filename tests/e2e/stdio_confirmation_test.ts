/** Every tool that asks, over stdio: a client with forms is asked, any other is refused. */
import assert from "node:assert/strict";
import { Client as ModernClient } from "@modelcontextprotocol/client";
import { StdioClientTransport as ModernTransport } from "@modelcontextprotocol/client/stdio";
import { Client as LegacyClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as LegacyTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { type ElicitRequest, ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { MIN_THOUGHT_MS } from "../../src/confirm/elicitation.ts";
import { askingCalls } from "../support/asking_calls.ts";
import { type Answer, toAnswer } from "../support/clients.ts";
import { inheritedEnv, mainArgs, type ProgramEnv, programEnv } from "../support/process.ts";
import { toType, yesTo } from "../support/yes.ts";
import { DEMO_ACCOUNT, startSandbox } from "../sandbox/mod.ts";

/** An answered form. */
type Reply = { action: "accept"; content: { approve: boolean; label?: string } } | { action: "decline" };

/** What a person answers to the text of a question; undefined for a client that can't ask. */
type Person = ((message: string) => Reply) | undefined;

/** The least time that a person takes. */
function answerAfter<T>(reply: T, thinkMs: number): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(reply), thinkMs));
}

interface StdioClient extends AsyncDisposable {
  call(name: string, args: Record<string, unknown>): Promise<Answer>;
}

async function parameters(env: ProgramEnv) {
  const args = await mainArgs(["stdio"], env);
  return { command: "deno", args, env: { ...inheritedEnv(), ...programEnv(env) }, stderr: "ignore" } as const;
}

async function connectLegacy(env: ProgramEnv, person: Person, thinkMs = 0): Promise<StdioClient> {
  const capabilities = person === undefined ? {} : { elicitation: {} };
  const client = new LegacyClient({ name: "test-2025", version: "1.0.0" }, { capabilities });
  if (person !== undefined) {
    client.setRequestHandler(
      ElicitRequestSchema,
      ({ params }: ElicitRequest) => answerAfter(person(params.message), thinkMs),
    );
  }
  // Called this way since the SDK's types contradict each other under exactOptionalPropertyTypes.
  await Reflect.apply(client.connect, client, [new LegacyTransport(await parameters(env))]);
  return {
    call: async (name, args) => toAnswer(await client.callTool({ name, arguments: args })),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

async function connectModern(env: ProgramEnv, person: Person, thinkMs = 0): Promise<StdioClient> {
  const client = new ModernClient({ name: "test-2026", version: "1.0.0" }, {
    capabilities: person === undefined ? {} : { elicitation: { form: {} } },
    versionNegotiation: { mode: { pin: "2026-07-28" } },
  });
  if (person !== undefined) {
    client.setRequestHandler("elicitation/create", ({ params }) => answerAfter(person(params.message), thinkMs));
  }
  await client.connect(new ModernTransport(await parameters(env)));
  return {
    call: async (name, args) => toAnswer(await client.callTool({ name, arguments: args })),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

const CLIENTS = { "2025 client": connectLegacy, "2026 client": connectModern };
const PEOPLE: { who: string; person: Person; times: number; code: string | undefined }[] = [
  { who: "that can't ask is refused", person: undefined, times: 0, code: "confirmation_required" },
  {
    who: "that declines by itself is refused",
    person: () => ({ action: "decline" }),
    times: 0,
    code: "confirmation_required",
  },
  {
    who: "that leaves the box open by itself is refused",
    person: () => ({ action: "accept", content: { approve: false } }),
    times: 0,
    code: "confirmation_required",
  },
  {
    who: "whose person says yes is carried out once",
    person: yesTo,
    times: 1,
    code: undefined,
  },
];

for (const [kind, connect] of Object.entries(CLIENTS)) {
  for (const { who, person, times, code } of PEOPLE) {
    Deno.test(`over stdio, a ${kind} ${who}`, async (t) => {
      await using sandbox = await startSandbox({ rateLimitPerMinute: 10_000, pace: { polls: 1, seconds: 0 } });
      await using client = await connect({
        CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
        CLOUDWAYS_ACCESS_TOKEN: DEMO_ACCOUNT.accessTokens[0].token,
        RATE_LIMIT_REQUESTS: "10000",
      }, person);

      for (const call of askingCalls) {
        await t.step(call.tool, async () => {
          call.setUp(sandbox);
          const before = call.carriedOut(sandbox);

          const answer = await client.call(call.tool, call.args);

          assert.equal(answer.json.code, code, JSON.stringify(answer.json));
          assert.equal(Object(answer.json.details).approval_url, undefined);
          assert.equal(call.carriedOut(sandbox) - before, times);
        });
      }
    });
  }
}

for (const [kind, connect] of Object.entries(CLIENTS)) {
  Deno.test(`over stdio, a ${kind} whose person says no gets the decline and its end`, async () => {
    await using sandbox = await startSandbox();
    const [call] = askingCalls;
    if (call === undefined) throw new Error("some tool asks");
    call.setUp(sandbox);
    const env = {
      CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
      CLOUDWAYS_ACCESS_TOKEN: DEMO_ACCOUNT.accessTokens[0].token,
    };
    await using client = await connect(env, () => ({ action: "decline" }), 2 * MIN_THOUGHT_MS);

    const { json } = await client.call(call.tool, call.args);

    assert.equal(json.code, "confirmation_declined", JSON.stringify(json));
    assert.match(String(Object(json.details).until), /^\d{4}-\d{2}-\d{2}T.+Z$/);
    assert.equal(call.carriedOut(sandbox), 0);
  });
}

for (const [kind, connect] of Object.entries(CLIENTS)) {
  Deno.test(`over stdio, a ${kind} whose person types a wrong text is asked again, and nothing is done until it is right`, async () => {
    await using sandbox = await startSandbox();
    const call = askingCalls.find(({ tool }) => tool === "remove_team_member");
    if (call === undefined) throw new Error("a tool deletes for good");
    const asked: string[] = [];
    const person = (message: string): Reply => {
      asked.push(message);
      const label = asked.length === 1 ? "Ada" : toType(message) ?? "";
      return { action: "accept", content: { approve: true, label } };
    };
    const env = {
      CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
      CLOUDWAYS_ACCESS_TOKEN: DEMO_ACCOUNT.accessTokens[0].token,
    };
    await using client = await connect(env, person);

    const { json } = await client.call(call.tool, call.args);

    assert.deepEqual(asked.map(toType), ["ada@example.com", "ada@example.com"]);
    assert.equal(json.removed, true, JSON.stringify(json));
    assert.equal(call.carriedOut(sandbox), 1);
  });
}
