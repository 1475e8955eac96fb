/** What a caller is told of any failure of a call. */
import { callTimedOut, ToolError } from "../errors.ts";
import { storeAwayError } from "../store/away.ts";
import { StoreError } from "../store/store.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Effect } from "../tools/define/tool.ts";

/** Makes the error that a caller is shown. Everything else about a failure goes to the log. */
export function toToolError(
  error: unknown,
  { gone, log }: { gone: { readonly signal: AbortSignal }; log: Logger },
  effect: Effect,
): ToolError {
  if (error instanceof ToolError) {
    if (error.cause !== undefined) log.debug("cause", { code: error.code, error: error.cause });
    return error;
  }
  if (gone.signal.aborted) return new ToolError("internal_error", "The call was cancelled.");
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return callTimedOut(effect === "read" ? "read" : "write");
  }
  if (error instanceof StoreError) {
    // That the store is away stands in the log once, not once for each call.
    log.debug("store failed", { error });
    return storeAwayError(error);
  }
  log.error("internal error", { error });
  return new ToolError("internal_error", "Something went wrong inside this service.", {
    hint: "Try again once. If it stays, give the request_id to the operator of this server.",
  });
}
