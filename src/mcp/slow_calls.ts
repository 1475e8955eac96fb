import { memberOf } from "../text/member.ts";

/** Whether a message calls a tool. */
export function isCall(message: unknown): boolean {
  return memberOf(message, "method") === "tools/call";
}

/** Whether a call of this tool, with these arguments, waits or polls. */
export type IsSlow = (toolName: string, args: unknown) => boolean;

/** Whether a message calls a tool that waits or polls. */
export function isSlowCall(message: unknown, isSlow: IsSlow): boolean {
  const params = memberOf(message, "params");
  const name = memberOf(params, "name");
  return isCall(message) && typeof name === "string" && isSlow(name, memberOf(params, "arguments"));
}
