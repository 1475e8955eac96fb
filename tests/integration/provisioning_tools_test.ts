/** What the tools for ordering and deleting servers do to an account, and what they refuse before anybody is asked. */
import assert from "node:assert/strict";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { callModern, YES } from "../support/rpc_2026.ts";
import { until } from "../support/until.ts";
import { toType, yesTo } from "../support/yes.ts";
import { DEMO_ACCOUNT, FakeClock, type SandboxOptions, type ServerState } from "../sandbox/mod.ts";

const SERVER = { server_id: 100001 };
const APP = { app_id: 200001 };
const PLACE = { provider: "do", region: "nyc3", size: "4GB" };
const WORDPRESS = { application: "wordpress", app_version: "6.8" };
const NEW_SERVER = { ...PLACE, ...WORDPRESS, server_label: "Shops EU", app_label: "Shop" };
const COPY = { ...SERVER, ...PLACE, app_label: "Shop copy" };
const BILLED = "Cloudways will bill this; the price is not known here.";
const MORE_STAGING = { accounts: [{ ...DEMO_ACCOUNT, moreStaging: true }] };

type Args = Record<string, unknown>;

/** Nobody is asked. */
const UNASKED = { CONFIRM: "off", RATE_LIMIT_REQUESTS: "100000" };
const ASKING = { RATE_LIMIT_REQUESTS: "100000" };

function start(sandbox: SandboxOptions = {}, env: Record<string, string> = UNASKED): Promise<Service> {
  return startService({ env, sandbox: { pace: { polls: 1, seconds: 0 }, ...sandbox } });
}

const call = (service: Service, name: string, args: Args, headers: Record<string, string> = TOKEN_HEADERS) =>
  callTool(service.mcpUrl, name, args, headers);

const writesOf = ({ sandbox }: Service) =>
  sandbox.requests.filter(({ method }) => method !== "GET").map(({ operationId }) => operationId);

const serversOf = ({ sandbox }: Service) => sandbox.account().servers;

function firstServer(service: Service): ServerState {
  const [server] = serversOf(service);
  assert.ok(server !== undefined);
  return server;
}

const requestOf = (service: Service, name: string, args: Args) => (
  { url: service.mcpUrl, name, args, headers: TOKEN_HEADERS }
);

/** The question of a call, and how to answer it. */
async function ask(service: Service, name: string, args: Args) {
  const request = requestOf(service, name, args);
  const asked = await callModern(request);
  assert.ok(asked.kind === "question", JSON.stringify(asked));
  const say = (reply: unknown) => callModern({ ...request, answered: { state: asked.state, reply } });
  return { message: asked.message, firstLine: asked.message.split("\n")[0] ?? "", say };
}

/** What a call is refused with, without a question and without a write. */
async function refusal(service: Service, name: string, args: Args) {
  const refused = await callModern(requestOf(service, name, args));
  assert.ok(refused.kind === "result" && refused.answer.isError, JSON.stringify(refused));
  assert.deepEqual(writesOf(service), []);
  const { code, details } = refused.answer.json;
  return { code, argument: Object(Object(details).problems?.[0]).argument, details: Object(details) };
}

const BILLING: [tool: string, args: Args, state?: Partial<ServerState>][] = [
  ["create_server", NEW_SERVER],
  ["clone_server", COPY],
  ["resize_server", { ...SERVER, size: "4GB" }],
  ["resize_server_volume", { ...SERVER, volume: "data", size_gb: 40 }, { cloud: "amazon", data_volume_size: 20 }],
  ["set_server_block_storage", { ...SERVER, action: "attach", size_gb: 100 }],
];

for (const [tool, args, state] of BILLING) {
  Deno.test(`${tool} says in the first line of its question that it is billed`, async () => {
    await using service = await start({}, ASKING);
    Object.assign(firstServer(service), state);

    const { firstLine } = await ask(service, tool, args);

    assert.ok(firstLine.includes(BILLED), firstLine);
    assert.deepEqual(writesOf(service), []);
  });
}

Deno.test("create_server names the new server with its users, and shows no password", async () => {
  await using service = await start({ accounts: [{ ...DEMO_ACCOUNT, canary: "canary-77" }] });

  const { json } = await call(service, "create_server", NEW_SERVER);

  const made = serversOf(service).at(-1);
  assert.equal(json.status, "completed");
  assert.deepEqual([json.new_server_id, json.new_app_id], [made?.id, made?.apps[0]?.id]);
  assert.deepEqual([Object(json.new_server).public_ip, Object(json.new_server).master_user], [
    made?.public_ip,
    made?.master_user,
  ]);
  assert.ok(!JSON.stringify(json).includes("canary-77"));
});

Deno.test("create_server gives the new server's id at once, before it can be seen", async () => {
  await using service = await start({ pace: { polls: 2, seconds: 3600 } });

  const { json } = await call(service, "create_server", { ...NEW_SERVER, wait_seconds: 0 });
  const later = await call(service, "get_operation_status", { operation_id: json.operation_id });

  const made = serversOf(service).at(-1);
  assert.deepEqual([json.status, json.new_server_id, json.new_server], ["running", made?.id, undefined]);
  assert.deepEqual([later.json.status, later.json.server_id], ["completed", made?.id]);
});

Deno.test("create_server whose operation is not told is not ordered a second time", async () => {
  await using service = await start();
  const server = { id: "100003", label: "Shops EU", status: "Creating", operations: [] };
  service.sandbox.addFault({ operationId: "server_create", kind: { status: 200, body: { server } } });

  const { json } = await call(service, "create_server", NEW_SERVER);

  assert.deepEqual([json.new_server_id, json.operation_id], [100003, null]);
  assert.deepEqual(writesOf(service), ["server_create"]);
});

Deno.test("a yes to create_server no longer fits when a server was made in between", async () => {
  await using service = await start({}, ASKING);
  const { say, message } = await ask(service, "create_server", NEW_SERVER);
  const [first] = serversOf(service);
  assert.ok(first !== undefined);
  serversOf(service).push({ ...first, id: 100009, label: "Shops EU", apps: [] });

  const again = await say(yesTo(message));

  assert.equal(again.kind, "question");
  assert.deepEqual(writesOf(service), []);
  assert.ok(again.kind === "question" && again.message.includes("100009"), "it names the server of this name");
});

Deno.test("volumes are needed at amazon and gce, and refused elsewhere", async () => {
  await using service = await start({}, ASKING);
  const amazon = { provider: "amazon", region: "us-east-1", size: "Medium" };

  for (const [tool, args] of [["create_server", NEW_SERVER], ["clone_server", COPY]] as const) {
    const missing = await refusal(service, tool, { ...args, ...amazon, data_volume_gb: 20 });
    const none = await refusal(service, tool, { ...args, ...amazon });
    const needless = await refusal(service, tool, { ...args, db_volume_gb: 20 });
    assert.deepEqual(
      [missing, none, needless].map(({ code, argument }) => [code, argument]),
      ["db_volume_gb", "data_volume_gb", "db_volume_gb"].map((name) => ["invalid_arguments", name]),
    );
  }
  const storage = await refusal(service, "clone_server", {
    ...COPY,
    ...amazon,
    data_volume_gb: 20,
    db_volume_gb: 20,
    block_storage_gb: 50,
  });
  assert.deepEqual([storage.code, storage.argument], ["invalid_arguments", "block_storage_gb"]);
});

Deno.test("clone_server names the copy where only one server can be it", async () => {
  await using service = await start();
  Object.assign(serversOf(service)[1] ?? {}, { cloud: "do", region: "nyc3", instance_type: "4GB" });
  const args = { ...COPY, ...APP, block_storage_gb: 50, also_copy: ["app_settings", "app_domains"] };

  const { json } = await call(service, "clone_server", args);

  const made = serversOf(service).at(-1);
  assert.equal(json.new_server_id, made?.id);
  assert.deepEqual([made?.storage, made?.apps.length, made?.apps[0]?.label], [50, 1, "Shop copy"]);
  const sent = service.sandbox.requestsTo("server_clone")[0]?.fields;
  assert.deepEqual([sent?.app_settings, sent?.app_domains, sent?.team_access], [true, true, false]);
});

for (const [where, region, isTold] of [["in the same place", "nyc3", false], ["elsewhere", "lon1", true]] as const) {
  const names = isTold ? "the copy" : "no copy";
  Deno.test(`clone_server names ${names} where another server was made at the same time ${where}`, async () => {
    const clock = new FakeClock();
    const sandbox = { clock, pace: { polls: 2, seconds: 3600 } };
    await using service = await startService({ env: UNASKED, clock, sandbox });
    let ended = false;
    const pending = call(service, "clone_server", { ...COPY, wait_seconds: 300 }).finally(() => void (ended = true));
    await until(() => service.sandbox.requestsTo("operation_status").length > 0);

    serversOf(service).push({ ...firstServer(service), id: 100009, region, instance_type: "4GB", apps: [] });
    await until(async () => {
      // The call sleeps between two looks.
      if (clock.sleeping > 0) await clock.advance(5_000);
      return ended;
    });

    const { json } = await pending;
    assert.equal(json.status, "completed");
    assert.equal(json.new_server_id, isTold ? serversOf(service).at(-1)?.id : null);
    assert.equal(serversOf(service).length, 4);
  });
}

Deno.test("clone_server copies only an application of that server", async () => {
  await using service = await start({}, ASKING);

  const { code } = await refusal(service, "clone_server", { ...COPY, app_id: 200004 });

  assert.equal(code, "not_found");
});

Deno.test("resize_server refuses the size that the server has", async () => {
  await using service = await start({}, ASKING);

  const { code, details } = await refusal(service, "resize_server", { ...SERVER, size: "2GB" });

  assert.deepEqual([code, details.present], ["validation_failed", { size: "2GB" }]);
});

Deno.test("resize_server shows both sizes, and says more about a smaller one", async () => {
  await using service = await start({}, ASKING);
  const sentences = ({ message }: { message: string }) => message.split("\nAccount: ")[0]?.split("\n").length ?? 0;

  const larger = await ask(service, "resize_server", { ...SERVER, size: "8GB" });
  const smaller = await ask(service, "resize_server", { ...SERVER, size: "1GB" });
  firstServer(service).cloud = "amazon";
  const unknown = await ask(service, "resize_server", { ...SERVER, size: "Large" });

  assert.ok(larger.firstLine.includes("`2GB`") && larger.firstLine.includes("`8GB`"), larger.firstLine);
  assert.equal(sentences(smaller), sentences(larger) + 2, "less memory, and that it may be refused here");
  assert.equal(sentences(unknown), sentences(larger) + 1, "perhaps less memory");
});

Deno.test("resize_server takes any size where Cloudways doesn't tell the provider", async () => {
  await using service = await start();
  firstServer(service).untold.push("cloud");

  const { isError } = await call(service, "resize_server", { ...SERVER, size: "8GB" });

  assert.equal(isError, false);
  assert.equal(firstServer(service).instance_type, "8GB");
});

const NO_GROWTH: [name: string, tool: string, args: Args, state: Partial<ServerState>][] = [
  ["a volume", "resize_server_volume", { volume: "database", size_gb: 20 }, { cloud: "gce", db_volume_size: 20 }],
  ["block storage", "set_server_block_storage", { action: "resize", size_gb: 50 }, { storage: 50 }],
  ["a volume elsewhere", "resize_server_volume", { volume: "data", size_gb: 90 }, { cloud: "do" }],
  ["storage elsewhere", "set_server_block_storage", { action: "attach", size_gb: 90 }, { cloud: "vultr" }],
  ["attached storage", "set_server_block_storage", { action: "attach", size_gb: 90 }, { storage: 50 }],
];

for (const [name, tool, args, state] of NO_GROWTH) {
  Deno.test(`${tool} asks nobody about ${name} that can't become what was asked for`, async () => {
    await using service = await start({}, ASKING);
    Object.assign(firstServer(service), state);

    const { code } = await refusal(service, tool, { ...SERVER, ...args });

    assert.equal(code, "validation_failed");
  });
}

Deno.test("set_server_block_storage enlarges what is there", async () => {
  await using service = await start();
  firstServer(service).storage = 50;

  const { isError } = await call(service, "set_server_block_storage", { ...SERVER, action: "resize", size_gb: 70 });

  assert.equal(isError, false);
  assert.equal(firstServer(service).storage, 70);
});

const FOR_GOOD: [tool: string, args: Args, label: string, left: unknown][] = [
  ["delete_server", SERVER, "Production", [[100002, [200004, 200005, 200006]]]],
  ["delete_app", APP, "Shop", [[100001, [200002, 200003]], [100002, [200004, 200005, 200006]]]],
];

for (const [tool, args, label, left] of FOR_GOOD) {
  Deno.test(`${tool} is done only when the person has typed the label, and nothing lists it afterwards`, async () => {
    await using service = await start({}, ASKING);
    await call(service, "list_servers", {});
    const first = await ask(service, tool, args);
    assert.equal(toType(first.message), label);

    const wrong = await first.say({ action: "accept", content: { approve: true, label: `${label} 2` } });
    assert.ok(wrong.kind === "question", JSON.stringify(wrong));
    assert.deepEqual(writesOf(service), []);
    const reply = { action: "accept", content: { approve: true, label } };
    const done = await callModern({ ...requestOf(service, tool, args), answered: { state: wrong.state, reply } });

    assert.ok(done.kind === "result" && !done.answer.isError, JSON.stringify(done));
    const { json } = await call(service, "list_servers", {});
    const listed = Array.from(Object(json.servers), (server) => {
      const { id, apps } = Object(server);
      return [id, Array.from(apps, (app) => Object(app).id)];
    });
    assert.deepEqual(listed, left);
  });
}

for (const [tool, args] of [...FOR_GOOD, ["offer_server_transfer", { ...SERVER, email: "a@example.org" }] as const]) {
  Deno.test(`a yes without the label does not carry out ${tool}`, async () => {
    await using service = await start({}, ASKING);
    const { say } = await ask(service, tool, args);

    const answered = await say(YES);

    assert.ok(answered.kind === "result" && answered.answer.isError, JSON.stringify(answered));
    assert.equal(answered.answer.json.code, "confirmation_required");
    assert.deepEqual(writesOf(service), []);
  });
}

const ORPHANING: [tool: string, args: Args][] = [["delete_server", SERVER], ["delete_app", { app_id: 200002 }]];

for (const [tool, args] of ORPHANING) {
  Deno.test(`${tool} names the staging copies elsewhere that lose their live application, and its yes is bound to them`, async () => {
    await using service = await start(MORE_STAGING, ASKING);
    const { message, say } = await ask(service, tool, args);
    assert.match(message, /lose their live application: `200007 /);

    const copy = serversOf(service)[1]?.apps.find(({ id }) => id === 200007);
    assert.ok(copy !== undefined);
    copy.source_app_id = 299_999;
    const changed = await say(yesTo(message));

    assert.ok(changed.kind === "question" && !changed.message.includes("lose their live"), JSON.stringify(changed));
    assert.deepEqual(writesOf(service), []);
  });
}

Deno.test("offer_server_transfer names the other account, and needs the server's label", async () => {
  await using service = await start({}, ASKING);
  const args = { ...SERVER, email: "new-owner@example.com" };
  const { firstLine, message, say } = await ask(service, "offer_server_transfer", args);
  assert.ok(firstLine.includes("`new-owner@example.com`"), firstLine);
  assert.equal(toType(message), "Production");

  const done = await say(yesTo(message));
  const open = await call(service, "get_server_transfer", SERVER);
  const cancelled = await call(service, "cancel_server_transfer", SERVER);
  const closed = await call(service, "get_server_transfer", SERVER);

  assert.ok(done.kind === "result" && !done.answer.isError, JSON.stringify(done));
  assert.deepEqual([open.json.is_offered, Object(open.json.offered_to).email], [true, "new-owner@example.com"]);
  assert.equal(cancelled.isError, false);
  assert.deepEqual([closed.json.is_offered, closed.json.offered_to], [false, null]);
});

Deno.test("create_app gives the id of the new application where the operation doesn't name it", async () => {
  const clock = new FakeClock();
  await using service = await startService({ env: UNASKED, clock, sandbox: { clock, pace: { polls: 1, seconds: 0 } } });

  const { json } = await call(service, "create_app", { ...SERVER, ...WORDPRESS, app_label: "Blog" });

  const made = firstServer(service).apps.at(-1);
  assert.deepEqual([json.new_app_id, json.new_app_label], [made?.id, "Blog"]);
  assert.deepEqual(Array.from(Object(json.same_label), (one) => Object(one).app_id), [200002], "the label was there");
});

Deno.test("clone_app_to_server makes a copy on the other server, and names it", async () => {
  await using service = await start();
  const args = { ...APP, destination_server_id: 100002, app_label: "Shop copy" };

  const { json } = await call(service, "clone_app_to_server", args);

  const made = serversOf(service)[1]?.apps.at(-1);
  assert.deepEqual([json.new_app_id, made?.label, made?.source_app_id], [made?.id, "Shop copy", APP.app_id]);
});

Deno.test("clone_app_to_server refuses the server that the application is on", async () => {
  await using service = await start();

  const { code, argument } = await refusal(service, "clone_app_to_server", {
    ...APP,
    destination_server_id: 100001,
    app_label: "Shop copy",
  });

  assert.deepEqual([code, argument], ["invalid_arguments", "destination_server_id"]);
});

Deno.test("clone_app_to_server reaches no server outside the bound of its caller", async () => {
  await using service = await start();
  const args = { ...APP, destination_server_id: 100002, app_label: "Shop copy" };
  const bound = (servers: string) => ({ ...TOKEN_HEADERS, "x-mcp-servers": servers });

  const outside = await call(service, "clone_app_to_server", args, bound("100001"));
  assert.equal(outside.json.code, "not_found");
  assert.deepEqual(writesOf(service), []);
  const inside = await call(service, "clone_app_to_server", args, bound("100001,100002"));

  assert.equal(inside.isError, false, JSON.stringify(inside.json));
});

Deno.test("a new label is listed at once", async () => {
  await using service = await start();
  await call(service, "list_servers", {});

  await call(service, "rename_server", { ...SERVER, label: "EU" });
  await call(service, "rename_app", { ...APP, label: "Shop EU" });

  const { json } = await call(service, "list_servers", {});
  const { label, apps } = Object(Object(json.servers)[0]);
  assert.deepEqual([label, apps[0].label], ["EU", "Shop EU"]);
});
