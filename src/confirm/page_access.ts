import type { Caller } from "../identity/caller.ts";

/** What decides whether a caller's pages can be reached. */
export interface PageAccess {
  /** Where people reach this server; undefined where that is not known. */
  publicUrl: URL | undefined;
  /** Pages open with the person's code alone: anybody could reach them, or a model with HTTP of its own. */
  needsCode: boolean;
}

/** Why there is no page for a caller. */
export type NoPage = "stdio" | "no address" | "no code";

/** Why there is no page for a caller; undefined where there is one. */
export function whyNoPage(
  { transport, approvalCode }: Pick<Caller, "transport" | "approvalCode">,
  { publicUrl, needsCode }: PageAccess,
): NoPage | undefined {
  if (transport === "stdio") return "stdio";
  if (publicUrl === undefined) return "no address";
  return needsCode && approvalCode === undefined ? "no code" : undefined;
}
