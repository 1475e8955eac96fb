/** What the tools for Supervisord's queues do to an application, and what they refuse before anybody is asked. */
import assert from "node:assert/strict";
import * as z from "zod";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { callModern } from "../support/rpc_2026.ts";
import { yesTo } from "../support/yes.ts";
import type { AppState } from "../sandbox/mod.ts";

const APP = { app_id: 200001 };
const QUEUE = { ...APP, queue_id: 19 };

type Args = Record<string, unknown>;

const start = (env: Record<string, string> = { CONFIRM: "off" }) => startService({ env });

const call = async (service: Service, name: string, args: Args) =>
  (await callTool(service.mcpUrl, name, args, TOKEN_HEADERS)).json;

function shopOf({ sandbox }: Service): AppState {
  const app = sandbox.account().servers[0]?.apps[0];
  assert.ok(app !== undefined);
  return app;
}

const answers = ({ sandbox }: Service, operationId: string, body: unknown, status = 200) =>
  sandbox.addFault({ operationId, kind: { status, body } });

const writesOf = ({ sandbox }: Service) => sandbox.requests.filter(({ method }) => method !== "GET");

const listing = z.looseObject({
  is_installed: z.boolean().nullable(),
  queues: z.array(z.looseObject({ id: z.number(), states: z.array(z.looseObject({})).nullable() })),
});

Deno.test("list_queues shows each queue with its own processes, and those of no queue apart", async () => {
  await using service = await start();
  const process = (queue_id: string, state: string) => ({ queue_id, state, details: "" });
  const [own = { queue_id: "" }] = shopOf(service).queues;
  answers(service, "supervisord_queue_status", {
    status: true,
    response: [
      process(`${own.queue_id}_00`, "RUNNING"),
      process(`${own.queue_id}1_00`, "FATAL"),
      process("x", "STOPPED"),
    ],
  });

  const json = await call(service, "list_queues", APP);

  const { queues, is_installed } = listing.parse(json);
  assert.deepEqual([is_installed, queues.map(({ id }) => id)], [true, [19]]);
  assert.deepEqual(queues[0]?.states, [{ name: `${own.queue_id}_00`, state: "RUNNING", details: "" }]);
  assert.deepEqual(Array.from(Object(json.other_processes), (one) => Object(one).state), ["FATAL", "STOPPED"]);
});

Deno.test("list_queues shows the queues where the state of their processes is refused", async () => {
  await using service = await start();
  answers(service, "supervisord_queue_status", { status: false, message: "Supervisor is not running." }, 422);

  const { queues } = listing.parse(await call(service, "list_queues", APP));

  assert.deepEqual(queues.map(({ id, states }) => [id, states]), [[19, null]]);
});

Deno.test("list_queues looks for no processes where there is no queue", async () => {
  await using service = await start();
  shopOf(service).queues = [];

  const { queues } = listing.parse(await call(service, "list_queues", APP));

  assert.deepEqual(queues, []);
  assert.equal(service.sandbox.requestsTo("supervisord_queue_status").length, 0);
});

Deno.test("create_queue gives the id of the new queue", async () => {
  await using service = await start();

  const json = await call(service, "create_queue", { ...APP, connection: "redis", queue: "mail", processes: 3 });

  const made = shopOf(service).queues.at(-1);
  assert.deepEqual([made?.queue, made?.procs, json.queue_id], ["mail", 3, made?.id]);
  assert.equal(shopOf(service).queues.length, 2);
});

Deno.test("create_queue sends nothing where Supervisord is not installed", async () => {
  await using service = await start();
  const [server] = service.sandbox.account().servers;
  assert.ok(server !== undefined);
  server.services.supervisor_enabled = 0;

  const json = await call(service, "create_queue", { ...APP, connection: "redis" });
  const listed = await call(service, "list_queues", APP);

  assert.equal(json.code, "validation_failed");
  assert.match(String(json.hint), /update_server_package/);
  assert.match(String(listed.next_step), /update_server_package/);
  assert.deepEqual(writesOf(service), []);
});

Deno.test("create_queue names no queue where two are new", async () => {
  await using service = await start();
  const queue = (id: string) => ({ id, queue_id: `shop_${id}`, connection: "redis" });
  answers(service, "supervisord_create_queue", { status: true, queues_list: [queue("19"), queue("20"), queue("21")] });

  const json = await call(service, "create_queue", { ...APP, connection: "redis" });

  assert.equal(json.queue_id, null);
  assert.match(String(json.next_step), /list_queues/);
});

Deno.test("restart_queue restarts that queue after a yes, and no other", async () => {
  await using service = await start({});
  const [own] = shopOf(service).queues;
  assert.ok(own !== undefined);
  shopOf(service).queues.push({ ...own, id: 20, queue_id: `${own.queue_id}x` });
  const request = { url: service.mcpUrl, name: "restart_queue", args: QUEUE, headers: TOKEN_HEADERS };
  const asked = await callModern(request);
  assert.ok(asked.kind === "question", JSON.stringify(asked));
  assert.deepEqual(writesOf(service), []);

  const done = await callModern({ ...request, answered: { state: asked.state, reply: yesTo(asked.message) } });

  assert.ok(done.kind === "result" && !done.answer.isError, JSON.stringify(done));
  assert.deepEqual(shopOf(service).queues.map(({ restarts }) => restarts), [1, 0]);
});

for (const tool of ["restart_queue", "delete_queue"]) {
  Deno.test(`${tool} asks nobody about a queue that the application doesn't have, and names those it has`, async () => {
    await using service = await start({});

    const json = await call(service, tool, { ...QUEUE, queue_id: 20 });

    assert.deepEqual([json.code, Object(json.details).queue_ids], ["not_found", [19]]);
    assert.deepEqual(writesOf(service), []);
  });
}

Deno.test("what delete_queue tells of a queue is enough to create it again, and the person sees it too", async () => {
  await using asking = await start({});
  await using service = await start();
  const values = { sleep: 7, timeout: 313, tries: 17, env: "staging" };
  for (const one of [asking, service]) Object.assign(shopOf(one).queues[0] ?? {}, values);
  const [before] = structuredClone(shopOf(service).queues);
  const asked = await callModern({ url: asking.mcpUrl, name: "delete_queue", args: QUEUE, headers: TOKEN_HEADERS });

  const { deleted_queue: told } = await call(service, "delete_queue", QUEUE);
  const { connection, queue, process_count, sleep_seconds, timeout_seconds, tries_count, environment, artisan_path } =
    Object(told);
  await call(service, "create_queue", {
    ...APP,
    connection,
    queue,
    processes: process_count,
    sleep_seconds,
    timeout_seconds,
    tries: tries_count,
    environment,
    artisan_path,
  });

  assert.ok(asked.kind === "question", JSON.stringify(asked));
  for (const value of Object.values(values)) assert.ok(asked.message.includes(`\`${value}\``), asked.message);
  const [after] = shopOf(service).queues;
  assert.deepEqual({ ...after, id: 0, queue_id: "" }, { ...before, id: 0, queue_id: "" });
});

Deno.test("delete_queue says whether the queue is gone, by Cloudways' list", async () => {
  await using service = await start();
  const gone = await call(service, "delete_queue", QUEUE);
  assert.deepEqual([gone.deleted, gone.queues, shopOf(service).queues], [true, [], []]);

  await using other = await start();
  const still = { status: true, queues_list: [{ id: "19", queue_id: "shop_1" }] };
  answers(other, "supervisord_delete_queue", still);
  assert.equal((await call(other, "delete_queue", QUEUE)).deleted, false);
});
