import type { Caller } from "../identity/caller.ts";
import type { ProvingCaller } from "./page_codes.ts";

/** What decides whether a caller can have pages. */
export interface PageAccess {
  /** The public URL of this server; undefined if it is not set. */
  publicUrl: URL | undefined;
  /** Pages must ask for the approval code: anybody can reach them, even a model that can send HTTP requests. */
  needsCode: boolean;
}

/** Why there is no page for a caller. */
export type NoPage = "stdio" | "no address" | "no code";

/** Why there is no page for a caller; undefined if there is one. */
export function whyNoPage(
  { transport, approvalCode, connection }: Pick<Caller, "transport"> & ProvingCaller,
  { publicUrl, needsCode }: PageAccess,
): NoPage | undefined {
  if (transport === "stdio") return "stdio";
  if (publicUrl === undefined) return "no address";
  // A connection proves itself by its passphrase or its browser.
  return needsCode && approvalCode === undefined && connection === undefined ? "no code" : undefined;
}
