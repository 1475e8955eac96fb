import assert from "node:assert/strict";
import fc from "fast-check";
import { ProtocolError } from "@modelcontextprotocol/server";
import { Catalogue } from "../../src/calls/catalogue.ts";
import { narrow, type Narrowing, processBounds, viewOf } from "../../src/identity/bounds.ts";
import { TOOLSETS } from "../../src/identity/toolsets.ts";
import { LateHeads } from "../../src/mcp/late_answer.ts";
import { type LeanOffer, LeanPath } from "../../src/mcp/lean_path.ts";
import { allTools } from "../../src/tools/all.ts";

/** The scope of these tests is the view. */
type Offer = LeanOffer<string>;

const FORMS = { json: true, stream: true };
const LIST = { jsonrpc: "2.0", id: 1, method: "tools/list" };
const CALL = { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "plain", arguments: {} } };

function setUp(offer: Partial<Offer> = {}) {
  const path = new LeanPath<string>({
    viewOf: (scope) => scope,
    isPlain: (name) => name === "plain",
    call: () => Promise.resolve({ content: [{ type: "text", text: "{}" }], structuredContent: {} }),
    onUnexpected: () => {},
    onError: () => {},
    ...offer,
  }, new LateHeads());
  let made = 0;
  const ask = async (
    body: Record<string, unknown>,
    { scope = "", signal, onWatch, headers, answer = { result: { tools: [] }, jsonrpc: "2.0", id: body.id } }: {
      scope?: string;
      signal?: AbortSignal;
      /** Called when the signal of the request is looked at. */
      onWatch?: () => void;
      headers?: Record<string, string>;
      answer?: Record<string, unknown>;
    } = {},
  ) => {
    const request = new Request("http://localhost/mcp", { method: "POST", ...(signal && { signal }) });
    if (onWatch !== undefined) Object.defineProperty(request, "signal", { get: onWatch });
    const usually = () => {
      made++;
      return Promise.resolve(Response.json(answer, { ...(headers && { headers }) }));
    };
    return await path.answer({ request, body, scope, forms: FORMS, usually });
  };
  return { path, ask, made: () => made };
}

Deno.test("an answer is kept, and given with the id of each request", async () => {
  const { ask, made } = setUp();

  const ids = [1, 'a"b', 2, 1, "1", 0, -1, 7, 8, Number.MAX_SAFE_INTEGER, 2, "constructor"];

  for (const id of ids) {
    const text = await (await ask({ ...LIST, id })).text();
    assert.equal(text, `{"result":{"tools":[]},"jsonrpc":"2.0","id":${JSON.stringify(id)}}`);
  }

  assert.equal(made(), 1);
});

Deno.test("an error, and an answer with a header of its own, are not kept", async () => {
  const { ask, made } = setUp();
  const error = { jsonrpc: "2.0", id: 1, error: { code: -32603, message: "no" } };

  const answers = [
    await ask(LIST, { answer: error }),
    await ask(LIST, { headers: { "mcp-session-id": "mine" } }),
    await ask(LIST),
    await ask(LIST),
  ];

  assert.equal(made(), 3);
  assert.deepEqual(answers.map(({ headers }) => headers.get("mcp-session-id")), [null, "mine", null, null]);
  assert.deepEqual(await answers[0]?.json(), error);
});

Deno.test("views that callers choose push each other out, but never the view of the process", async () => {
  const { ask, made } = setUp();
  const tools = ["x".repeat(500_000)];
  const large = { answer: { result: { tools }, jsonrpc: "2.0", id: 1 } };
  const views = Array.from({ length: 20 }, (_, index) => `view ${index}`);

  for (const scope of ["", ...views]) await ask(LIST, { scope, ...large });
  await ask(LIST, { scope: "", ...large });
  await ask(LIST, { scope: "view 19", ...large });
  const before = made();
  await ask(LIST, { scope: "view 0", ...large });

  assert.equal(before, 1 + views.length);
  assert.equal(made(), before + 1);
});

Deno.test("an unexpected error of a call is reported, and its text is not sent", async () => {
  const reported: unknown[] = [];
  const secret = new Error("a secret");
  const { ask } = setUp({ call: () => Promise.reject(secret), onUnexpected: (_scope, error) => reported.push(error) });

  const response = await ask(CALL);

  assert.equal(response.status, 200);
  const { error, ...rest } = await response.json();
  assert.deepEqual(rest, { jsonrpc: "2.0", id: 2 });
  assert.equal(error.code, -32603);
  assert.doesNotMatch(error.message, /secret/);
  assert.deepEqual(reported, [secret]);
});

Deno.test("an error of the protocol is sent as it is, and not reported", async () => {
  const reported: unknown[] = [];
  const call = () => Promise.reject(new ProtocolError(-32602, "Unknown tool."));
  const { ask } = setUp({ call, onUnexpected: (_scope, error) => reported.push(error) });

  const response = await ask(CALL);

  assert.deepEqual(await response.json(), { jsonrpc: "2.0", id: 2, error: { code: -32602, message: "Unknown tool." } });
  assert.deepEqual(reported, []);
});

/** A call that lasts until its signal aborts. */
function endless() {
  const begun = Promise.withResolvers<AbortSignal>();
  const call: Offer["call"] = (_scope, _call, { signal }) => {
    begun.resolve(signal);
    return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
  return { call, begun: begun.promise };
}

Deno.test("when a client leaves, its call is aborted and the status is 499", async () => {
  const { call, begun } = endless();
  const { ask } = setUp({ call });
  const client = new AbortController();

  const answer = ask(CALL, { signal: client.signal });
  const signal = await begun;
  client.abort();

  assert.equal((await answer).status, 499);
  assert.ok(signal.aborted);
});

Deno.test("a call whose client has left already waits for nothing", async () => {
  const { ask } = setUp({ call: (_scope, _call, gone) => Promise.reject(gone.signal.reason) });

  const { status } = await ask(CALL, { signal: AbortSignal.abort() });

  assert.equal(status, 499);
});

Deno.test("the client of a quick call is not watched", async () => {
  const { ask } = setUp({ call: () => Promise.resolve({ content: [] }) });
  let looks = 0;

  const { status } = await ask(CALL, { onWatch: () => looks++ });

  assert.deepEqual([status, looks], [200, 0]);
});

Deno.test("closing aborts the calls under way", async () => {
  const { call, begun } = endless();
  const { path, ask } = setUp({ call });

  const answer = ask(CALL);
  await begun;
  path.close();

  assert.equal((await (await answer).json()).error.code, -32603);
});

Deno.test("closing aborts a call that waits for the first time after it, and none that comes later", async () => {
  const closed = Promise.withResolvers<void>();
  const call: Offer["call"] = async (_scope, _call, gone) => {
    await closed.promise;
    return { content: [], isError: gone.signal.aborted };
  };
  const { path, ask } = setUp({ call });

  const answer = ask(CALL);
  path.close();
  closed.resolve();
  const later = ask(CALL);

  assert.equal((await (await answer).json()).result.isError, true);
  assert.equal((await (await later).json()).result.isError, false);
});

Deno.test("within bounds of the same view the same tools are listed", () => {
  const catalogue = new Catalogue(allTools);
  const own = processBounds({
    readOnly: false,
    toolsets: new Set(TOOLSETS),
    listedToolsets: new Set(["basic", "dns"]),
  });
  const toolset = fc.uniqueArray(fc.constantFrom(...TOOLSETS.slice(0, 4)), { maxLength: 3 });
  const tool = fc.uniqueArray(fc.constantFrom("ping", "list_servers", "restart_server", "get_app_details"));
  const setOf = <T>(list: fc.Arbitrary<T[]>) => fc.option(list.map((names) => new Set(names)), { nil: undefined });
  const narrowing: fc.Arbitrary<Narrowing> = fc.record({
    readOnly: fc.boolean(),
    toolsets: setOf(toolset),
    onlyTools: setOf(tool),
    excludedTools: setOf(tool),
    listedToolsets: setOf(toolset),
    servers: setOf(fc.uniqueArray(fc.constantFrom(1, 2))),
  });
  const listed = new Map<string, string>([["", JSON.stringify(catalogue.list(own))]]);

  fc.assert(
    fc.property(narrowing, (asked) => {
      const bounds = narrow(narrow(own, {}), asked);
      const list = JSON.stringify(catalogue.list(bounds));
      const view = viewOf(bounds, own);
      if (!listed.has(view)) listed.set(view, list);
      assert.equal(listed.get(view), list);
    }),
    { numRuns: 2_000 },
  );

  assert.ok(listed.size > 50);
});

Deno.test("callers who ask for nothing have the view of the process", () => {
  const own = processBounds({ readOnly: true, toolsets: new Set(TOOLSETS), listedToolsets: new Set(["basic"]) });

  assert.equal(viewOf(narrow(narrow(own, {}), { readOnly: false }), own), "");
});

Deno.test("callers who are bound to servers have a view of their own", () => {
  const own = processBounds({ readOnly: false, toolsets: new Set(TOOLSETS), listedToolsets: new Set(["basic"]) });
  const servers = new Set([1]);

  assert.notEqual(viewOf(narrow(own, { servers }), own), "");
  assert.notEqual(
    viewOf(narrow(own, { readOnly: true, servers }), own),
    viewOf(narrow(own, { readOnly: true }), own),
  );
});
