import type { Caller } from "../identity/caller.ts";

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
  { transport, approvalCode }: Pick<Caller, "transport" | "approvalCode">,
  { publicUrl, needsCode }: PageAccess,
): NoPage | undefined {
  if (transport === "stdio") return "stdio";
  if (publicUrl === undefined) return "no address";
  return needsCode && approvalCode === undefined ? "no code" : undefined;
}
