/**
 * A caller who is bound to one server can neither read nor change anything of another one, nor see that it exists,
 * whatever tool and id they try: every answer is that of an account in which the other server does not exist.
 */
import assert from "node:assert/strict";
import { allTools } from "../../src/tools/all.ts";
import type { OperationState } from "../sandbox/mod.ts";
import {
  addOperation,
  BOTH_HEADERS,
  BOUND_HEADERS,
  type BoundPair,
  comparable,
  FOREIGN,
  foreignMarks,
  marksIn,
  OWN,
  startBoundPair,
} from "../support/bound_pair.ts";
import { type CallInWay, inWay, type Way } from "../support/calling_ways.ts";
import { type Answer, TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool, post } from "../support/rpc.ts";
import { toolRows } from "../tool_rows/mod.ts";
import type { ToolRow } from "../tool_rows/row.ts";
import { withoutMadePassword } from "../tool_rows/sent.ts";

type Args = Record<string, unknown>;

/** Its figures are those of all requests with the caller's credentials. */
const COUNTS_REQUESTS = "rate_limit_status";
/** They read more pages where there are alerts of other servers. */
const READ_MORE = new Set(["diagnose_app", "get_account_health", "get_alerts", "get_weekly_report"]);

/** Arguments that name what is not there for the caller, by name. */
function foreignValues({ foreignOperation }: BoundPair, isCopy: boolean): Args {
  const { server_id, copy_id, project } = FOREIGN;
  const app_id = isCopy ? copy_id : FOREIGN.app_id;
  return {
    app_id,
    server_id,
    destination_server_id: server_id,
    default_app_id: app_id,
    operation_id: foreignOperation,
    project_name: project,
    query: "zzforeign",
  };
}

/** Other numbers of things on the second server: of an SSH key, a user and an alert. */
function foreignNumbers({ whole: { sandbox } }: BoundPair): number[] {
  const { servers, alerts } = sandbox.account();
  const foreign = servers[1];
  const alert = alerts.find(({ server_id }) => server_id === FOREIGN.server_id);
  const numbers = [foreign?.ssh_keys[0]?.id, foreign?.apps[0]?.credentials[0]?.id, alert?.id];
  return numbers.filter((id) => id !== undefined);
}

/** Every call of a row with one or all of its ids replaced by those of the other server. */
function foreignCalls(pair: BoundPair, { minimal, full, tool }: ToolRow): Args[] {
  const values = foreignValues(pair, minimal.app_id === 200003);
  const known = { ...full, ...("app_id" in full && { server_id: OWN.server_id }) };
  const names = Object.keys(known).filter((name) => name in values && !(tool === "find_tools" && name === "query"));
  const others = Object.keys(known).filter((name) => name.endsWith("_id") && !(name in values));
  const numbered = others.flatMap((name) => foreignNumbers(pair).map((id) => ({ ...known, [name]: id })));
  if (names.length === 0) return numbered;
  const each = names.map((name) => ({ ...known, [name]: values[name] }));
  const all = { ...known, ...Object.fromEntries(names.map((name) => [name, values[name]])) };
  const alone = "app_id" in minimal ? [{ ...minimal, app_id: values.app_id }] : [];
  return [...each, all, ...alone, ...numbered];
}

const callOn = ({ callerAt }: BoundPair, service: Service, call: CallInWay): Promise<Answer> => {
  const { name, args } = inWay(call);
  const { url, headers } = callerAt(service);
  return callTool(url, name, args, headers);
};

/**
 * Makes one call on both services, and compares all that can be seen.
 *
 * @param before What the caller sent before: records show it.
 */
async function assertSame(pair: BoundPair, call: CallInWay, before = ""): Promise<Answer> {
  const { whole, small } = pair;
  const marks = foreignMarks(pair);
  const given = JSON.stringify(call.args);
  const foreignServer = () =>
    JSON.stringify(whole.sandbox.account().servers.find(({ id }) => id === FOREIGN.server_id));
  const present = foreignServer();
  const sent = [sentBy(whole), sentBy(small)];

  const [there, alone] = [await callOn(pair, whole, call), await callOn(pair, small, call)];

  const what = `${call.tool} ${given} ${call.way}`;
  if (call.tool !== COUNTS_REQUESTS) assert.equal(comparable(there), comparable(alone), what);
  assert.deepEqual(marksIn(JSON.stringify(there), marks, before + given), [], what);
  assert.equal(foreignServer(), present, what);
  const [asked = [], askedAlone = []] = sent.map((ask) => ask());
  const looked = call.tool === "get_operation_status" ? pair.foreignOperation : "";
  assert.deepEqual(asked.flatMap((one) => marksIn(one, marks, looked)), [], what);
  if (!READ_MORE.has(call.tool)) assert.deepEqual(asked, askedAlone, what);
  return there;
}

/** Everything that is sent to Cloudways from now on, in any order. */
function sentBy({ sandbox }: Service): () => string[] {
  const before = sandbox.requests.length;
  return () => {
    const requests = sandbox.requests.slice(before);
    return requests.map(({ method, path, fields }) => comparable([method, path, withoutMadePassword(fields)])).sort();
  };
}

const WAYS: readonly Way[] = ["by name", "through call_tool"];

for (const row of toolRows) {
  const tool = allTools.find(({ name }) => name === row.tool);
  if (tool === undefined || tool.forwards) continue;
  for (const way of tool.toolset === "discovery" ? WAYS.slice(0, 1) : WAYS) {
    Deno.test(`${row.tool} ${way} knows nothing of other servers for a caller who is bound to one`, async () => {
      await using pair = await startBoundPair({ setUp: row.setUp });

      if (tool.accountWide) {
        await assertUnknown(pair, { tool: row.tool, args: row.full, way });
        return;
      }
      const own = await assertSame(pair, { tool: row.tool, args: row.minimal, way });
      for (const args of [row.full, ...foreignCalls(pair, row)]) {
        await assertSame(pair, { tool: row.tool, args, way });
      }

      if (row.needsTwoServers === true) assert.equal(own.json.code, "not_found");
      else assert.equal(own.isError, false, JSON.stringify(own.json));
    });
  }
}

/** A tool of the whole account is not there, and nothing is sent for it. */
async function assertUnknown(pair: BoundPair, call: CallInWay): Promise<void> {
  const { whole } = pair;
  const before = whole.sandbox.requests.length;
  if (call.way === "by name") await assert.rejects(callOn(pair, whole, call), /Unknown tool/);
  else assert.match(String((await callOn(pair, whole, call)).json.message), /there is no such tool/);
  assert.equal(whole.sandbox.requests.length, before);
}

Deno.test("no tool knows anything of other servers for a connection that is bound to one", async () => {
  await using pair = await startBoundPair({ door: "connection" });
  const worked = new Set<string>();
  let sent = "";

  // One after the other on the same accounts: what a call changes, it changes in both.
  for (const row of toolRows) {
    const tool = allTools.find(({ name }) => name === row.tool);
    if (tool === undefined || tool.forwards) continue;
    if (tool.accountWide) {
      await assertUnknown(pair, { tool: row.tool, args: row.full, way: "by name" });
      continue;
    }
    for (const { sandbox } of [pair.whole, pair.small]) row.setUp?.(sandbox);
    for (const args of [row.minimal, ...foreignCalls(pair, row)]) {
      const { isError } = await assertSame(pair, { tool: row.tool, args, way: "by name" }, sent);
      if (!isError) worked.add(row.tool);
      sent += JSON.stringify(args);
    }
  }

  assert.ok(worked.size > 100, `${worked.size} tools worked`);
});

Deno.test("tools of the whole account are neither listed nor found for a bound caller", async () => {
  await using pair = await startBoundPair();
  const { mcpUrl } = pair.whole;
  const accountWide = allTools.filter((tool) => tool.accountWide).map(({ name }) => name);
  const listedFor = async (headers: Record<string, string>) => {
    const list = { jsonrpc: "2.0", id: 1, method: "tools/list", params: {} };
    const { result }: { result: { tools: { name: string }[] } } = await (await post(mcpUrl, list, headers)).json();
    return result.tools.map(({ name }) => name);
  };
  const everything = { ...BOUND_HEADERS, "x-mcp-list-toolsets": "all" };

  const listed = await listedFor(everything);
  const named = await listedFor({ ...everything, "x-mcp-tools": [...accountWide, "ping"].join(",") });
  const found = await callTool(mcpUrl, "find_tools", { query: "list team members", limit: 10 }, BOUND_HEADERS);

  assert.deepEqual(listed, allTools.map(({ name }) => name).filter((name) => !accountWide.includes(name)).sort());
  assert.deepEqual(named, ["ping"]);
  assert.deepEqual(accountWide.filter((name) => JSON.stringify(found.json).includes(name)), []);
});

Deno.test("what a bound caller reads first is no less for the next caller", async () => {
  await using service = await startService();
  const idsOf = async (headers: Record<string, string>) => {
    const { json } = await callTool(service.mcpUrl, "list_servers", {}, headers);
    return Array.from(Object(json.servers), (server) => Object(server).id);
  };

  const lists = [await idsOf(BOUND_HEADERS), await idsOf(BOTH_HEADERS), await idsOf(TOKEN_HEADERS)];

  assert.deepEqual(lists, [[OWN.server_id], [OWN.server_id, FOREIGN.server_id], [OWN.server_id, FOREIGN.server_id]]);
  assert.equal(service.sandbox.requests.length, 1, "one listing for all");
});

Deno.test("the right server of a wrong pair is named only inside the bound", async () => {
  await using service = await startService();
  const args = { app_id: FOREIGN.app_id, server_id: OWN.server_id };
  const messageFor = async (headers: Record<string, string>) =>
    String((await callTool(service.mcpUrl, "get_app_details", args, headers)).json.message);

  assert.match(await messageFor(BOTH_HEADERS), /100002/);
  assert.doesNotMatch(await messageFor(BOUND_HEADERS), /100002/);
});

Deno.test("every page of alerts is that of an account without the other server", async () => {
  await using pair = await startBoundPair();
  let before: unknown;
  let pages = 0;

  do {
    const args = before === undefined ? {} : { before_id: before };
    const { json } = await assertSame(pair, { tool: "get_alerts", args, way: "by name" });
    before = json.next_before_id;
    pages++;
  } while (before !== null);

  assert.ok(pages > 2, `${pages} pages`);
});

Deno.test("alerts of other servers cost a bound caller ten requests at most", async () => {
  await using pair = await startBoundPair();
  const { sandbox, mcpUrl } = pair.whole;
  const { alerts } = sandbox.account();
  const foreign = alerts.find(({ server_id }) => server_id === FOREIGN.server_id);
  assert.ok(foreign);
  alerts.unshift(...Array.from({ length: 400 }, (_, at) => ({ ...foreign, id: 99_999 - at })));

  const { json } = await callTool(mcpUrl, "get_alerts", {}, BOUND_HEADERS);

  assert.deepEqual([json.alerts, json.next_before_id], [[], null]);
  assert.match(String(json.note), /may be missing/);
  assert.equal(sandbox.requests.length, 10);
});

Deno.test("an operation of another server is unknown in every state, and nobody waits for it", async () => {
  await using pair = await startBoundPair();
  const endless = { state: "running", pollsLeft: 1_000_000, finishAt: Infinity } as const;
  const states: Partial<OperationState>[] = [
    { state: "done", result: () => ({ disk: "41%" }) },
    { state: "failed" },
    endless,
    { ...endless, appId: FOREIGN.app_id },
    // Nobody can tell whose these are.
    { serverId: 0 },
    { serverId: 0, appId: OWN.app_id },
    { serverId: 0, ...endless },
  ];

  for (const state of states) {
    const operation_id = addOperation(pair.whole, state);
    for (const wait_seconds of [0, 300]) {
      const args = { operation_id, wait_seconds };
      const { json } = await assertSame(pair, { tool: "get_operation_status", args, way: "by name" });
      assert.equal(json.code, "not_found", JSON.stringify(state));
    }
  }
});

Deno.test("a bound caller follows the operations on its server, those that others started too", async () => {
  await using pair = await startBoundPair();
  const { whole } = pair;
  const operation_id = addOperation(whole, { serverId: OWN.server_id });

  const { json } = await callTool(whole.mcpUrl, "get_operation_status", { operation_id }, BOUND_HEADERS);

  assert.equal(json.status, "completed", JSON.stringify(json));
  assert.equal(json.server_id, OWN.server_id);
});

Deno.test("an operation that does not say its server is shown to a bound caller if it was started on theirs", async () => {
  await using pair = await startBoundPair();
  const { sandbox, mcpUrl } = pair.whole;
  const start = async ({ app_id }: { app_id: number }, headers: Record<string, string>) => {
    const { json } = await callTool(mcpUrl, "clear_app_cache", { app_id }, headers);
    for (const operation of sandbox.account().operations) operation.serverId = 0;
    return String(json.operation_id);
  };
  const codeOf = async (operation_id: string, headers: Record<string, string>) =>
    (await callTool(mcpUrl, "get_operation_status", { operation_id }, headers)).json.code;

  const [mine, own] = [await start(OWN, BOUND_HEADERS), await start(OWN, TOKEN_HEADERS)];
  const [foreign, foreignToo] = [await start(FOREIGN, BOTH_HEADERS), await start(FOREIGN, TOKEN_HEADERS)];

  for (const id of [mine, own]) assert.equal(await codeOf(id, BOUND_HEADERS), undefined);
  for (const id of [foreign, foreignToo]) assert.equal(await codeOf(id, BOUND_HEADERS), "not_found");
  for (const id of [mine, foreign, foreignToo]) assert.equal(await codeOf(id, BOTH_HEADERS), undefined);
  assert.equal(await codeOf(foreignToo, TOKEN_HEADERS), undefined);
});

Deno.test("a result that names another server is not shown to a bound caller", async () => {
  await using pair = await startBoundPair();
  const { whole } = pair;
  const resultOf = async (result: Args) => {
    const operation_id = addOperation(whole, { serverId: OWN.server_id, result: () => result });
    return (await callTool(whole.mcpUrl, "get_operation_status", { operation_id }, BOUND_HEADERS)).json.result;
  };
  const own: Args[] = [{ server_id: OWN.server_id, destination_server_id: OWN.server_id }, { app_id: OWN.app_id }];
  const foreign: Args[] = [
    { server_id: OWN.server_id, destination_server_id: FOREIGN.server_id },
    { app_id: FOREIGN.app_id },
    { rows: [{ source_app_ids: [String(FOREIGN.app_id)] }] },
    JSON.parse(`${'{"a":'.repeat(20)}1${"}".repeat(20)}`),
  ];

  for (const result of own) assert.deepEqual(await resultOf(result), result);
  for (const result of foreign) assert.equal(await resultOf(result), null, JSON.stringify(result));
});

Deno.test("a busy server names its operation to a bound caller only if that is on the server", async () => {
  await using pair = await startBoundPair();
  const { sandbox, mcpUrl } = pair.whole;
  const busyWith = async (operation: Record<string, unknown>) => {
    const body = {
      message: `Busy with ${operation.server_id}.`,
      operation: { id: "92897555", type: "x", ...operation },
    };
    const end = sandbox.addFault({ operationId: "server_restart", kind: { status: 422, body } });
    const { json } = await callTool(mcpUrl, "restart_server", { server_id: OWN.server_id }, BOUND_HEADERS);
    end();
    assert.equal(json.code, "upstream_busy");
    return JSON.stringify(json);
  };

  assert.match(await busyWith({ server_id: String(OWN.server_id), app_id: "0" }), /"operation_id":"92897555"/);
  for (const operation of [{ server_id: String(FOREIGN.server_id) }, { server_id: "0" }, {}]) {
    assert.doesNotMatch(await busyWith(operation), /92897555|Busy with|100002/, JSON.stringify(operation));
  }
});

Deno.test("a bound caller's list of actions holds those on its server, and its own", async () => {
  await using pair = await startBoundPair();
  const { whole } = pair;
  const calls: [tool: string, args: Args, headers: Record<string, string>, isShown: boolean][] = [
    ["restart_server", { server_id: OWN.server_id }, TOKEN_HEADERS, true],
    ["restart_server", { server_id: FOREIGN.server_id }, TOKEN_HEADERS, false],
    ["clear_app_cache", { app_id: OWN.app_id }, BOTH_HEADERS, true],
    ["clear_app_cache", { app_id: FOREIGN.app_id }, BOTH_HEADERS, false],
    [
      "create_staging_app",
      { app_id: OWN.app_id, destination_server_id: FOREIGN.server_id, wait_seconds: 0 },
      TOKEN_HEADERS,
      false,
    ],
    ["backup_app", { app_id: OWN.app_id }, BOUND_HEADERS, true],
    // It is not there, but the caller knows what it asked for.
    ["backup_server", { server_id: FOREIGN.server_id }, BOUND_HEADERS, true],
    ["backup_server", { server_id: 999_999 }, TOKEN_HEADERS, false],
  ];
  const wanted: string[] = [];
  for (const [tool, args, headers, isShown] of calls) {
    await callTool(whole.mcpUrl, tool, args, headers);
    if (isShown) wanted.unshift(tool);
  }

  const { json } = await callTool(whole.mcpUrl, "get_audit_log", {}, BOUND_HEADERS);

  const shown = Array.from(Object(json.records), (record) => String(Object(record).tool));
  assert.deepEqual(shown, wanted);
});
