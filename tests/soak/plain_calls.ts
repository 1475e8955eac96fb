/** Calls without a question: reads, writes and invalid calls. */
import { type Caller, type CallPlan, WRONG_CREDENTIALS } from "./caller.ts";
import { ERAS } from "./messages.ts";

type Read = (caller: Caller) => [name: string, args: Record<string, unknown>];

const READS: readonly Read[] = [
  () => ["list_servers", {}],
  () => ["list_projects", {}],
  () => ["list_team_members", {}],
  () => ["get_alerts", {}],
  () => ["customer_info", {}],
  () => ["rate_limit_status", {}],
  () => ["get_available_providers", {}],
  () => ["get_available_server_sizes", {}],
  () => ["find_resources", { query: "shop" }],
  ({ app }) => ["get_app_details", { app_id: app.id }],
  ({ app }) => ["get_app_credentials", { app_id: app.id }],
  ({ app }) => ["get_app_settings", { app_id: app.id }],
  ({ server }) => ["get_server_details", { server_id: server.id }],
  ({ server }) => ["get_server_services_status", { server_id: server.id }],
  ({ server }) => ["get_whitelisted_ips_ssh", { server_id: server.id }],
];

/** Together more than a bucket holds. */
const BURST_WAVES = 8;
const BURST_WIDTH = 10;

/** Reads something. */
export async function read(caller: Caller): Promise<void> {
  const [name, args] = caller.random.pick(READS)(caller);
  await caller.call({ kind: "read", era: caller.random.pick(ERAS), name, args });
}

/** Requests a report, and waits for it a little. */
export async function readReport(caller: Caller): Promise<void> {
  const args = { server_id: caller.server.id, wait_seconds: caller.random.between(0, 3) };
  await caller.call({ kind: "report", era: caller.random.pick(ERAS), name: "get_server_disk_usage", args });
}

/** Reads the state of an operation that this caller started. */
export async function readOperation(caller: Caller): Promise<void> {
  const operation_id = caller.operations.at(-1) ?? "92897180";
  const args = { operation_id, wait_seconds: caller.random.between(0, 2) };
  await caller.call({ kind: "operation status", era: caller.random.pick(ERAS), name: "get_operation_status", args });
}

/** Reads the audit log of these credentials. */
export async function readAuditLog(caller: Caller): Promise<void> {
  const args = { limit: caller.random.between(1, 100) };
  await caller.call({ kind: "audit log", era: caller.random.pick(ERAS), name: "get_audit_log", args });
}

/** A write with a label that identifies it at Cloudways. */
export function planWrite(caller: Caller): CallPlan {
  const label = caller.newLabel();
  const args = { app_id: caller.app.id, app_label: label, wait_seconds: caller.random.between(0, 2) };
  return { kind: "write", era: caller.random.pick(ERAS), name: "clone_app", args, label };
}

/** Changes something. */
export async function write(caller: Caller): Promise<void> {
  const outcome = await caller.call(planWrite(caller));
  if (outcome.kind !== "ok" || typeof outcome.json.operation_id !== "string") return;
  caller.operations.push(outcome.json.operation_id);
  caller.operations.splice(0, caller.operations.length - 5);
}

/** Calls with made-up credentials. There are few of them, since each is remembered. */
export async function callWithWrongCredentials(caller: Caller): Promise<void> {
  const who = caller.random.between(1, 6);
  const headers = caller.random.pick([
    { "x-cloudways-access-token": `cw_nobody_not_real_${who}` },
    { "x-cloudways-email": `nobody${who}@example.com`, "x-cloudways-api-key": `NobodyNotReal${who}` },
  ]);
  await caller.call({
    kind: WRONG_CREDENTIALS,
    era: caller.random.pick(ERAS),
    name: "list_servers",
    args: {},
    headers,
  });
}

const WRONG: readonly [name: string, args: Record<string, unknown>][] = [
  ["no_such_tool", {}],
  ["get_app_details", {}],
  ["get_app_details", { app_id: "shop" }],
  ["get_app_details", { app_id: 1 }],
  ["clone_app", { app_id: 200001, app_label: " " }],
  ["stop_server", { server_id: 1, sure: true }],
  ["get_audit_log", { limit: 1_000 }],
];

/** Makes an invalid call. */
export async function makeWrongCall(caller: Caller): Promise<void> {
  const [name, args] = caller.random.pick(WRONG);
  await caller.call({ kind: "wrong arguments", era: caller.random.pick(ERAS), name, args });
}

/** Makes more calls within a second than the bucket holds, ten at a time. */
export async function burst(caller: Caller): Promise<void> {
  const plan = { kind: "burst", era: caller.random.pick(ERAS), name: "list_team_members", args: {} };
  for (let wave = 0; wave < BURST_WAVES; wave++) {
    await Promise.all(Array.from({ length: BURST_WIDTH }, () => caller.call(plan)));
  }
}

/** Leaves before the answer comes. */
export async function leave(caller: Caller): Promise<void> {
  const leaveAfterMs = caller.random.between(1, 400);
  if (caller.chance(0.5)) return void await caller.call({ ...planWrite(caller), kind: "leaver", leaveAfterMs });
  const [name, args] = caller.random.pick(READS)(caller);
  await caller.call({ kind: "leaver", era: caller.random.pick(ERAS), name, args, leaveAfterMs });
}
