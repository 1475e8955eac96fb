import { isApprovalCode } from "../confirm/code.ts";

/**
 * Reads `X-MCP-Approval-Code`: what the person will have to type on an approval page, so that nobody else can approve
 * there. It stands in the client's configuration, where the model does not see it.
 *
 * @throws {RangeError} For anything but 8 to 64 visible ASCII characters: a code that can't be typed protects nothing.
 */
export function readApprovalCode(headers: Headers): string | undefined {
  const code = headers.get("x-mcp-approval-code");
  // A header sent twice arrives joined by a comma and a space.
  if (code === null) return undefined;
  if (isApprovalCode(code)) return code;
  throw new RangeError("X-MCP-Approval-Code must be 8 to 64 visible ASCII characters, and come once.");
}
