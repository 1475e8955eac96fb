/** Which tool started an operation, and on what, as far as this server knows. */
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import type { StartedOperation } from "../../cloudways/started_operations.ts";
import { ToolError } from "../../errors.ts";
import { StoreError } from "../../store/store.ts";

/** An operation that was started through this server; undefined for any other one, and while that can't be read. */
export async function startedOperation(
  account: CloudwaysAccount,
  operationId: string,
): Promise<StartedOperation | undefined> {
  try {
    return (await account.startedOperations()).find(({ operation_id }) => operation_id === operationId);
  } catch (error) {
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}

/** What the answer about an operation says of its start. Cloudways' own ids win where it gives them. */
export function startedBy(
  started: StartedOperation | undefined,
  told: { server_id: number | null; app_id: number | null },
) {
  if (started === undefined) return {};
  return {
    tool: started.tool,
    started_at: new Date(started.startedAt).toISOString(),
    server_id: told.server_id ?? started.server_id,
    app_id: told.app_id ?? started.app_id,
  };
}

/** The error of an operation that failed, with what started it. Any other error stays as it is. */
export function failedAfterStart(error: unknown, started: StartedOperation | undefined): unknown {
  const isFailure = error instanceof ToolError && error.code === "operation_failed";
  if (!isFailure || started === undefined) return error;
  const { code, message, hint, details } = error;
  const { tool, server_id, app_id } = started;
  return new ToolError(code, message, {
    ...(hint !== undefined && { hint }),
    details: { ...details, started: { tool, server_id, app_id } },
    cause: error,
  });
}
