import { ToolError } from "../errors.ts";
import type { StoreError } from "./store.ts";

/** What a caller is told where the store is needed and does not answer. */
export function storeAway(cause: StoreError): ToolError {
  return new ToolError("internal_error", "A part of this service that it can't do without does not answer.", {
    hint: "Try again in a few seconds. If it stays, give the request_id to the operator of this server.",
    cause,
  });
}
