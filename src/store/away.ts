import { ToolError } from "../errors.ts";
import type { StoreError } from "./store.ts";

/** The error for a call that needs the store while the store does not answer. */
export function storeAwayError(cause: StoreError): ToolError {
  return new ToolError("internal_error", "A necessary part of this server does not answer.", {
    hint: "Try again in a few seconds. If the problem stays, give the request_id to the operator of this server.",
    cause,
  });
}
