/** Every tool that asks, over stdio: a client with forms is asked, any other is refused where there are no pages. */
import assert from "node:assert/strict";
import { MIN_THOUGHT_MS } from "../../src/confirm/elicitation.ts";
import { askingCalls } from "../support/asking_calls.ts";
import { withOwnPlan } from "../support/row_plans.ts";
import { type FormAnswer, type FormReply, STDIO_CLIENTS } from "../support/stdio_clients.ts";
import { toType, yesTo } from "../support/yes.ts";
import { DEMO_ACCOUNT, startSandbox } from "../sandbox/mod.ts";

const PEOPLE: { who: string; answer: FormAnswer; times: number; code: string | undefined }[] = [
  { who: "that can't ask is refused", answer: undefined, times: 0, code: "confirmation_required" },
  {
    who: "that declines by itself is refused",
    answer: () => ({ action: "decline" }),
    times: 0,
    code: "confirmation_required",
  },
  {
    who: "that leaves the box open by itself is refused",
    answer: () => ({ action: "accept", content: { approve: false } }),
    times: 0,
    code: "confirmation_required",
  },
  {
    who: "whose person says yes is carried out once",
    answer: yesTo,
    times: 1,
    code: undefined,
  },
];

for (const [kind, connect] of Object.entries(STDIO_CLIENTS)) {
  for (const { who, answer: formAnswer, times, code } of PEOPLE) {
    Deno.test(`over stdio without pages, a ${kind} ${who}`, async (t) => {
      await using sandbox = await startSandbox({ rateLimitPerMinute: 10_000, pace: { polls: 1, seconds: 0 } });
      await using client = await connect({
        CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
        CLOUDWAYS_ACCESS_TOKEN: DEMO_ACCOUNT.accessTokens[0].token,
        RATE_LIMIT_REQUESTS: "10000",
        CONFIRM: "elicit",
      }, { answer: formAnswer });

      for (const call of askingCalls) {
        await t.step(call.tool, async () => {
          sandbox.startOver(DEMO_ACCOUNT.accessTokens);
          call.setUp(sandbox);
          const before = call.carriedOut(sandbox);

          const answer = await client.call(call.tool, await withOwnPlan(client, call.args));

          assert.equal(answer.json.code, code, JSON.stringify(answer.json));
          assert.equal(Object(answer.json.details).approval_url, undefined);
          assert.equal(call.carriedOut(sandbox) - before, times);
        });
      }
    });
  }
}

for (const [kind, connect] of Object.entries(STDIO_CLIENTS)) {
  Deno.test(`over stdio, a ${kind} whose person says no gets the decline and its end`, async () => {
    await using sandbox = await startSandbox();
    const [call] = askingCalls;
    if (call === undefined) throw new Error("some tool asks");
    call.setUp(sandbox);
    const env = {
      CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
      CLOUDWAYS_ACCESS_TOKEN: DEMO_ACCOUNT.accessTokens[0].token,
    };
    await using client = await connect(env, { answer: () => ({ action: "decline" }), thinkMs: 2 * MIN_THOUGHT_MS });

    const { json } = await client.call(call.tool, call.args);

    assert.equal(json.code, "confirmation_declined", JSON.stringify(json));
    assert.match(String(Object(json.details).until), /^\d{4}-\d{2}-\d{2}T.+Z$/);
    assert.equal(call.carriedOut(sandbox), 0);
  });
}

for (const [kind, connect] of Object.entries(STDIO_CLIENTS)) {
  Deno.test(`over stdio, a ${kind} whose person types a wrong text is asked again, and nothing is done until it is right`, async () => {
    await using sandbox = await startSandbox();
    const call = askingCalls.find(({ tool }) => tool === "remove_team_member");
    if (call === undefined) throw new Error("a tool deletes for good");
    const asked: string[] = [];
    const person = (message: string): FormReply => {
      asked.push(message);
      const label = asked.length === 1 ? "Ada" : toType(message) ?? "";
      return { action: "accept", content: { approve: true, label } };
    };
    const env = {
      CLOUDWAYS_API_BASE_URL: sandbox.baseUrl,
      CLOUDWAYS_ACCESS_TOKEN: DEMO_ACCOUNT.accessTokens[0].token,
    };
    await using client = await connect(env, { answer: person });

    const { json } = await client.call(call.tool, call.args);

    assert.deepEqual(asked.map(toType), ["ada@example.com", "ada@example.com"]);
    assert.equal(json.removed, true, JSON.stringify(json));
    assert.equal(call.carriedOut(sandbox), 1);
  });
}
