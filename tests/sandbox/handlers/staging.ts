import { type Call, type Handlers, isOn, list, number, text } from "../call.ts";
import { recordTime, restorePoint } from "../dates.ts";
import { notFound, refused } from "../refusals.ts";
import type { AppState } from "../state.ts";
import { replyId, start, startOperation } from "./start.ts";

/** Staging copies: syncing with the live application, and their password prompt. */
export const stagingHandlers: Handlers = {
  staging_sync_code: sync,
  // The reply is not recorded: an operation, or the list at once.
  staging_sync_tables(call) {
    const tables = () => Object.keys(call.app.content.tables);
    if (call.forms === "documented") return { status: true, tables: tables() };
    return start(call, "staging_tables", undefined, { result: () => ({ tables: tables() }) });
  },
  staging_auth_status_update(call) {
    const { prompt } = stagingCopy(call).staging;
    return start(call, "staging_auth", () => void (prompt.enabled = isOn(call, "action")), { idForm: "flex" });
  },
  // The reply is not recorded.
  staging_htaccess_update(call) {
    const { prompt } = stagingCopy(call).staging;
    const effect = () => Object.assign(prompt, { username: text(call, "username"), password: text(call, "password") });
    if (call.forms === "live") return start(call, "staging_htaccess", effect, { idForm: "flex" });
    effect();
    return { status: true };
  },
  // The reply is not recorded.
  staging_logs_get: ({ app, forms }) => forms === "live" ? { logs: app.staging.log } : app.staging.log,
  // Neither the reply nor whose id it expects is recorded.
  staging_local_backup_delete(call) {
    const effect = () => void (call.app.staging.overwritten = null);
    if (call.forms === "live") return start(call, "staging_delete_backup", effect);
    effect();
    return { status: true };
  },
};

/** `app_id` is the copy and `source_app_id` the live application; push overwrites the live one, pull the copy. */
function sync(call: Call): unknown {
  const copy = stagingCopy(call);
  const live = liveApp(call);
  if (copy.source_app_id !== live.id) throw refused("The applications do not belong together.");
  const isPush = text(call, "action") === "push";
  const [from, to] = isPush ? [copy, live] : [live, copy];
  const operation = startOperation(call, "sync_app", () => {
    if (isOn(call, "backup")) {
      to.staging.overwritten = structuredClone(to.content);
      to.backups.push(restorePoint(call.clock.now()));
    }
    if (isOn(call, "appFiles")) to.content.files = from.content.files;
    if (isOn(call, "dbFiles")) copyDatabase(call, from, to);
    copy.staging.log.unshift({
      action: text(call, "action"),
      status: "completed",
      created_at: recordTime(call.clock.now()),
    });
  });
  // Text where it was seen, a number elsewhere.
  return { status: true, operation_id: call.forms === "live" ? operation.id : replyId(operation) };
}

/** Users and their passwords are in the database. */
function copyDatabase(call: Call, from: AppState, to: AppState): void {
  const isPart = isOn(call, "table");
  const names = isPart ? list(call, "tableSelected") : Object.keys(from.content.tables);
  const tables = names.map((name) => [name, from.content.tables[name] ?? ""]);
  to.content.tables = isPart ? { ...to.content.tables, ...Object.fromEntries(tables) } : Object.fromEntries(tables);
  if (names.includes("wp_users")) Object.assign(to, { app_user: from.app_user, app_password: from.app_password });
}

function stagingCopy({ app }: Call): AppState {
  if (app.is_staging !== "1") throw refused("This application is no staging application.");
  return app;
}

function liveApp(call: Call): AppState {
  const server = call.account.servers.find((one) => one.id === number(call, "source_server_id"));
  if (server === undefined) throw notFound("source_server_id");
  const app = server.apps.find((one) => one.id === number(call, "source_app_id"));
  if (app === undefined) throw notFound("source_app_id");
  return app;
}
