import assert from "node:assert/strict";
import { TOKEN_HEADERS } from "../support/clients.ts";
import { type Service, startService } from "../support/harness.ts";
import { callTool } from "../support/rpc.ts";
import { FakeClock, type SandboxOptions } from "../sandbox/mod.ts";

const APP = { app_id: 200001 };
const AT_ONCE = { polls: 1, seconds: 0 };
const LATER = { polls: 2, seconds: 3600 };

const start = (sandbox: SandboxOptions = { pace: AT_ONCE }) => startService({ sandbox });
const call = async (service: Service, tool: string, args: Record<string, unknown>) =>
  (await callTool(service.mcpUrl, tool, args, TOKEN_HEADERS)).json;
const clone = (service: Service, args: Record<string, unknown> = {}) =>
  call(service, "clone_app", { ...APP, app_label: "Shop copy", ...args });

/** What an answer must say of the copy. */
function expectedOf({ sandbox }: Service, label: string) {
  const [server] = sandbox.account().servers;
  const copy = server?.apps.find((app) => app.label === label && app.source_app_id === APP.app_id);
  assert.ok(server !== undefined && copy !== undefined);
  return {
    new_app_id: copy.id,
    new_app_label: label,
    new_app_domain: `${copy.application}-${server.id}-${copy.id}.cloudwaysapps.test`,
    sign_in: { admin_user: copy.app_user, sftp_user: copy.sys_user, sftp_host: server.public_ip },
  };
}

const shownOf = ({ new_app_id, new_app_label, new_app_domain, sign_in }: Record<string, unknown>) => (
  { new_app_id, new_app_label, new_app_domain, sign_in }
);

Deno.test("clone_app gives the copy's address, and who signs in where", async () => {
  await using service = await start();

  const json = await clone(service);

  assert.deepEqual(shownOf(json), expectedOf(service, "Shop copy"));
  assert.match(String(json.next_step), /get_app_credentials/);
  assert.equal(json.same_label, undefined);
});

Deno.test("clone_app says which applications have the label already, on other servers too", async () => {
  await using service = await start();
  const other = service.sandbox.account().servers[1]?.apps[0];
  assert.ok(other !== undefined);
  other.label = "Shop copy";

  const json = await clone(service);

  const names = { app_id: other.id, app_label: "Shop copy", server_id: 100002 };
  assert.ok(Array.isArray(json.same_label));
  assert.deepEqual(json.same_label.map(({ server_label: _, ...rest }) => rest), [names]);
  assert.notEqual(json.new_app_id, other.id);
});

Deno.test("get_operation_status keeps the id of a copy that was not ready in time, and gives its address", async () => {
  await using service = await start({ pace: LATER });
  const begun = await clone(service, { wait_seconds: 0 });
  assert.deepEqual([begun.status, typeof begun.new_app_id], ["running", "number"]);

  const { operation_id } = begun;
  const json = await call(service, "get_operation_status", { operation_id });

  assert.equal(json.status, "completed");
  assert.deepEqual(shownOf(json), expectedOf(service, "Shop copy"));
  assert.equal(json.new_app_id, begun.new_app_id);
});

Deno.test("get_operation_status gives the staging copy that an operation made", async () => {
  const clock = new FakeClock();
  await using service = await startService({ clock, sandbox: { clock, pace: LATER } });
  const begun = await call(service, "create_staging_app", { ...APP, wait_seconds: 0 });

  const json = await call(service, "get_operation_status", { operation_id: begun.operation_id });

  const copy = service.sandbox.account().servers[0]?.apps.findLast(({ is_staging }) => is_staging === "1");
  assert.equal(json.new_app_id, copy?.id);
  assert.equal(json.new_app_label, copy?.label);
});

Deno.test("an operation that made no application has none in its state", async () => {
  await using service = await start({ pace: LATER });
  const { operation_id } = await call(service, "backup_app", { ...APP, wait_seconds: 0 });

  const json = await call(service, "get_operation_status", { operation_id });

  assert.deepEqual([json.status, json.new_app_id], ["completed", undefined]);
});

Deno.test("list_my_operations names the copy that is being made", async () => {
  await using service = await start({ pace: LATER });
  const { new_app_id } = await clone(service, { wait_seconds: 0 });

  const { operations } = await call(service, "list_my_operations", {});

  assert.ok(Array.isArray(operations));
  assert.equal(operations[0].new_app_id, new_app_id);
});
