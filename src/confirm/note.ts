import type { Config } from "../config.ts";
import { publicUrlIsLoopback } from "../config/reach.ts";

/** How calls are confirmed here, for the operator: in the log at start, and at `/`. */
export function confirmNote(config: Config): string {
  if (config.confirm === "off") {
    return "CONFIRM is off: destructive calls and calls that show passwords are carried out without asking anybody";
  }
  if (config.confirm === "elicit") {
    return "destructive calls are confirmed through the client; clients that can't show questions are refused";
  }
  if (config.publicUrl === undefined) {
    return "PUBLIC_URL is not set: there are no approval pages, and clients that can't show questions are refused";
  }
  if (publicUrlIsLoopback(config)) {
    return "approval pages open on this machine: an assistant with a shell or a browser here could approve by itself " +
      "unless its client sends X-MCP-Approval-Code, which pages that show secrets ask for too";
  }
  return "clients that can't show questions get an approval page, if they send X-MCP-Approval-Code";
}
