import type { Call } from "../call.ts";
import type { NewOperation } from "../operation_book.ts";
import type { OperationState } from "../state.ts";

/** Starts an operation on the server, and the application, of the request. */
export function startOperation(
  call: Call,
  type: string,
  effect?: () => void,
  more: Partial<NewOperation> = {},
): OperationState {
  const appId = "app_id" in call.fields ? call.app.id : 0;
  return call.book.start(call.account, {
    type,
    serverId: call.server.id,
    appId,
    ...(effect === undefined ? {} : { effect }),
    ...more,
  });
}

/** The usual reply to a call that starts an operation. */
export function started(operation: OperationState): { status: boolean; operation_id: number | string } {
  return { status: true, operation_id: replyId(operation) };
}

/** A numeric id is a number in the reply to the start, and text in all later replies. */
export function replyId(operation: OperationState): number | string {
  return /^\d+$/.test(operation.id) ? Number(operation.id) : operation.id;
}

/** Starts an operation and replies with its id. */
export function start(call: Call, type: string, effect?: () => void, more?: Partial<NewOperation>): unknown {
  return started(startOperation(call, type, effect, more));
}

/** Starts a report. Its id is a UUID, whose name differs between the documents. */
export function report(call: Call, type: string, result: () => unknown): unknown {
  const operation = startOperation(call, type, undefined, { idForm: "uuid", result });
  return { status: true, [call.forms === "live" ? "task_id" : "operation_id"]: operation.id };
}
