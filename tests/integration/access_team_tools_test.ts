/** Projects and team members: what is asked, sent, read back and refused. */
import assert from "node:assert/strict";
import type { AppState, FaultKind, MemberState, Sandbox, SandboxOptions } from "../sandbox/mod.ts";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { callModern } from "../support/rpc_2026.ts";
import { yesTo } from "../support/yes.ts";
import { accessTeamRows } from "../tool_rows/access_team.ts";

const PROJECT = { project_id: 300002 };
const ADA = { member_id: 600001 };
/** A member without full access. */
const GRACE = { member_id: 600002 };
const LIN = { name: "Lin Berg", email: "lin@example.com", role: "Design" };
const ACCESS = { account: { is_full: false }, servers: { 100001: { apps: [200001, 200002] } } };

function start(CONFIRM = "off", sandbox: SandboxOptions = {}): Promise<Service> {
  return startService({ env: { CONFIRM, RATE_LIMIT_REQUESTS: "100000" }, sandbox });
}

function call(service: Service, tool: string, args: Record<string, unknown>) {
  return callTool(service.mcpUrl, tool, args, TOKEN_HEADERS);
}

/** Asks, and gives the question with a way to say yes to it. */
async function ask(service: Service, name: string, args: Record<string, unknown>) {
  const base = { url: service.mcpUrl, name, headers: TOKEN_HEADERS };
  const asked = await callModern({ ...base, args });
  assert.ok(asked.kind === "question", JSON.stringify(asked));
  const approve = async (again: Record<string, unknown> = args) => {
    const answered = { state: asked.state, reply: yesTo(asked.message) };
    const done = await callModern({ ...base, args: again, answered });
    assert.ok(done.kind === "result", JSON.stringify(done));
    return done.answer.json;
  };
  return { message: asked.message, state: asked.state, approve };
}

function writes({ requests }: Sandbox): string[] {
  return requests.filter(({ method }) => method !== "GET").map(({ operationId }) => String(operationId));
}

function allApps({ sandbox }: Service): AppState[] {
  return sandbox.account().servers.flatMap(({ apps }) => apps);
}

function group(service: Service, ids: readonly number[], projectId = PROJECT.project_id): void {
  for (const app of allApps(service)) if (ids.includes(app.id)) app.project_id = projectId;
}

function inProject(service: Service, projectId = PROJECT.project_id): number[] {
  return allApps(service).filter(({ project_id }) => project_id === projectId).map(({ id }) => id);
}

function member({ sandbox }: Service, id = ADA.member_id): MemberState {
  const found = sandbox.account().members.find((one) => one.id === id);
  assert.ok(found !== undefined);
  return found;
}

/** Gives a member of the state another value at each reading; the last one stays. */
function readsInTurn<T extends object>(state: T, name: keyof T, values: readonly unknown[]): void {
  let reads = 0;
  Object.defineProperty(state, name, { get: () => values[Math.min(reads++, values.length - 1)], set: () => {} });
}

/** Only the first read of an operation gets the right answer. */
function readsOnce({ sandbox }: Service, operationId: string, kind: FaultKind): void {
  sandbox.addFault({ operationId, times: 1, kind: { delayMs: 0 } });
  sandbox.addFault({ operationId, kind });
}

Deno.test("a person who is asked to let somebody in sees who, with what role, and to what, by id and label", async () => {
  await using service = await start("ask");

  const { message, approve } = await ask(service, "add_team_member", { ...LIN, access: ACCESS });
  const json = await approve();

  const lines = message.split("\n");
  assert.match(lines[0] ?? "", /2 applications\. E-mail `lin@example\.com`\.$/);
  for (
    const line of [
      "Concerns: the account itself, no single server",
      "Name: `Lin Berg`",
      "Role: `Design`",
      "- `application 200001 on server 100001`",
      "Servers: `100001: Production`",
      "- `200001 on server 100001: Shop`",
      `- \`200002 on server 100001: ${allApps(service)[1]?.label}\``,
    ]
  ) assert.ok(lines.includes(line), `${line} in ${message}`);
  assert.match(message, /nobody can verify/);
  assert.doesNotMatch(message, /is_full|- access:/, "nobody has to read JSON");
  assert.equal(json.member_id, 600003);
  assert.deepEqual(member(service, 600003).access, {
    account: { sections: [], is_full: false },
    servers: { 100001: { sections: [], is_full: false, apps: ["200001", "200002"] } },
    apps: [],
  });
});

Deno.test("Cloudways' answer to a new member is shown as it came, with its times in one form", async () => {
  await using service = await start();

  const { json } = await call(service, "add_team_member", { ...LIN, access: ACCESS });

  const { 600003: added } = Object(json.reply).contents.members;
  assert.equal(added.email, "lin@example.com");
  assert.match(added.added_on, /^\d{4}-\d{2}-\d{2}T[\d:]{8}Z$/);
  assert.match(String(json.next_step), /check/i);
});

Deno.test("an access is one thing as an object, as text and however it is spaced", async () => {
  await using service = await start("ask");
  const { approve } = await ask(service, "add_team_member", { ...LIN, access: ACCESS });
  const spaced = '{\n  "servers": {"100001": {"apps": ["200002", 200001, 200001], "is_full": false}},\n' +
    '  "account": {"sections": [], "is_full": false}\n}';

  const json = await approve({ ...LIN, access: spaced });

  assert.equal(json.member_id, 600003, JSON.stringify(json));
  assert.deepEqual(writes(service.sandbox), ["team_member_add"]);
});

Deno.test("full access is given only if the call names it, and the question says so", async () => {
  await using service = await start("ask");

  const account = await ask(service, "add_team_member", { ...LIN, access: { account: { is_full: true } } });
  const whole = { account: { is_full: false }, servers: { 100001: { is_full: true } } };
  const server = await ask(service, "add_team_member", { ...LIN, email: "eve@example.com", access: whole });
  await account.approve();
  await server.approve();

  assert.match(account.message.split("\n")[0] ?? "", /full access to the account/);
  assert.match(server.message.split("\n")[0] ?? "", /1 whole server/);
  assert.deepEqual([member(service, 600003).isFull, member(service, 600004).isFull], [true, false]);
  assert.deepEqual(Object(member(service, 600004).access.servers)[100001].is_full, true);
});

Deno.test("an invisible or other odd character inside an access is refused, however it is written", async () => {
  await using service = await start();

  for (const odd of ["\\u200b", "\u200b", "\\u0430", "\\ud800", "\\n", "`", "\\u202e", "  "]) {
    const access = `{"account":{"is_full":false,"sections":["bil${odd}ling"]},"servers":{}}`;
    const { json } = await call(service, "add_team_member", { ...LIN, access });
    assert.equal(json.code, "invalid_arguments", odd);
    assert.match(String(json.message), /access/, odd);
  }
  for (const section of [" billing", "billing ", "billing-"]) {
    const access = { account: { is_full: false, sections: [section] }, servers: {} };
    const { json } = await call(service, "add_team_member", { ...LIN, access });
    assert.equal(json.code, "invalid_arguments", section);
  }
  assert.deepEqual(service.sandbox.requests, []);
});

Deno.test("nobody is asked about an access to what is not in the account, or not on that server", async () => {
  await using service = await start("ask");
  const add = async (servers: unknown) => {
    const access = { account: { is_full: false }, servers };
    const asked = await callModern({
      url: service.mcpUrl,
      name: "add_team_member",
      args: { ...LIN, access },
      headers: TOKEN_HEADERS,
    });
    assert.ok(asked.kind === "result", JSON.stringify(asked));
    return asked.answer.json;
  };

  const answers = [
    await add({ 999999: { is_full: true } }),
    await add({ 100001: { apps: [999999] } }),
    await add({ 100001: { apps: [200004] } }),
  ];

  assert.deepEqual(answers.map(({ code }) => code), ["not_found", "not_found", "not_found"]);
  assert.deepEqual(answers[2]?.details, { app_id: 200004, server_id: 100002 });
  assert.deepEqual(writes(service.sandbox), []);
});

Deno.test("an address that belongs to a member is refused with the member's id, and nobody is asked", async () => {
  await using service = await start("ask");
  const args = { ...LIN, email: "ADA@example.com", access: ACCESS };

  const answered = await callModern({ url: service.mcpUrl, name: "add_team_member", args, headers: TOKEN_HEADERS });

  assert.ok(answered.kind === "result");
  assert.equal(answered.answer.json.code, "validation_failed");
  assert.deepEqual(answered.answer.json.details, ADA);
  assert.deepEqual(writes(service.sandbox), []);
});

Deno.test("Cloudways' refusal of an address that owns an account is passed on", async () => {
  await using service = await start();

  const { json } = await call(service, "add_team_member", { ...LIN, email: "owner@example.net", access: ACCESS });

  assert.equal(json.code, "validation_failed");
  assert.match(JSON.stringify(json.details), /owns an account/);
});

Deno.test("a new member that the list does not show, or that can't be looked up, is not added once more", async () => {
  for (const kind of [{ status: 200, body: { contents: { members: [] } } }, { status: 403, body: {} }]) {
    await using service = await start();
    readsOnce(service, "team_member_list", kind);

    const { json } = await call(service, "add_team_member", { ...LIN, access: ACCESS });

    assert.equal(json.member_id, null, JSON.stringify(json));
    assert.match(String(json.next_step), /list_team_members.*don't add/);
    assert.equal(member(service, 600003).email, LIN.email);
  }
});

Deno.test("a change without access sends what is known of the member, and says what may be lost", async () => {
  await using service = await start("ask");
  const full = await ask(service, "update_team_member", { ...ADA, role: "Lead" });
  const limited = await ask(service, "update_team_member", { ...GRACE, name: "Grace H." });

  await full.approve();
  await limited.approve();

  assert.match(full.message, /full access to the account is sent again/);
  assert.doesNotMatch(limited.message, /is sent again/);
  for (const { message } of [full, limited]) assert.match(message, /not named here may be lost/);
  const [first, second] = service.sandbox.requestsTo("team_member_update").map(({ fields }) => fields);
  assert.deepEqual(first, { ...ADA, name: "Ada", role: "Lead", status: "1", account: { is_full: true } });
  assert.deepEqual(second, { ...GRACE, name: "Grace H.", role: "Billing", status: "1", account: { is_full: false } });
  assert.equal(member(service).isFull, true);
});

Deno.test("an access that is given replaces the present one as a whole", async () => {
  await using service = await start("ask");

  const { message, approve } = await ask(service, "update_team_member", { ...ADA, access: ACCESS });
  const json = await approve();

  assert.match(message.split("\n")[0] ?? "", /600001 and give them access to 2 applications/);
  assert.ok(message.includes("Full access to the account now: `yes`"), message);
  assert.equal(json.active, true);
  assert.equal(member(service).isFull, false);
  assert.deepEqual(Object.keys(Object(member(service).access.servers)), ["100001"]);
});

Deno.test("what Cloudways does not tell of a member is neither sent nor compared afterwards", async () => {
  await using service = await start();
  const { id, name, email } = member(service);
  const untold = { contents: { members: { [id]: { id: String(id), name, email } } } };
  service.sandbox.addFault({ operationId: "team_member_list", kind: { status: 200, body: untold } });

  const inactive = await call(service, "update_team_member", { ...ADA, enabled: false });
  const limited = await call(service, "update_team_member", { ...ADA, access: ACCESS });

  const [first, second] = service.sandbox.requestsTo("team_member_update").map(({ fields }) => fields);
  assert.deepEqual(first, { ...ADA, name: "Ada", status: "0" });
  assert.deepEqual(Object.keys(second ?? {}).sort(), ["account", "apps", "member_id", "name", "servers"]);
  for (const { isError, json } of [inactive, limited]) assert.equal(isError, false, JSON.stringify(json));
});

Deno.test("sections of the account that Cloudways tells are shown, bound to the yes and sent again", async () => {
  await using service = await start("ask");
  const { id, name, email } = member(service);
  const tell = (sections: string[]) => {
    const told = { id, name, email, status: "1", role: "Developer", permissions: { is_full: false, sections } };
    return service.sandbox.addFault({
      operationId: "team_member_list",
      kind: { status: 200, body: { contents: { members: [told] } } },
    });
  };
  const args = { ...ADA, name: "Ada L." };

  const stopTelling = tell(["billing"]);
  const first = await ask(service, "update_team_member", args);
  stopTelling();
  tell(["billing", "support"]);
  const url = service.mcpUrl;
  const answered = { state: first.state, reply: yesTo(first.message) };
  const changed = await callModern({ url, name: "update_team_member", args, headers: TOKEN_HEADERS, answered });
  await (await ask(service, "update_team_member", args)).approve();

  assert.ok(first.message.includes("Sections of the account as before: `billing`"), first.message);
  assert.equal(changed.kind, "question");
  const sent = service.sandbox.requestsTo("team_member_update").map(({ fields }) => fields.account);
  assert.deepEqual(sent, [{ sections: ["billing", "support"], is_full: false }]);
});

Deno.test("a member who is as asked for already is not sent, and nobody is asked", async () => {
  await using service = await start("ask");

  const { json } = await call(service, "update_team_member", { ...ADA, name: "Ada", role: "Developer", enabled: true });

  assert.equal(json.code, "validation_failed");
  assert.deepEqual(writes(service.sandbox), []);
});

Deno.test("a member whom somebody else changes in between is not written", async () => {
  await using service = await start();
  readsInTurn(member(service), "role", ["Developer", "Owner's friend"]);

  const { json } = await call(service, "update_team_member", { ...ADA, name: "Ada L." });

  assert.match(String(json.message), /Nothing was written/);
  assert.deepEqual(writes(service.sandbox), []);
});

Deno.test("a member who does not become what was sent is an error that shows both", async () => {
  await using service = await start();
  readsInTurn(member(service), "status", ["1"]);

  const { json } = await call(service, "update_team_member", { ...ADA, enabled: false });

  assert.equal(json.code, "upstream_error");
  const state = { name: "Ada", role: "Developer", isFull: true };
  const { wanted, found } = Object(json.details);
  assert.deepEqual([wanted, found], [{ ...state, status: "0" }, { ...state, status: "1" }]);
});

Deno.test("a member is removed after their e-mail address was typed, and is seen to be gone", async () => {
  await using service = await start("ask");

  const { message, approve } = await ask(service, "remove_team_member", ADA);
  const json = await approve();

  assert.equal(message.split("\n")[1], "To approve, type exactly: `ada@example.com`");
  assert.deepEqual([json.email, json.removed, json.verified], ["ada@example.com", true, true]);
  assert.deepEqual(service.sandbox.account().members.map(({ id }) => id), [600002]);
});

Deno.test("a member without an e-mail address is removed by the typed id", async () => {
  await using service = await start("ask");
  member(service).email = "";

  const { message, approve } = await ask(service, "remove_team_member", ADA);

  assert.equal(message.split("\n")[1], "To approve, type exactly: `600001`");
  assert.equal((await approve()).removed, true);
});

Deno.test("a deletion that does not show is an error, and one that can't be looked up is not verified", async () => {
  const rows = [["remove_team_member", ADA, "team_member_delete"], [
    "delete_project",
    PROJECT,
    "project_delete",
  ]] as const;
  for (const [tool, args, operationId] of rows) {
    await using ignoring = await start();
    ignoring.sandbox.addFault({ operationId, kind: { status: 200, body: [] } });
    const ignored = await call(ignoring, tool, args);

    await using silent = await start();
    const list = tool === "delete_project" ? "project_list" : "team_member_list";
    readsOnce(silent, list, { status: 403, body: {} });
    const unseen = await call(silent, tool, args);

    assert.equal(ignored.json.code, "upstream_error", tool);
    assert.equal(unseen.json.verified, false, JSON.stringify(unseen.json));
    assert.deepEqual(writes(silent.sandbox), [operationId]);
  }
});

Deno.test("a member or project that does not exist is not found, and the answer names the tool that lists them", async () => {
  await using service = await start();
  const member = { member_id: 999999 };
  const project = { project_id: 999999 };
  const calls = [
    ["update_team_member", member, { role: "Lead" }],
    ["remove_team_member", member, {}],
    ["update_project", project, { name: "New" }],
    ["delete_project", project, {}],
  ] as const;

  for (const [tool, unknown, change] of calls) {
    const { json } = await call(service, tool, { ...unknown, ...change });
    assert.equal(json.code, "not_found", tool);
    assert.deepEqual(json.details, unknown, tool);
    assert.match(String(json.hint), /list_(team_members|projects)/);
  }
  assert.deepEqual(writes(service.sandbox), []);
});

Deno.test("applications of a project are added, removed and replaced, and the others stay", async () => {
  await using service = await start();
  group(service, [200001, 200002]);
  const edit = (change: Record<string, unknown>) => call(service, "update_project", { ...PROJECT, ...change });

  const added = await edit({ add: [200004, 200001] });
  const afterAdd = inProject(service);
  const removed = await edit({ remove: [200002, 200005] });
  const afterRemove = inProject(service);
  const replaced = await edit({ replace: [200005], name: "Blogs" });
  const afterReplace = inProject(service);
  const emptied = await edit({ replace: [] });

  assert.deepEqual([afterAdd, afterRemove, afterReplace, inProject(service)], [
    [200001, 200002, 200004],
    [200001, 200004],
    [200005],
    [],
  ]);
  const ids = (list: unknown) => Array.from(Object(list), (one) => Object(one).id);
  assert.deepEqual(ids(added.json.added), [200004]);
  assert.deepEqual([ids(removed.json.removed), removed.json.not_there], [[200002], [200005]]);
  assert.deepEqual([ids(replaced.json.before), ids(replaced.json.apps), replaced.json.project_name], [
    [200001, 200004],
    [200005],
    "Blogs",
  ]);
  assert.deepEqual(ids(emptied.json.apps), []);
  assert.equal(service.sandbox.account().projects[1]?.name, "Blogs");
});

Deno.test("a new name leaves the applications in, and an empty project empty", async () => {
  await using service = await start();
  group(service, [200001]);

  await call(service, "update_project", { ...PROJECT, name: "One" });
  group(service, [200001], 300001);
  await call(service, "update_project", { ...PROJECT, name: "Two" });

  const sent = service.sandbox.requestsTo("project_update").map(({ fields: { name, app_ids } }) => [name, app_ids]);
  assert.deepEqual(sent, [["One", "200001"], ["Two", undefined]]);
});

Deno.test("the question about a project shows what is added, removed and taken from another", async () => {
  await using service = await start("ask");
  service.sandbox.account().projects.push({ id: 300003, name: "Blogs", isDefault: false, created_at: "" });
  group(service, [200001, 200002]);
  group(service, [200004], 300003);

  const change = { add: [200004], remove: [200002], name: "Shops EU" };
  const { message, approve } = await ask(service, "update_project", { ...PROJECT, ...change });
  await approve();

  const lines = message.split("\n");
  assert.match(
    lines[0] ?? "",
    /^Change project 300002: 1 application added, 1 removed, and a new name\. Name `Shops`\.$/,
  );
  for (const line of ["Name after: `Shops EU`", "Leave another project: `200004 from project 300003: Blogs`"]) {
    assert.ok(lines.includes(line), message);
  }
  assert.deepEqual(inProject(service), [200001, 200004]);
});

Deno.test("a yes to a change of a project does not count after the project has changed", async () => {
  await using service = await start("ask");
  group(service, [200001, 200002]);
  const args = { ...PROJECT, remove: [200002] };
  const asked = await callModern({ url: service.mcpUrl, name: "update_project", args, headers: TOKEN_HEADERS });
  assert.ok(asked.kind === "question");
  group(service, [200004]);

  const answered = { state: asked.state, reply: yesTo(asked.message) };
  const after = await callModern({
    url: service.mcpUrl,
    name: "update_project",
    args,
    headers: TOKEN_HEADERS,
    answered,
  });

  assert.equal(after.kind, "question", JSON.stringify(after));
  assert.deepEqual(writes(service.sandbox), []);
});

Deno.test("a project that changes in between is not written, and one that does not become as sent is an error", async () => {
  await using changing = await start();
  const [, second] = allApps(changing);
  assert.ok(second !== undefined);
  readsInTurn(second, "project_id", [300001, 300002]);
  const changed = await call(changing, "update_project", { ...PROJECT, add: [200001] });

  await using ignoring = await start();
  const [first] = allApps(ignoring);
  assert.ok(first !== undefined);
  readsInTurn(first, "project_id", [300001]);
  const ignored = await call(ignoring, "update_project", { ...PROJECT, add: [200001] });

  assert.match(String(changed.json.message), /Nothing was written/);
  assert.deepEqual(writes(changing.sandbox), []);
  assert.equal(ignored.json.code, "upstream_error");
  const { wanted, found } = Object(ignored.json.details);
  assert.deepEqual([wanted.apps, found.apps], [["200001"], []]);
});

Deno.test("a project is made with applications of the default one, and not with those of another", async () => {
  await using service = await start();
  group(service, [200002]);

  const made = await call(service, "create_project", { name: "New client", app_ids: [200001, 200001, 200004] });
  const refused = await call(service, "create_project", { name: "Other", app_ids: [200005, 200002] });
  const unknown = await call(service, "create_project", { name: "Other", app_ids: [999999] });

  assert.deepEqual(made.json, {
    project_id: 300003,
    project_name: "New client",
    apps: allApps(service).filter(({ id }) => [200001, 200004].includes(id)).map(({ id, label }) => ({ id, label })),
  });
  assert.equal(refused.json.code, "validation_failed");
  assert.deepEqual(refused.json.details, { app_id: 200002, project_id: 300002 });
  assert.match(String(refused.json.hint), /update_project/);
  assert.equal(unknown.json.code, "not_found");
  assert.deepEqual(writes(service.sandbox), ["project_create"]);
});

Deno.test("a new project says where an application is not seen in it", async () => {
  await using service = await start();
  const [app] = allApps(service);
  assert.ok(app !== undefined);
  readsInTurn(app, "project_id", [300001]);

  const { json } = await call(service, "create_project", { name: "New client", app_ids: [200001] });

  assert.deepEqual(json.apps, []);
  assert.match(String(json.next_step), /update_project/);
});

Deno.test("a project is deleted, its applications stay, and Cloudways' no for the default one is passed on", async () => {
  await using service = await start("ask");
  group(service, [200001, 200002]);
  const before = allApps(service).length;

  const { message, approve } = await ask(service, "delete_project", PROJECT);
  const json = await approve();
  const refused = await (await ask(service, "delete_project", { project_id: 300001 })).approve();

  assert.match(message.split("\n")[0] ?? "", /^Delete project 300002 with 2 applications\. Name `Shops`\.$/);
  assert.match(message, /applications stay/);
  assert.deepEqual([json.project_name, json.deleted, json.verified], ["Shops", true, true]);
  assert.equal(allApps(service).length, before);
  assert.equal(refused.code, "validation_failed");
});

Deno.test("a caller whose connection is narrowed can do none of it, by name or through call_tool", async () => {
  await using service = await start();
  const bounds = [
    { headers: { "x-mcp-toolsets": "basic,servers" }, direct: "error", inside: "invalid_arguments" },
    {
      headers: { "x-mcp-exclude-tools": accessTeamRows.map(({ tool }) => tool).join() },
      direct: "error",
      inside: "invalid_arguments",
    },
    { headers: { "x-mcp-readonly": "true" }, direct: "read_only", inside: "read_only" },
  ] as const;

  for (const { headers, direct, inside } of bounds) {
    for (const { tool, minimal } of accessTeamRows) {
      const base = { url: service.mcpUrl, headers: { ...TOKEN_HEADERS, ...headers } };
      const named = await callModern({ ...base, name: tool, args: minimal });
      const carried = await callModern({ ...base, name: "call_tool", args: { name: tool, arguments: minimal } });

      assert.equal(named.kind === "result" ? named.answer.json.code : named.kind, direct, tool);
      assert.equal(carried.kind === "result" ? carried.answer.json.code : carried.kind, inside, tool);
    }
  }
  assert.deepEqual(writes(service.sandbox), []);
});
