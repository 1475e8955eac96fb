/** Reads which updates of WordPress wait, by SafeUpdates: Cloudways' updates, tested on a temporary copy. */
import * as z from "zod";
import type { CloudwaysAccount } from "../../cloudways/account.ts";
import { idNumber, listReply, looseNumber, looseText, statedFlag } from "../../cloudways/models.ts";
import { path } from "../../cloudways/path.ts";
import { UnknownToCloudwaysError } from "../../cloudways/replies.ts";
import { ToolError } from "../../errors.ts";

/**
 * Waits for an answer of SafeUpdates, which may be closed to the API.
 *
 * @throws {ToolError} `forbidden` where it is, and every other failure.
 */
export async function safeUpdates<T>(answer: Promise<T>): Promise<T> {
  return await answer.catch((error) => {
    throw notReachable(error) ?? error;
  });
}

function notReachable(error: unknown): ToolError | undefined {
  if (!(error instanceof ToolError)) return undefined;
  const isUnknown = error instanceof UnknownToCloudwaysError;
  if (!isUnknown && error.code !== "forbidden") return undefined;
  const hint = isUnknown ? undefined : error.hint;
  return new ToolError("forbidden", "SafeUpdates is not reachable through the API for this account.", {
    hint: hint ?? "Nothing was done. Tell the user: the Cloudways console may offer it.",
    ...(error.details && { details: error.details }),
    done: "nothing",
    cause: error,
  });
}

const waiting = z.looseObject({ require: looseNumber }).catch({ require: null });

const listedUpdates = z.looseObject({
  app_id: idNumber,
  is_enable: statedFlag,
  core: looseText.catch(""),
  plugins: waiting,
  theme: waiting,
});

/** The pending updates of one application, as counts. */
export type PendingUpdates = z.output<typeof listedUpdates>;

/** Reads the pending updates of all applications, by application id. Only those of WordPress have any. */
export async function readPendingUpdates(account: CloudwaysAccount): Promise<Map<number, PendingUpdates>> {
  const rows = await safeUpdates(account.read({
    operation: "safe_update_list",
    path: path`/app/safeupdates/list`,
    reply: listReply("updates_list", listedUpdates),
    wholeAccount: true,
  }));
  return new Map(rows.map((row) => [row.app_id, row]));
}
