import { type Call, type Handlers, text } from "../call.ts";
import { notFound } from "../refusals.ts";
import { serverRecord } from "../render.ts";
import type { OperationState } from "../state.ts";

/** The state of background work. */
export const operationHandlers: Handlers = {
  operation_status(call) {
    const operation = find(call, "id");
    call.book.poll(operation);
    const server = call.account.servers.find((one) => one.id === operation.serverId);
    const done = operation.state === "done";
    return {
      // Does not mean success or failure: it is missing while the work runs, and was false on a finished staging copy.
      ...(operation.state === "running" ? {} : { status: done && operation.type !== "add_staging_app" }),
      operation: { ...call.book.record(call.account, operation), ...(done ? results(call, operation) : {}) },
      ...(done && operation.showsServer && server !== undefined ? { server: serverRecord(server) } : {}),
    };
  },
  operation_task_status(call) {
    const operation = find(call, "task_id");
    call.book.poll(operation);
    const done = operation.state === "done";
    return { status: true, is_completed: done, data: done ? operation.result?.() ?? {} : {} };
  },
};

function find(call: Call, field: string): OperationState {
  const id = text(call, field);
  const operation = call.account.operations.find((one) => one.id === id);
  if (operation === undefined) throw notFound(field);
  return operation;
}

/** Restore points are the only result that some documents show in `data`. */
function results(call: Call, operation: OperationState): Record<string, unknown> {
  const result = operation.result?.();
  if (result === undefined) return {};
  if (operation.type === "app_restore_points" && call.forms === "documented") return { data: result };
  return { parameters: JSON.stringify(result), data: [] };
}
