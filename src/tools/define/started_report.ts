/** Reports that Cloudways makes in the background, for answers that read several at once and wait for all together. */
import * as z from "zod";
import type { CloudwaysAccount, ReportRequest } from "../../cloudways/account.ts";
import { isOperationId } from "../../cloudways/operation_id.ts";
import { startedReply } from "../../cloudways/operations.ts";

/** A report, or the id of the work that makes it. */
export type Requested<T> = { data: T } | { operationId: string };

const startedAsId = startedReply.transform(({ operationId }, context) => {
  if (operationId !== undefined && isOperationId(operationId)) return { operationId };
  context.addIssue({ code: "custom", message: "neither a report nor the id of one" });
  return z.NEVER;
});

/**
 * Requests a report and does not wait for it. One request.
 *
 * @throws {ToolError} Any failure to request it.
 */
export async function requestReport<T>(
  account: CloudwaysAccount,
  { operation, path, query, inline }: ReportRequest<T>,
): Promise<Requested<T>> {
  return await account.read<Requested<T>>({
    operation,
    path,
    ...(query && { query }),
    reply: z.union([inline.transform((data) => ({ data })), startedAsId]),
  });
}

/**
 * Looks once at a report that was requested. One request.
 *
 * @returns Undefined while Cloudways still makes it.
 * @throws {ToolError} `operation_failed` if the report fails, and any failure to look.
 */
export async function lookAtReport<T>(
  account: CloudwaysAccount,
  operationId: string,
  { finished }: ReportRequest<T>,
): Promise<{ data: T } | undefined> {
  const { status, result } = await account.waitForOperation(operationId, { seconds: 0 });
  return status === "completed" ? { data: finished(result) } : undefined;
}
