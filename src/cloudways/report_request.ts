/** Reports that Cloudways makes in the background. */
import * as z from "zod";
import type { Fields } from "./http.ts";
import { isOperationId } from "./operation_id.ts";
import { startedReply } from "./operations.ts";
import type { ApiRequest } from "./session.ts";
import type { OperationTarget } from "./started_operations.ts";

/** A report that Cloudways makes in the background. */
export interface ReportRequest<T> extends Pick<ApiRequest<T>, "operation" | "path" | "query"> {
  /** Set where the report is asked for by a form, which is sent once. */
  form?: Fields;
  /** What the report is about. Defaults to the ids in the form or query. */
  on?: OperationTarget;
  /** Parses an answer that contains the report itself; fails on an answer that contains only an id. */
  inline: z.ZodType<T>;
  /** Reads the report from the result of the finished operation. The result may be null. */
  finished: (result: unknown) => T;
}

/** A finished report, or how to ask for it again. */
export type Report<T> =
  | { status: "completed"; operation_id: string | null; data: T }
  | { status: "running"; operation_id: string; message: string; cloudways_message?: string; next_step: string };

/** The answer to a request for a report that has only the id of the operation that makes it. */
export const startedAsId = startedReply.transform(({ operationId }, context) => {
  if (operationId !== undefined && isOperationId(operationId)) return { id: operationId };
  context.addIssue({ code: "custom", message: "neither a report nor the id of one" });
  return z.NEVER;
});
