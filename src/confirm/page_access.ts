import type { NoStdioPages } from "../config/reach.ts";
import type { ProvingCaller } from "./page_codes.ts";

/** Why a page can't be served now. */
export type NotServed = "port in use" | "can't listen" | "shutting down";

/** A page can't be served now, so its address must not be given out. */
export class PageNotServedError extends Error {
  override readonly name = "PageNotServedError";
  readonly why: NotServed;

  constructor(why: NotServed) {
    super(`The page is not served: ${why}.`);
    this.why = why;
  }
}

/** Serves the pages of a process. */
export interface PageHost {
  /**
   * Serves a page from now on, at least until `until`, in milliseconds since the Unix epoch.
   *
   * @param page Identifies the page: the hash of its id.
   * @returns Why the page is not served; undefined if it is.
   */
  open(page: string, until: number): Promise<NotServed | undefined>;
  /** Notes that after `until` nothing can be done on a page any more. Unknown pages are ignored. */
  endAt(page: string, until: number): void;
}

/** Over HTTP the pages are always served. */
export const ALWAYS_SERVED: PageHost = { open: () => Promise.resolve(undefined), endAt: () => {} };

/** What decides whether a caller can have pages. */
export interface PageAccess {
  /** The address of the pages; undefined if it is not known. */
  publicUrl: URL | undefined;
  /** Pages must ask for the approval code: anybody can reach them, even a model that can send HTTP requests. */
  needsCode: boolean;
  /** Serves the pages; or why there are none. */
  host: PageHost | NoStdioPages;
}

/** Why there is no page for a caller. */
export type NoPage = NoStdioPages | NotServed | "no address" | "no code";

/** Why there is no page for a caller; undefined if there can be one. */
export function whyNoPage(
  { approvalCode, connection }: ProvingCaller,
  { publicUrl, needsCode, host }: PageAccess,
): NoPage | undefined {
  if (typeof host === "string") return host;
  if (publicUrl === undefined) return "no address";
  // A connection proves itself by its passphrase or its browser.
  return needsCode && approvalCode === undefined && connection === undefined ? "no code" : undefined;
}

/** The host of the pages that exist; none is asked where there are no pages. */
export function hostOf({ host }: PageAccess): PageHost {
  return typeof host === "string" ? ALWAYS_SERVED : host;
}

/** What a model is told if there is no page. */
export interface NoPageText {
  /** Follows "there is no page:". */
  reason: string;
  /** What the user can do about it: sentences. */
  advice: string;
}

/** What a model is told if there is no page. `publicUrl` is where the page would be. */
export function noPageText(why: NoPage, publicUrl: URL | undefined): NoPageText {
  const at = publicUrl?.host ?? "its address";
  switch (why) {
    case "switched off":
      return {
        reason: "the operator of this server has switched its pages off",
        advice: "For the page the operator has to remove CONFIRM=elicit.",
      };
    case "not loopback":
      return {
        reason: "HOST of this server is not an address of this machine alone, so it opens no page over stdio",
        advice: "For the page the user removes HOST from the configuration of this server, or sets it to 127.0.0.1.",
      };
    case "no address":
      return {
        reason: "this server has no public address",
        advice: "For the page the operator of this server has to set PUBLIC_URL.",
      };
    case "no code":
      return {
        reason: "the client's configuration holds no approval code",
        advice:
          "For the page the user sets the header X-MCP-Approval-Code in the client's configuration to a code of " +
          "8 to 64 characters of their own choice, and types it on the page. Don't choose it for them.",
      };
    case "port in use":
      return {
        reason: `the page would open at ${at}, and another program uses that port`,
        advice:
          "Often that is this server too, started by another client or with deno task start. Make the call again " +
          "once the page of the other client was decided or the other program has ended; or the user sets PORT to " +
          "another number in the configuration of this server.",
      };
    case "can't listen":
      return {
        reason: `the page can't be opened at ${at}`,
        advice: "The log of this server says why. Another PORT or HOST in its configuration may help.",
      };
    case "shutting down":
      return {
        reason: "this server is shutting down",
        advice: "Make the call again once the client has started this server again.",
      };
  }
}
