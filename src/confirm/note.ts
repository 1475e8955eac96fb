import type { Config } from "../config.ts";
import { publicUrlIsLoopback, whyNoStdioPages } from "../config/reach.ts";

const OFF = "CONFIRM is off: destructive calls and calls that show passwords are carried out without asking anybody";
const THROUGH_CLIENT =
  "destructive calls are confirmed through the client; clients that can't show questions are refused";

/** How calls are confirmed over HTTP, for the operator: in the log at start, and at `/`. */
export function confirmNote(config: Config): string {
  if (config.confirm === "off") return OFF;
  if (config.confirm === "elicit") return THROUGH_CLIENT;
  if (config.publicUrl === undefined) {
    return "PUBLIC_URL is not set: there are no approval pages, and clients that can't show questions are refused";
  }
  if (publicUrlIsLoopback(config)) {
    return "approval pages open on this machine: an assistant with a shell or a browser here could approve by itself " +
      "unless its client sends X-MCP-Approval-Code, which pages that show secrets ask for too";
  }
  return "clients that can't show questions get an approval page, if they send X-MCP-Approval-Code";
}

/** How calls are confirmed over stdio, for the log at start. */
export interface StdioConfirmNote {
  /** Whether destructive calls could be carried out without a person. */
  isRisky: boolean;
  text: string;
}

/** How calls are confirmed over stdio, for the user: in the log at start. */
export function stdioConfirmNote(config: Config): StdioConfirmNote {
  if (config.confirm === "off") return { isRisky: true, text: OFF };
  const why = whyNoStdioPages(config);
  if (why === "switched off") return { isRisky: false, text: THROUGH_CLIENT };
  if (why === "not loopback") {
    const text =
      "HOST is not loopback: there are no pages over stdio, and clients that can't show questions are refused";
    return { isRisky: false, text };
  }
  const where = `pages for approvals and secrets open at ${config.publicUrl?.origin}, only while one is needed`;
  if (config.stdioApprovalCode !== undefined) return { isRisky: false, text: `${where}; they ask for APPROVAL_CODE` };
  const risk = "an assistant with a shell or a browser here could approve by itself unless APPROVAL_CODE is set";
  return { isRisky: true, text: `${where}: ${risk}` };
}
