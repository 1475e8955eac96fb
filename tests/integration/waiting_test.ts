/** Progress of a running call, and when a waiting call ends. */
import assert from "node:assert/strict";
import * as z from "zod";
import { toAnswer, TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { LegacySession } from "../support/legacy_session.ts";
import { post } from "../support/rpc.ts";
import { FakeClock } from "../sandbox/mod.ts";
import { modernMeta } from "../support/rpc_2026.ts";

const BACKUP = { name: "backup_server", arguments: { server_id: 100001 } };
/** Operations do not end. */
const FOR_LONG = { polls: 1_000, seconds: 86_400 };
const META = modernMeta("raw");

const messageSchema = z.looseObject({
  method: z.string().optional(),
  params: z.looseObject({ progressToken: z.unknown(), progress: z.number() }).optional(),
  result: z.unknown().optional(),
});

async function startWithClock() {
  const clock = new FakeClock();
  const service = await startService({ clock, sandbox: { clock, pace: FOR_LONG, rateLimitPerMinute: 1_000 } });
  return { clock, service, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

/** Calls with a progress token, and returns every message. */
async function callWithToken({ mcpUrl }: Service, era: string, params: { name: string; arguments: object }) {
  const modern = era === "2026-07-28";
  const headers = modern ? { "mcp-method": "tools/call", "mcp-name": params.name } : {};
  const message = {
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { ...params, _meta: { progressToken: "token", ...(modern && META) } },
  };
  const response = await post(mcpUrl, message, { "mcp-protocol-version": era, ...headers, ...TOKEN_HEADERS });
  const text = await response.text();
  const messages = [...text.matchAll(/^data: (.+)$/gm)].map(([, data = ""]) => messageSchema.parse(JSON.parse(data)));
  return {
    progress: messages.filter(({ method }) => method === "notifications/progress").map(({ params }) => params),
    last: messages.at(-1),
    result: messages.find(({ result }) => result !== undefined)?.result,
  };
}

for (const era of ["2026-07-28", "2025-11-25", "2025-06-18"]) {
  Deno.test(`a client of ${era} gets progress of every call with a progress token, a quick one too`, async () => {
    await using service = await startService();

    const { progress, last } = await callWithToken(service, era, { name: "list_servers", arguments: {} });

    assert.ok(progress.length >= 1);
    for (const update of progress) assert.equal(update?.progressToken, "token");
    assert.ok(last?.result !== undefined, "no progress comes after the answer");
  });

  Deno.test(`a call of ${era} that waits ends within 20 seconds, and sends progress every ten`, async () => {
    await using subject = await startWithClock();
    const { clock, service } = subject;
    const began = clock.now();

    const { progress, result } = await clock.runUntil(callWithToken(service, era, BACKUP));
    const seconds = (clock.now() - began) / 1_000;

    assert.equal(toAnswer(result).json.status, "running");
    assert.ok(seconds <= 23, `${seconds} s`);
    const values = progress.map((update) => update?.progress ?? NaN);
    assert.equal(values[0], 0);
    for (let n = 1; n < values.length; n++) assert.ok((values[n] ?? 0) > (values[n - 1] ?? 0), JSON.stringify(values));
    assert.ok(values.length >= 4, JSON.stringify(values));
  });
}

Deno.test("the time that a change takes counts as waiting, and the requested wait is kept", async () => {
  for (const [args, most] of [[{}, 23], [{ wait_seconds: 60 }, 63]] as const) {
    await using subject = await startWithClock();
    const { clock, service } = subject;
    service.sandbox.addFault({ operationId: "server_backup", times: 1, kind: { delayMs: 15_000 } });
    const began = clock.now();

    const params = { name: BACKUP.name, arguments: { ...BACKUP.arguments, ...args } };
    const { result } = await clock.runUntil(callWithToken(service, "2025-11-25", params));
    const seconds = (clock.now() - began) / 1_000;

    assert.equal(toAnswer(result).json.status, "running");
    assert.ok(seconds > most - 8 && seconds <= most, `${seconds} s`);
  }
});

Deno.test("a call that waits for a person sends progress every ten seconds", async () => {
  await using subject = await startWithClock();
  const { clock, service } = subject;
  const session = await LegacySession.open([service.mcpUrl], { headers: TOKEN_HEADERS });
  const params = {
    name: "stop_server",
    arguments: { server_id: 100001, wait_seconds: 0 },
    _meta: { progressToken: 7 },
  };
  const response = await session.post({ jsonrpc: "2.0", id: 5, method: "tools/call", params });
  const text = response.text();
  const heard = Promise.withResolvers<void>();
  void text.finally(() => heard.resolve());

  // Nobody answers: the question ends after five minutes.
  await clock.runUntil(heard.promise, 2_000);

  const times = [...(await text).matchAll(/"progress":(\d+)/g)].map(([, seconds]) => Number(seconds));
  assert.ok(times.length >= 30, JSON.stringify(times));
  for (let n = 1; n < times.length; n++) assert.ok((times[n] ?? 0) - (times[n - 1] ?? 0) <= 10, JSON.stringify(times));
});
