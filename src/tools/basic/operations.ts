/** The progress of an operation. */
import * as z from "zod";
import type { OperationState } from "../../cloudways/operations.ts";
import type { StartedOperation } from "../../cloudways/started_operations.ts";
import { waitOptions, waitSeconds } from "../define/inputs.ts";
import { newAppViewById } from "../define/new_app.ts";
import { afterWork } from "../define/restored.ts";
import { defineTool, type Tool } from "../define/tool.ts";
import { shownResult } from "./operation_result.ts";
import { failedAfterStart, startedBy, startedOperation } from "./started_by.ts";

const getOperationStatus = defineTool({
  name: "get_operation_status",
  title: "State of an operation",
  toolset: "basic",
  effect: "read",
  accountWide: false,
  description: "Shows how far an operation is that another tool started, and its result when it was a report. With " +
    "wait_seconds it waits for the end. An operation that failed comes back as an error.",
  input: () =>
    z.strictObject({
      operation_id: z.string().regex(
        /^[A-Za-z0-9-]{1,64}$/,
        "must be an operation id, such as 92897180 or flex-92994091",
      )
        .describe("As another tool gave it: 92897180, flex-92994091 or a UUID."),
      wait_seconds: waitSeconds(0),
    }),
  output: () =>
    z.looseObject({
      operation_id: z.string(),
      status: z.enum(["running", "completed"]),
      next_step: z.string().optional(),
    }),
  handler: async (input, context) => {
    const { account, progress } = context;
    const started = await startedOperation(account, input.operation_id);
    const noted = started?.status === "running" ? started.kind : undefined;
    const found = await account.waitForOperation(input.operation_id, waitOptions(input.wait_seconds, progress), noted)
      .catch((error) => {
        throw failedAfterStart(error, started);
      });
    const state = { ...found, ...startedBy(started, found) };
    if (state.status === "failed") throw new Error("a failed operation is thrown, never returned");
    if (state.status === "completed") {
      const made = madeBy(started, found);
      return {
        ...state,
        status: state.status,
        ...await shownResult(state, context),
        ...afterWork(state),
        ...(made !== null && await newAppViewById(account, made)),
      };
    }
    return { ...state, status: state.status, next_step: "Still running. Call again with wait_seconds to wait for it." };
  },
});

/**
 * The application that an operation has made: as Cloudways named it at the start, or at the end, where the operation
 * belongs to another application than at its start. Null if it made none.
 */
function madeBy(started: StartedOperation | undefined, { app_id }: OperationState): number | null {
  if (started === undefined) return null;
  if (started.new_app_id !== null) return started.new_app_id;
  return started.app_id !== null && app_id !== started.app_id ? app_id : null;
}

/** The tools of this file. */
export const operationsTools: readonly Tool[] = [getOperationStatus];
