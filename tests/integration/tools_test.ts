/** One loop over all tools: what each sends, answers and refuses, as its row in the table says. */
import assert from "node:assert/strict";
import * as z from "zod";
import { allTools } from "../../src/tools/all.ts";
import { DEMO_ACCOUNT, type Sandbox, type SandboxOptions } from "../sandbox/mod.ts";
import { operationById, operations } from "../sandbox/facts.ts";
import { answerProblems } from "../support/answer_problems.ts";
import { withAbsentOnes, withoutRequired, withTexts } from "../support/argument_forms.ts";
import { KEY_HEADERS, TOKEN_HEADERS } from "../support/clients.ts";
import { afterFirstChange } from "../support/first_change.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { callModern } from "../support/rpc_2026.ts";
import { outputProblems } from "../support/tool_contract.ts";
import { listRestorePointsAtOnce } from "../tool_rows/listed_at_once.ts";
import { setUpForEveryTool, toolRows } from "../tool_rows/mod.ts";
import { LISTING, LOOK, type ToolRow } from "../tool_rows/row.ts";
import { everythingSent, expectedOf, mainRequestOf, sentOf } from "../tool_rows/sent.ts";

/** Part of every secret of the account. */
const CANARY = "canary-3f9a";
/** Operations end at the first look, so that no test waits. */
const AT_ONCE = { polls: 1, seconds: 0 };
/** Operations run for as long as a test lasts. */
const ENDLESS = { polls: 1_000_000, seconds: 1_000_000 };
const FORMS = ["live", "documented"] as const;

/** A service without questions, over an account in which the row's call works. */
async function start(row: ToolRow, sandbox: SandboxOptions = {}): Promise<Service> {
  const service = await startService({
    env: { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000" },
    sandbox: { pace: AT_ONCE, accounts: [{ ...DEMO_ACCOUNT, canary: CANARY }], ...sandbox },
  });
  row.setUp?.(service.sandbox);
  return service;
}

const call = (service: Service, { tool }: ToolRow, args: Record<string, unknown>) =>
  callTool(service.mcpUrl, tool, args, TOKEN_HEADERS);

/** A call that works, after whatever has to be done first. */
const callWorking = async (service: Service, row: ToolRow, args: Record<string, unknown>) =>
  await call(service, row, await afterFirstChange(service.mcpUrl, row, args, TOKEN_HEADERS));

/** The applications of the rows. */
const LABELS: Readonly<Record<string, string>> = { 200001: "Shop", 200003: "Shop staging" };

/** The members by which an answer names the server or the application that it is about. */
function targetNames({ tool, minimal }: ToolRow): Record<string, unknown> {
  // These show the whole record of it.
  if (tool === "get_server_details" || tool === "get_app_details") return {};
  const app_label = LABELS[String(minimal.app_id)];
  if (app_label !== undefined) return { app_id: minimal.app_id, app_label, server_id: 100001 };
  return "server_id" in minimal ? { server_id: 100001, server_label: "Production" } : {};
}

/** The member of its arguments that names what it works on. */
const targetOf = ({ minimal }: ToolRow) => ["app_id", "server_id"].find((name) => name in minimal);

const inPath = (path: string, value: unknown) => path.split("/").includes(String(value));

/** Whether a read needs a member in its query, where its path may have the same. */
function isInQuery(operationId: string | undefined, member: string): boolean {
  const { parameters } = operationById(operationId ?? "");
  return parameters.some(({ name, in: place, required }) => place === "query" && required && name === member);
}

/** Misplaced members: those of a read outside its address, others in it. */
function misplaced({ requests }: Sandbox): string[] {
  return requests.flatMap(({ method, path, query, fields, operationId }) => {
    const inAddress = (name: string) => !inPath(path, fields[name]) || isInQuery(operationId, name);
    const wanted = method === "GET" ? Object.keys(fields).filter(inAddress) : [];
    const asked = Object.keys(query).map((name) => name.replace(/\[\]$/, ""));
    const same = JSON.stringify(asked.sort()) === JSON.stringify(wanted.sort());
    return same ? [] : [`${method} ${path}`];
  });
}

Deno.test("every tool has one row in the table, and every row a tool", () => {
  assert.deepEqual(toolRows.map(({ tool }) => tool).sort(), allTools.map(({ name }) => name).sort());
});

for (const row of toolRows) {
  for (const forms of FORMS) {
    for (const kind of ["minimal", "full"] as const) {
      Deno.test(`${row.tool} with ${kind} arguments and ${forms} replies sends and answers what its row says`, async () => {
        await using service = await start(row, { forms });

        const { isError, json, structured } = await callWorking(service, row, row[kind]);

        assert.equal(isError, false, JSON.stringify(json));
        assert.deepEqual(structured, json);
        assert.deepEqual(outputProblems(service.app.catalogue, row.tool, json), []);
        assert.deepEqual(answerProblems(row.tool, json), []);
        assert.deepEqual(everythingSent(service.sandbox), expectedOf(row, kind, forms));
        assert.deepEqual(misplaced(service.sandbox), []);
        assert.ok(service.sandbox.requests.every(({ status = 0 }) => status < 400 || status === 404));
        assert.deepEqual({ ...json, ...targetNames(row) }, json);
        if (row[kind].reveal !== true) assert.ok(!JSON.stringify(json).includes(CANARY), "it shows a secret");
        assert.ok(!service.logLines.join("\n").includes(CANARY), "the log shows a secret");
      });
    }
  }

  Deno.test(`${row.tool} refuses wrong arguments by name, and sends nothing`, async () => {
    await using service = await start(row);

    for (const { args, names } of [...row.wrong, { args: { ...row.minimal, bogus: 1 }, names: "bogus" }]) {
      const { json } = await call(service, row, args);
      assert.equal(json.code, "invalid_arguments", `${JSON.stringify(args)}: ${JSON.stringify(json)}`);
      assert.ok(String(json.message).includes(names), `${JSON.stringify(args)}: ${json.message}`);
      assert.ok(!JSON.stringify(json).includes("[hidden]"), JSON.stringify(json));
    }
    assert.equal(service.sandbox.requests.length, 0);
  });

  const target = targetOf(row);
  if (target !== undefined) {
    Deno.test(`${row.tool} finds only what is in the account`, async () => {
      await using service = await start(row);

      const { json } = await call(service, row, { ...row.minimal, [target]: 999999 });

      assert.equal(json.code, "not_found", JSON.stringify(json));
      assert.deepEqual(everythingSent(service.sandbox), [LISTING]);
    });
  }

  Deno.test(`${row.tool} takes null, empty and added arguments for absent ones`, async () => {
    for (const args of withAbsentOnes(row)) {
      await using service = await start(row);

      const { isError, json } = await callWorking(service, row, args);

      assert.equal(isError, false, JSON.stringify(json));
      assert.deepEqual(everythingSent(service.sandbox), expectedOf(row, "minimal"), JSON.stringify(args));
    }
  });

  Deno.test(`${row.tool} takes numbers, flags and lists given as text`, async () => {
    await using service = await start(row);

    const { isError, json } = await callWorking(service, row, withTexts(row));

    assert.equal(isError, false, JSON.stringify(json));
    assert.deepEqual(everythingSent(service.sandbox), expectedOf(row, "full"));
  });

  Deno.test(`${row.tool} refuses null for what it requires, by name`, async () => {
    await using service = await start(row);

    for (const [name, args] of withoutRequired(row)) {
      const { json } = await call(service, row, args);

      assert.equal(json.code, "invalid_arguments", name);
      assert.ok(JSON.stringify(json.details).includes(`"${name}"`), JSON.stringify(json.details));
    }
    assert.equal(service.sandbox.requests.length, 0);
  });
}

/**
 * The tools that start work at Cloudways and wait for it, each with the form of replies in which there is an operation.
 */
const working = toolRows.filter(({ full, readsWide }) => "wait_seconds" in full && readsWide !== true).flatMap(
  (row) => {
    const forms = FORMS.find((forms) => expectedOf(row, "minimal", forms).includes(LOOK));
    return forms === undefined || row.tool === "get_operation_status" ? [] : [{ row, forms }];
  },
);

/** A service as above. Restore points are listed at once, so that a restore waits only for itself. */
async function startWork(row: ToolRow, sandbox: SandboxOptions): Promise<Service> {
  const service = await start(row, sandbox);
  listRestorePointsAtOnce(service.sandbox, row, { local_backup_exists: true });
  return service;
}

/** Starts an operation straight at the sandbox, as a person in the console would; returns it. */
async function beginInConsole({ baseUrl }: Sandbox): Promise<string> {
  const response = await fetch(`${baseUrl}/app/manage/takeBackup`, {
    method: "POST",
    headers: { authorization: `Bearer ${DEMO_ACCOUNT.accessTokens[0].token}` },
    body: new URLSearchParams({ server_id: "100001", app_id: "200001" }),
  });
  const { operation_id } = await response.json();
  return String(operation_id);
}

/** Of `list_my_operations`, what work was started on. */
const operationList = z.object({
  operations: z.array(
    z.object({ operation_id: z.string(), tool: z.string(), server_id: z.number(), app_id: z.number().optional() })
      .transform(({ app_id, ...other }) => ({ ...other, app_id })),
  ),
});

const isReader = (tool: string) => allTools.some(({ name, effect }) => name === tool && effect === "read");

const timesSent = ({ requests }: Sandbox, request: string) =>
  requests.filter((one) => sentOf(one)[0] === request).length;

for (const { row, forms } of working) {
  const { tool, minimal } = row;
  const main = mainRequestOf(row);

  Deno.test(`${tool} with wait_seconds 0 says that the operation runs and how to follow it`, async () => {
    await using service = await startWork(row, { forms, pace: ENDLESS });

    const { isError, json } = await call(service, row, { ...minimal, wait_seconds: 0 });

    assert.equal(isError, false, JSON.stringify(json));
    assert.equal(json.status, "running");
    assert.match(String(json.next_step), new RegExp(`get_operation_status.*${json.operation_id}`));
    assert.deepEqual(outputProblems(service.app.catalogue, tool, json), []);
    assert.equal(timesSent(service.sandbox, LOOK[0]), 1);
  });

  Deno.test(`${tool} is listed with what it works on while its operation runs`, async () => {
    await using service = await startWork(row, { forms, pace: ENDLESS });
    // The full form of a report asks for several.
    const args = isReader(tool) ? minimal : row.full;
    const { json: started } = await call(service, row, { ...args, wait_seconds: 0 });

    const { structured } = await callTool(service.mcpUrl, "list_my_operations", {}, TOKEN_HEADERS);

    const { operations } = operationList.parse(structured);
    const [newest] = operations;
    // A server that is made has no id in the arguments.
    const server_id = targetOf(row) === undefined ? newest?.server_id : 100001;
    assert.deepEqual(newest, { operation_id: started.operation_id, tool, server_id, app_id: args.app_id });
  });

  Deno.test(`${tool} is an error if its operation fails at Cloudways`, async () => {
    await using service = await startWork(row, { forms });
    service.sandbox.failNextOperations(1);

    const { isError, json } = await call(service, row, minimal);

    assert.equal(isError, true);
    assert.equal(json.code, "operation_failed");
    assert.match(JSON.stringify(json.details), /"cloudways_message":"Operation failed/);
    assert.equal(timesSent(service.sandbox, main), 1);
  });

  if (isReader(tool) && row.refusedWhileBusy !== true) {
    Deno.test(`${tool} works while its server is busy`, async () => {
      await using service = await startWork(row, { forms, pace: { polls: 1, seconds: 1_000_000 } });
      await beginInConsole(service.sandbox);

      const { json } = await call(service, row, minimal);

      assert.equal(json.status, "completed", JSON.stringify(json));
    });
    continue;
  }

  // A server that doesn't exist yet is not busy.
  if (targetOf(row) === undefined) continue;
  Deno.test(`${tool} names the operation that keeps its server busy, and does nothing`, async () => {
    await using service = await startWork(row, { forms, pace: ENDLESS });
    const running = await beginInConsole(service.sandbox);
    const before = {
      sent: timesSent(service.sandbox, main),
      servers: JSON.stringify(service.sandbox.account().servers),
    };

    const { json } = await call(service, row, minimal);

    assert.equal(json.code, "upstream_busy");
    assert.match(JSON.stringify(json.details), new RegExp(`"operation_id":"${running}".*backup_app`));
    assert.equal(timesSent(service.sandbox, main), before.sent + 1);
    assert.equal(JSON.stringify(service.sandbox.account().servers), before.servers);
  });
}

Deno.test("no answer and no log line shows the caller's credentials or a secret of the account", async () => {
  for (const headers of [TOKEN_HEADERS, KEY_HEADERS]) {
    await using service = await startService({
      env: { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000" },
      sandbox: { pace: AT_ONCE, rateLimitPerMinute: 1_000, accounts: [{ ...DEMO_ACCOUNT, canary: CANARY }] },
    });
    setUpForEveryTool(service.sandbox);
    for (const { tool, minimal } of toolRows) {
      const { json } = await callTool(service.mcpUrl, tool, minimal, headers);
      for (const secret of [CANARY, ...Object.values(headers).filter((value) => value !== DEMO_ACCOUNT.email)]) {
        assert.ok(!JSON.stringify(json).includes(secret), `${tool} shows ${secret}`);
        assert.ok(!service.logLines.some((line) => line.includes(secret)), `the log shows ${secret}`);
      }
    }
  }
});

Deno.test("the description of a tool that reads by starting an operation says so", () => {
  const working = operations.filter(({ sideEffect, async }) => sideEffect === "read" && async !== "none");
  const requests = new Set(working.map(({ method, path }) => `${method} ${path.replace("{server_id}", "100001")}`));
  const readers = new Set(allTools.filter(({ effect }) => effect === "read").map(({ name }) => name));
  const rows = toolRows.filter(({ tool, sends }) =>
    readers.has(tool) && sends.minimal.some(([request]) => requests.has(request))
  );

  assert.ok(rows.length >= 7);
  for (const { tool } of rows) {
    const description = allTools.find(({ name }) => name === tool)?.description ?? "";
    assert.match(description, /starts? work on the server/i, tool);
  }
});

Deno.test("an object in a wrong place is refused with a reason, whatever is in it", async () => {
  await using service = await startService();
  const noText = { toString: 0, valueOf: 0 };

  for (const query of [{ length: noText }, { length: [noText] }, { size: -1 }, [{ length: noText }]]) {
    const { json } = await callTool(service.mcpUrl, "find_resources", { query }, TOKEN_HEADERS);

    assert.equal(json.code, "invalid_arguments", JSON.stringify(json));
    assert.match(String(json.message), /query: .*expected string, received (object|array)/);
  }
});

Deno.test("an argument named __proto__ is refused like any unknown one", async () => {
  await using service = await startService();
  const args = JSON.parse('{"query":"shop","__proto__":{"limit":1}}');

  const legacy = await callTool(service.mcpUrl, "find_resources", args, TOKEN_HEADERS);
  const modern = await callModern({ url: service.mcpUrl, name: "find_resources", args, headers: TOKEN_HEADERS });

  assert.equal(modern.kind, "result");
  for (const { json } of [legacy, modern.answer]) {
    assert.equal(json.code, "invalid_arguments", JSON.stringify(json));
    assert.match(String(json.message), /"__proto__"/);
  }
  assert.equal(service.sandbox.requests.length, 0);
});
