/** What was started at Cloudways through this server, for callers that lost an operation's id or its end. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import type { StartedOperation } from "../../cloudways/started_operations.ts";
import { ToolError } from "../../errors.ts";
import { StoreError } from "../../store/store.ts";
import { records } from "../define/outputs.ts";
import { defineTool, type Tool, type ToolContext } from "../define/tool.ts";
import { WideReading } from "../define/wide_reading.ts";

/** Among so many of the newest, those that ended are listed too; older ones are counted. */
const MAX_ENDED = 30;
/** How much one answer looks at. */
const LOOKS = { requests: 10, ms: 15_000 };

/** An operation as an answer shows it. */
function startedView(
  { operation_id, status, seenAt, tool, server_id, app_id, new_app_id, startedAt }: StartedOperation,
) {
  return {
    operation_id,
    status,
    seen_at: new Date(seenAt).toISOString(),
    tool,
    ...(server_id !== null && { server_id }),
    ...(app_id !== null && { app_id }),
    ...(new_app_id !== null && { new_app_id }),
    started_at: new Date(startedAt).toISOString(),
  };
}

/** @throws {ToolError} `store_unavailable`. */
async function startedLately(account: CloudwaysAccount): Promise<StartedOperation[]> {
  return await account.startedOperations().catch((error) => {
    throw error instanceof StoreError ? notReadable(error) : error;
  });
}

function notReadable(cause: StoreError): ToolError {
  const message = "What was started can't be listed now: the part of this server that remembers it does not answer.";
  return new ToolError("store_unavailable", message, {
    hint: "Work at Cloudways goes on all the same. Try again in a minute. get_operation_status works with an " +
      "operation_id that you know, and list_servers shows the present state.",
    cause,
  });
}

/** An operation that was to be looked at, and why it was not. */
type NotSeen = { operation_id: string; reason: string };

/** Looks at those that run, as far as the allowance goes. */
async function lookAtRunning(operations: readonly StartedOperation[], { account, clock }: ToolContext) {
  const reading = await WideReading.begin({ account, clock }, LOOKS);
  const notSeen: NotSeen[] = [];
  const looked = await Promise.all(operations.map(async (operation): Promise<StartedOperation> => {
    const { operation_id, kind, status } = operation;
    if (status !== "running" || operation_id === null) return operation;
    const look = () => account.waitForOperation(operation_id, { seconds: 0 }, kind);
    const seen = await reading.read({ operations: ["operation_status"] }, look);
    const seenAt = clock.now();
    if (seen.read) return { ...operation, status: seen.value.status, seenAt };
    if (seen.reason === "operation_failed") return { ...operation, status: "failed", seenAt };
    notSeen.push({ operation_id, reason: seen.reason });
    return operation;
  }));
  return { looked, notSeen };
}

/** What to do about those that were seen running last. */
function nextStep(running: readonly StartedOperation[], refresh: boolean): { next_step?: string } {
  if (running.length === 0) return {};
  const followed = "get_operation_status with operation_id and wait_seconds waits for one.";
  const look = refresh ? "" : " They may have ended since seen_at: refresh looks.";
  const withoutId = running.some(({ operation_id }) => operation_id === null)
    ? " One without operation_id can't be followed: look at its server or application."
    : "";
  return { next_step: `${followed}${look}${withoutId} Don't start work once more.` };
}

const listMyOperations = defineTool({
  name: "list_my_operations",
  title: "What was started lately",
  toolset: "basic",
  effect: "read",
  accountWide: false,
  description:
    "Lists what was started at Cloudways through this service in the last day, newest first, with its state " +
    "as last seen: for when an operation's id or end is not known. Ended reports are only counted.",
  input: () =>
    z.strictObject({
      refresh: z.boolean().default(false).describe("Look now at those that run."),
    }),
  output: () =>
    z.looseObject({
      operations: records,
      left_out_count: z.number(),
      ended_reports_count: z.number(),
      not_looked_at: records.optional(),
      next_step: z.string().optional(),
    }),
  handler: async ({ refresh }, context) => {
    const { account } = context;
    await account.ensureAcceptedLately();
    const all = await startedLately(account);
    const wanted = all.filter(({ kind, status }) => kind === "work" || status === "running");
    const listed = wanted.filter(({ status }, index) => index < MAX_ENDED || status === "running");
    const { looked, notSeen } = refresh ? await lookAtRunning(listed, context) : { looked: listed, notSeen: [] };
    return {
      operations: looked.map(startedView),
      left_out_count: wanted.length - listed.length,
      ended_reports_count: all.length - wanted.length,
      ...(notSeen.length > 0 && { not_looked_at: notSeen }),
      ...nextStep(looked.filter(({ status }) => status === "running"), refresh),
    };
  },
});

/** The tools of this file. */
export const myOperationsTools: readonly Tool[] = [listMyOperations];
