/** What a person said under one bound to servers counts under no other one. */
import assert from "node:assert/strict";
import { loggedRecords } from "../support/audit_lines.ts";
import { type Answer, TOKEN_HEADERS } from "../support/clients.ts";
import { decide } from "../support/decide.ts";
import { type Service, startService } from "../support/harness.ts";
import { LegacySession } from "../support/legacy_session.ts";
import { callTool } from "../support/rpc.ts";
import { callModern, type ModernAnswer, YES } from "../support/rpc_2026.ts";

const PUBLIC_URL = "http://127.0.0.1:7000";
const OWN = { server_id: 100001 };
const OTHER = { server_id: 100002 };

type Headers = Record<string, string>;

const boundTo = (servers: string): Headers => ({ ...TOKEN_HEADERS, "x-mcp-servers": servers });
const ONE = boundTo("100001");
const BOTH = boundTo("100001,100002");
const SAME_BOTH = boundTo("100002,100001,100002");
/** Every other bound under which the server is there. */
const OTHERS: readonly Headers[] = [TOKEN_HEADERS, BOTH, boundTo("100001,100003")];

const start = () => startService({ env: { PUBLIC_URL }, sandbox: { pace: { polls: 1, seconds: 0 } } });

const stop = ({ mcpUrl }: Service, headers: Headers, args = OWN) => callTool(mcpUrl, "stop_server", args, headers);

const timesStopped = ({ sandbox }: Service) => sandbox.requestsTo("server_stop").length;

function pageOf({ json }: Answer): string {
  const { approval_url } = Object(json.details);
  assert.equal(typeof approval_url, "string", JSON.stringify(json));
  return new URL(String(approval_url)).pathname;
}

async function say(service: Service, path: string, decision: "approve" | "deny"): Promise<void> {
  assert.equal(await decide(service.url, path, { decision }), 303);
}

Deno.test("a yes on the page under one bound is a yes under no other bound", async () => {
  await using service = await start();
  const page = pageOf(await stop(service, ONE));
  await say(service, page, "approve");

  for (const headers of OTHERS) {
    assert.notEqual(pageOf(await stop(service, headers)), page, JSON.stringify(headers));
  }
  assert.equal(timesStopped(service), 0);
  const { json } = await stop(service, ONE);

  assert.equal(json.status, "completed", JSON.stringify(json));
  assert.equal(timesStopped(service), 1);
});

Deno.test("a yes without a bound is no yes under one", async () => {
  await using service = await start();
  await say(service, pageOf(await stop(service, TOKEN_HEADERS)), "approve");

  const { json } = await stop(service, ONE);

  assert.equal(json.code, "confirmation_required");
  assert.equal(timesStopped(service), 0);
});

Deno.test("the same servers in another order are the same bound", async () => {
  await using service = await start();
  await say(service, pageOf(await stop(service, BOTH)), "approve");

  const { json } = await stop(service, SAME_BOTH);

  assert.equal(json.status, "completed", JSON.stringify(json));
});

Deno.test("the bound is checked again when a yes is used", async () => {
  await using service = await start();
  await say(service, pageOf(await stop(service, BOTH, OTHER)), "approve");

  const { json } = await stop(service, ONE, OTHER);

  assert.equal(json.code, "not_found");
  assert.equal(timesStopped(service), 0);
});

const stopByForm = ({ mcpUrl }: Service, headers: Headers, answered?: { state: string; reply: unknown }) =>
  callModern({ url: mcpUrl, name: "stop_server", args: OWN, headers, ...(answered && { answered }) });

function stateOf(answer: ModernAnswer): string {
  assert.equal(answer.kind, "question", JSON.stringify(answer));
  return answer.kind === "question" ? answer.state : "";
}

Deno.test("an answer to a form counts under the bound of its question alone", async () => {
  await using service = await start();

  for (const headers of OTHERS) {
    const state = stateOf(await stopByForm(service, ONE));
    // It asks again.
    stateOf(await stopByForm(service, headers, { state, reply: YES }));
  }
  assert.equal(timesStopped(service), 0);
  const state = stateOf(await stopByForm(service, ONE));
  const done = await stopByForm(service, ONE, { state, reply: YES });

  assert.equal(done.kind === "result" && done.answer.json.status, "completed", JSON.stringify(done));
});

Deno.test("a no under one bound is a no under no other bound", async () => {
  await using service = await start();
  await say(service, pageOf(await stop(service, ONE)), "deny");

  const declined = await stop(service, ONE);

  assert.equal(declined.json.code, "confirmation_declined");
  for (const headers of OTHERS) {
    assert.equal((await stop(service, headers)).json.code, "confirmation_required", JSON.stringify(headers));
  }
});

Deno.test("an answer in the middle of a call counts under the bound of the call alone", async () => {
  await using service = await start();
  const session = await LegacySession.open([service.mcpUrl], { headers: ONE });
  await using call = await session.call("stop_server", OWN);
  const question = await call.next();

  for (const servers of [undefined, "100001,100002"]) {
    assert.equal(await session.with({ "x-mcp-servers": servers }).answer(question?.id, YES), 400);
  }
  assert.equal(timesStopped(service), 0);
  const status = await session.answer(question?.id, YES);
  const answer = await call.next();

  assert.equal(status, 202);
  assert.match(JSON.stringify(answer?.result), /\\"status\\":\\"completed\\"/);
  assert.equal(timesStopped(service), 1);
});

Deno.test("records name what the caller was bound to, and what a person did on their pages", async () => {
  await using service = await start();
  await say(service, pageOf(await stop(service, ONE)), "approve");
  await stop(service, ONE);
  const reveal = { app_id: 200001, reveal: ["admin"] };
  const asked = await callTool(service.mcpUrl, "get_app_credentials", reveal, ONE);
  await say(service, pageOf(asked), "approve");
  const { json } = await callTool(service.mcpUrl, "get_app_credentials", reveal, ONE);
  const secret = new URL(String(json.secret_url)).pathname;
  assert.equal(await decide(service.url, secret, { show: "once" }), 200);
  await stop(service, TOKEN_HEADERS);

  const records = loggedRecords(service);

  const bounds = Map.groupBy(records, (record) => String(Object(record).bound_to));
  assert.deepEqual([...bounds.keys()], ["servers:100001", "undefined"]);
  const events = bounds.get("servers:100001")?.map(({ event }) => event) ?? [];
  for (const event of ["refused", "decided", "intent", "outcome", "revealed"]) {
    assert.ok(events.includes(event), event);
  }
  assert.deepEqual(bounds.get("undefined")?.map(({ event }) => event), ["refused"]);
});
