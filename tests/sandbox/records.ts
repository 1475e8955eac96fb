import type { OperationFacts } from "./facts.ts";
import { busy, notFound } from "./refusals.ts";
import type { OperationBook } from "./operation_book.ts";
import type { AccountState, AppState, ServerState } from "./state.ts";

/** The records that a request names. */
export interface NamedRecords {
  server?: ServerState;
  app?: AppState;
}

/** Finds the records that a request names; refuses it if the account has no such record. */
export function findRecords(
  account: AccountState,
  operation: OperationFacts,
  fields: Record<string, unknown>,
): NamedRecords {
  const serverField = "server_id" in fields ? "server_id" : "source_server_id";
  const server = findServer(account, fields, serverField);
  if (fields.destination_server_id !== undefined) findServer(account, fields, "destination_server_id");
  const app = findApp(account, operation, fields, server);
  findOthers(account, operation, fields, server);
  // A request that names only an application also concerns its server.
  const owner = server ?? account.servers.find((one) => one.id === app?.server_id);
  return { ...(owner === undefined ? {} : { server: owner }), ...(app === undefined ? {} : { app }) };
}

/** Refuses a request that would start work on a busy server. */
export function refuseIfBusy(
  account: AccountState,
  operation: OperationFacts,
  fields: Record<string, unknown>,
  server: ServerState | undefined,
  book: OperationBook,
): void {
  if (server === undefined || !isKeptOff(operation)) return;
  const { destination_server_id, source_server_id, dest_server_id } = fields;
  for (const serverId of [server.id, destination_server_id, source_server_id, dest_server_id]) {
    const running = typeof serverId === "number" ? book.running(account, serverId) : undefined;
    if (running !== undefined) throw busy(book.record(account, running));
  }
}

/** Writes that answer at once, but are refused while the server is busy. */
const keptOff = new Set(["app_credentials_create"]);
/** Reads that start work on the server. */
const working = new Set(["safe_update_available_get"]);

function isKeptOff({ id, sideEffect, async: kind }: OperationFacts): boolean {
  return keptOff.has(id) || (kind.startsWith("operation") && (sideEffect !== "read" || working.has(id)));
}

function findServer(account: AccountState, fields: Record<string, unknown>, name: string): ServerState | undefined {
  if (fields[name] === undefined) return undefined;
  const server = account.servers.find((one) => one.id === fields[name]);
  if (server === undefined) throw notFound(name);
  return server;
}

function findApp(
  account: AccountState,
  operation: OperationFacts,
  fields: Record<string, unknown>,
  server: ServerState | undefined,
): AppState | undefined {
  const name = fields.application_id === undefined ? "app_id" : "application_id";
  if (fields[name] === undefined) return undefined;
  const apps = server?.apps ?? account.servers.flatMap((one) => one.apps);
  // One old read names the application by its Unix user.
  const app = operation.id === "monitoring_app_graph"
    ? apps.find((one) => one.sys_user === fields[name])
    : apps.find((one) => one.id === fields[name]);
  if (app === undefined) throw notFound(name);
  return app;
}

function findOthers(
  account: AccountState,
  operation: OperationFacts,
  fields: Record<string, unknown>,
  server: ServerState | undefined,
): void {
  const apps = server?.apps ?? [];
  const credentials = apps.flatMap((one) => one.credentials);
  const keys = [...server?.ssh_keys ?? [], ...credentials.flatMap((one) => one.ssh_keys)];
  const known: Record<string, readonly { id: number }[]> = {
    project_id: account.projects,
    member_id: account.members,
    ...(operation.id.startsWith("copilot") ? {} : { alert_id: account.alerts }),
    ssh_key_id: keys,
    app_cred_id: credentials,
    app_creds_id: credentials,
  };
  for (const [name, records] of Object.entries(known)) {
    if (fields[name] !== undefined && !records.some((one) => one.id === fields[name])) throw notFound(name);
  }
}
